// When jobs come: a Poisson process whose rate changes, or evenly spaced jobs.

import type { Load } from './load.ts';
import { createRandom, type Random } from './random.ts';

/** Gives the time of the next job at each call, and Infinity after the last. */
export type Arrivals = () => number;

export interface ArrivalOptions {
  /** Another number gives other arrivals for the same seed: a load that was changed does not begin again with the same ones. */
  part?: number;
  /** How much of the first evenly spaced job is still to come, above 0 and up to 1: the rest was waited for before. */
  first?: number;
}

/** The same seed gives the same arrivals, whatever is done with them: policies are compared on the same jobs. */
export function createArrivals(load: Load, seed: number, { part = 0, first = 1 }: ArrivalOptions = {}): Arrivals {
  return load.regular ? evenlySpaced(load, first) : poisson(load, createRandom(seed, 'arrivals', part));
}

/** All of them, in order. */
export function allArrivals(load: Load, seed: number): Float64Array {
  const next = createArrivals(load, seed);
  let times = new Float64Array(1024);
  let length = 0;
  for (let time = next(); time < Number.POSITIVE_INFINITY; time = next()) {
    if (length === times.length) {
      const larger = new Float64Array(length * 2);
      larger.set(times);
      times = larger;
    }
    times[length] = time;
    length += 1;
  }
  return times.subarray(0, length);
}

/** Thinning (Lewis and Shedler 1979): candidates at the highest rate, each kept with the share that the rate has of it. */
function poisson({ rate, peak, seconds }: Load, random: Random): Arrivals {
  let t = 0;
  return () => {
    while (t < seconds && peak > 0) {
      t += random.exponential() / peak;
      if (t >= seconds) break;
      if (random.uniform() * peak < rate(t)) return t;
    }
    t = seconds;
    return Number.POSITIVE_INFINITY;
  };
}

/** A job whenever the rate has added up to one; looks at the rate once a second at least. */
function evenlySpaced({ rate, peak, seconds }: Load, first: number): Arrivals {
  let t = 0;
  let due = first;
  return () => {
    let left = due;
    due = 1;
    while (t < seconds && peak > 0) {
      const now = rate(t);
      const reach = now > 0 ? left / now : Number.POSITIVE_INFINITY;
      t += Math.min(1, reach);
      if (reach <= 1) return t < seconds ? t : Number.POSITIVE_INFINITY;
      left -= now;
    }
    return Number.POSITIVE_INFINITY;
  };
}
