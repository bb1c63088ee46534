// What a verdict says.
import type { OpenItem } from '../../services/shared/ledger/audit.ts';

export interface DeadItem {
  item: string;
  /** The queue of dead letters in which it lies. */
  queue: string;
  /** `cannot-send`, `delivery_limit`, … */
  code: string;
  /** A sentence. */
  reason: string;
}

/** In items. accepted = done + failed + dead + cancelled + in_flight + lost. */
export interface Verdict {
  /**
   * `doubled`: something had its effect twice. `inconsistent`: the books contradict themselves. `not at rest`: what is in flight moves, or
   * cannot be looked through, so that nobody can say yet.
   */
  verdict: 'nothing lost' | 'lost' | 'doubled' | 'inconsistent' | 'not at rest';
  /** The ledger's time at which it was asked, ISO: what was accepted later is not in it. */
  at: string;
  accepted: number;
  done: number;
  failed: number;
  /** A message of it lies among the dead letters. */
  dead: number;
  cancelled: number;
  in_flight: number;
  lost: number;
  redelivered: number;
  retried: number;
  duplicate_deliveries: number;
  duplicate_effects: number;
  inconsistencies: string[];
  /** Where the broker has what is in flight, a sentence each; empty where nothing is. */
  where: string[];
  lost_items: OpenItem[];
  /** Those that are not final by another copy. At most 1000. */
  dead_items: DeadItem[];
  /** The lab runs without its guarantees. */
  unsafe: boolean;
}

/** 0 fine, 1 lost or doubled, 2 could not be found out. */
export function exitCodeOf({ verdict }: Verdict): number {
  if (verdict === 'nothing lost') return 0;
  return verdict === 'not at rest' ? 2 : 1;
}
