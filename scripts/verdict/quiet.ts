// How long nothing has moved, by looks that come one after the other.
//
// A look at the queues one by one can miss a message that moves on meanwhile, and statistics tell of a moment that is over. But what did
// not move through a time that is longer than two ages of the statistics was seen where it was: so an item that was nowhere is nowhere.
import type { Audit } from '../../services/shared/ledger/audit.ts';
import type { BrokerLook } from './broker-look.ts';

export interface Quiet {
  /** Milliseconds since which nothing has moved. */
  lastedMs: number;
  /** Something has, since the last look. */
  ended: boolean;
  /** The ledger's time before it began, ISO: what was published until then was with the broker through all of it. */
  since: string;
}

export interface QuietWatch {
  /** @param now a steady clock, milliseconds */
  see(look: BrokerLook, audit: Audit, now: number): Quiet;
}

/** @param at the ledger's time before the first look, ISO */
export function createQuietWatch(at: string): QuietWatch {
  let state: string | undefined;
  let began = 0;
  let since = at;
  let lastAt = at;
  return {
    see(look, audit, now) {
      const counted = look.queues.map(({ name, waiting }) => [name, waiting]);
      const { done, failed, cancelled, unpublished, duplicate_deliveries: duplicates } = audit;
      const seen = JSON.stringify([
        counted,
        look.inHand,
        look.passed,
        done,
        failed,
        cancelled,
        unpublished,
        duplicates,
      ]);
      const ended = state !== undefined && seen !== state;
      if (seen !== state) {
        state = seen;
        began = now;
        since = lastAt;
      }
      lastAt = audit.at;
      return { lastedMs: now - began, ended, since };
    },
  };
}
