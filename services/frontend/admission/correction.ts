// By how much predictions are corrected: what was seen, over what was predicted, as nearly all of the jobs have it. It grows soon
// where jobs take longer, and shrinks slowly where they do not, so that the promise is kept and not only kept on average.

export interface Correction {
  /** A prediction times this is what is told, and what is compared with a deadline. */
  factor(): number;
  /** A job took so many times what was predicted, or has taken so many by now. */
  teach(ratio: number): void;
  /** The same, where it is only known that it is at least so much. */
  teachAtLeast(ratio: number): void;
}

/** Before anything was seen: cautious. */
const FIRST = 1.6;
const LEAST = 0.8;
const MOST = 5;
/** Shares of the way to what was seen, up and down. With 20 to 1 it settles where about one in ten takes longer. */
const UP = 0.1;
const DOWN = 0.005;
/** Of the first ones each is a good part of all that is known: they bring it down sooner. */
const EARLY = 10;

export function createCorrection(): Correction {
  let factor = FIRST;
  let taught = 0;

  function share(seen: number): number {
    if (seen > factor) return UP;
    return taught <= EARLY ? UP / taught : DOWN;
  }

  function teach(ratio: number): void {
    if (!(ratio >= 0)) return;
    taught += 1;
    const seen = Math.min(MOST, Math.max(LEAST, ratio));
    factor += (seen - factor) * share(seen);
  }

  return {
    factor: () => factor,
    teach,
    teachAtLeast(ratio) {
      if (ratio > factor) teach(ratio);
    },
  };
}
