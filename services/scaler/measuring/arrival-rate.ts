// How many jobs come in a second: over the longest recent window in which the rate is the same throughout, up to what is
// configured, and beyond that where few jobs came.
import type { Samples } from './samples.ts';
import { createUnrest } from './unrest.ts';
import { createWindow } from './window.ts';

/** Jobs that a window has at least before it is cut to its longest. */
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

/** @param longest seconds that the window reaches back, at most */
export function createArrivalRate(samples: Samples, longest: number): ArrivalRate {
  const window = createWindow(samples.arrivals, CHANGED);
  const unrest = createUnrest(samples);
  /** Of the number of jobs, for each second. */
  const variance = (rate: number): number => rate * unrest.dispersion();
  return {
    update() {
      unrest.update();
      window.update(firstOf(samples, window.start, longest), samples.newest, variance);
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
function firstOf({ oldest, newest, arrivals }: Samples, before: number, longest: number): number {
  let start = Math.max(oldest, before);
  while (start < newest - 1) {
    const isShort = arrivals.per(newest) - arrivals.per(start) <= longest;
    if (isShort) break;
    const left = arrivals.of(newest) - arrivals.of(start + 1);
    // A set that came at once, long ago, says nothing of how often jobs come: it is no reason to look so far back.
    const atOnce = arrivals.of(start + 1) - arrivals.of(start);
    if (left < FEW && atOnce < FEW) break;
    start += 1;
  }
  return start;
}
