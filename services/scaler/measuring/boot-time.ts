// How long a replica takes from the request to its first consuming: the mean of the last boots that were seen. The configured time is where
// it starts; a replica that takes longer than that, with none seen yet, says that it is too short.

/** Boots that are kept. */
const KEPT = 8;

export interface BootTime {
  add(boots: readonly number[]): void;
  /** Seconds. `oldest`: for how long the replica that boots longest has been doing so; 0 where none does. */
  expected(configured: number, oldest: number): number;
  /** Seconds, from measurements alone. Undefined before the first. */
  measured(): number | undefined;
}

export function createBootTime(): BootTime {
  const kept: number[] = [];
  let mean: number | undefined;
  return {
    add(boots) {
      for (const boot of boots) {
        if (!(boot >= 0 && boot < Number.POSITIVE_INFINITY)) continue;
        kept.push(boot);
        if (kept.length > KEPT) kept.shift();
        mean = kept.reduce((sum, seconds) => sum + seconds, 0) / kept.length;
      }
    },
    expected: (configured, oldest) => mean ?? Math.max(configured, oldest),
    measured: () => mean,
  };
}
