// Knows the workers that take jobs and never finish one: they look busy, and are no capacity. Pure: it is told what each consumer holds
// and has ever acknowledged, and what its role's jobs usually take.

/** What the broker says of one replica's consuming. */
export interface ConsumerCount {
  /** The name that it gave its connection: the replica's. */
  replica: string;
  role: string;
  inHand: number;
  /** Ever acknowledged on its channels; begins again at 0 with them. */
  acked: number;
}

export interface StuckReplica {
  replica: string;
  role: string;
  inHand: number;
  /** Since when it holds jobs and finishes none, in the clock of `add`. */
  since: number;
}

export interface StuckWatch {
  /**
   * What was seen at `at`, and the patience with each role, seconds. A replica that is not among the consumers any more is forgotten;
   * one that finishes a job, or holds none, is well again.
   */
  add(at: number, consumers: readonly ConsumerCount[], patience: (role: string) => number): void;
  stuck(): StuckReplica[];
}

/** So many service times (with their spread) without a job finished, and never less than these seconds: statistics are seconds old. */
const SERVICE_TIMES = 5;
const LEAST_SECONDS = 20;

/**
 * How long a replica of a role may hold jobs without finishing one. A job that takes this long is not ruled out, it is only unlikely:
 * mean and three standard deviations, five times over.
 * @param service seconds that a job takes, and their standard deviation: measured ones where there are, else those of guv.yaml
 */
export function patienceFor(service: number, spread: number): number {
  return Math.max(LEAST_SECONDS, SERVICE_TIMES * (service + 3 * spread));
}

export function createStuckWatch(): StuckWatch {
  /** Since when each replica has held jobs and acknowledged nothing. */
  let holding = new Map<string, StuckReplica & { acked: number; patience: number }>();
  let now = 0;
  return {
    add(at, consumers, patience) {
      now = at;
      const next: typeof holding = new Map();
      for (const { replica, role, inHand, acked } of consumers) {
        if (inHand === 0) continue;
        const before = holding.get(replica);
        const since = before !== undefined && before.acked === acked ? before.since : at;
        next.set(replica, { replica, role, inHand, since, acked, patience: patience(role) });
      }
      holding = next;
    },
    stuck: () =>
      [...holding.values()]
        .filter(({ since, patience }) => now - since > patience)
        .map(({ replica, role, inHand, since }) => ({ replica, role, inHand, since })),
  };
}
