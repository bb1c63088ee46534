// Which roles start only to end again. After three such ends in a row nobody starts them at once any more: the next try comes after 1,
// 2, 4 … 60 seconds. One replica that stays up ends it.
//
// What a person has ended by a signal says nothing, and is not counted.

/** Who ends within this of its start has not come up. */
export const SHORT_SECONDS = 10;
export const LOOPING_AFTER = 3;
const LONGEST_SECONDS = 60;

export interface Looping {
  /** Epoch seconds: since when, and when it may be tried again. */
  since: number;
  again: number;
}

interface Trouble {
  shortLives: number;
  first: number;
  last: number;
}

export type CrashLoops = ReturnType<typeof createCrashLoops>;

export function createCrashLoops() {
  const roles = new Map<string, Trouble>();
  /** How many short lives in a row each replica has had. */
  const replicas = new Map<string, number>();

  return {
    /** A replica has ended by itself, so many seconds after its start was asked for; or so many times at once. */
    died(role: string, id: string, at: number, lived: number, times = 1): void {
      if (lived >= SHORT_SECONDS) {
        roles.delete(role);
        replicas.delete(id);
        return;
      }
      replicas.set(id, (replicas.get(id) ?? 0) + times);
      const before = roles.get(role);
      const shortLives = (before?.shortLives ?? 0) + times;
      roles.set(role, { shortLives, first: before?.first ?? at, last: at });
    },
    /** A replica has been up for a while. The role is well again if that start came after the last end. */
    stayedUp(role: string, id: string, startedAt: number): void {
      replicas.delete(id);
      if (startedAt > (roles.get(role)?.last ?? Infinity)) roles.delete(role);
    },
    forget: (id: string): void => void replicas.delete(id),
    ofRole(role: string): Looping | undefined {
      const trouble = roles.get(role);
      if (trouble === undefined || trouble.shortLives < LOOPING_AFTER) return undefined;
      const pause = Math.min(LONGEST_SECONDS, 2 ** (trouble.shortLives - LOOPING_AFTER));
      return { since: trouble.first, again: trouble.last + pause };
    },
    isLooping: (id: string): boolean => (replicas.get(id) ?? 0) >= LOOPING_AFTER,
  };
}
