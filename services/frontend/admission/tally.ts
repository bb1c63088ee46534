// Counts what happens in time, so that it can be asked how much happened since some moment of the last half minute.

export interface Tally {
  add(count?: number): void;
  /** How many since a moment (seconds of the same clock); of a longer time than it keeps, those that it has. */
  since(moment: number): number;
}

/** Seconds of one count, and how many counts are kept. A moment falls between two of them at most. */
const STEP = 0.1;
const KEPT = 300;

/** @param now seconds */
export function createTally(now: () => number): Tally {
  const counts = new Float64Array(KEPT);
  let newest = Math.floor(now() / STEP);

  /** Empties what lies between the last time and now. */
  function turn(): void {
    const step = Math.floor(now() / STEP);
    for (let n = Math.max(newest + 1, step - KEPT + 1); n <= step; n += 1) counts[n % KEPT] = 0;
    newest = Math.max(newest, step);
  }

  return {
    add(count = 1) {
      turn();
      counts[newest % KEPT]! += count;
    },
    since(moment) {
      turn();
      let sum = 0;
      for (let n = Math.max(Math.floor(moment / STEP), newest - KEPT + 1, 0); n <= newest; n += 1)
        sum += counts[n % KEPT]!;
      return sum;
    },
  };
}
