// How many jobs come in a second: over the longest recent window in which the rate is the same throughout, up to two minutes, and
// beyond that where few jobs came.
import type { Samples } from './samples.ts';
import { createUnrest } from './unrest.ts';
import { createWindow } from './window.ts';

/** Seconds; and jobs that a window has at least before it is cut to that. */
const LONGEST = 120;
const FEW = 12;
/** Standard deviations by which a recent part must differ. */
const CHANGED = 4;

export interface ArrivalRate {
  /** Looks at the newest sample, after it was added. */
  update(): void;
  /** Jobs a second, and the standard error of that; 0 both before there are two samples. */
  rate(): number;
  error(): number;
  /** Variance of the number of jobs over its mean, over minutes: 1 for a Poisson process, and never less. */
  dispersion(): number;
}

export function createArrivalRate(samples: Samples): ArrivalRate {
  const window = createWindow(samples.arrivals, CHANGED);
  const unrest = createUnrest(samples);
  /** Of the number of jobs, for each second. */
  const variance = (rate: number): number => rate * unrest.dispersion();
  return {
    update() {
      unrest.update();
      window.update(firstOf(samples, window.start), samples.newest, variance);
    },
    dispersion: unrest.dispersion,
    rate: () => (window.per() > 0 ? window.of() / window.per() : 0),
    error() {
      const seconds = window.per();
      const jobs = window.of();
      if (!(seconds > 0)) return 0;
      const dispersion = jobs > 0 ? (window.dispersion(variance) * seconds) / jobs : unrest.dispersion();
      // One job more than came: that none came in a short time does not say that none will.
      return Math.sqrt((jobs + 1) * dispersion) / seconds;
    },
  };
}

/** The sample with which the longest window begins. */
function firstOf({ oldest, newest, arrivals }: Samples, before: number): number {
  let start = Math.max(oldest, before);
  while (start < newest - 1) {
    const isShort = arrivals.per(newest) - arrivals.per(start) <= LONGEST;
    if (isShort || arrivals.of(newest) - arrivals.of(start + 1) < FEW) break;
    start += 1;
  }
  return start;
}
