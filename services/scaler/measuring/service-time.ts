// How long a slot works on a job, by Little's law: the integral of jobs in hand over the jobs that were done, in the longest recent window in
// which it is the same throughout. It is measured from the queue alone, whatever the workers are written in, and so includes all that
// keeps a slot from its next job.
import type { Samples } from './samples.ts';
import { createWindow } from './window.ts';

/** Standard deviations by which a recent part must differ. */
const CHANGED = 4;
/** Standard error of the configured time, as a share of it: it may well be wrong by a factor of two. */
const DOUBT = 1;

export interface ServiceTime {
  /** Looks at the newest sample, after it was added. `spread`: standard deviation over mean of the times. */
  update(spread: number): void;
  /** Seconds; the configured time where nothing was measured, and measurement by and by in its stead. */
  mean(configured: number, spread: number): number;
  /** Seconds, from measurements alone. Undefined where they do not say it to a quarter. */
  measured(spread: number): number | undefined;
}

export function createServiceTime(samples: Samples): ServiceTime {
  const window = createWindow(samples.work, CHANGED);

  /** Of the mean, where it is at least so much: a few short jobs may make it too small by chance. */
  const variance = (mean: number, spread: number): number => {
    const done = window.per();
    const perJob = window.dispersion(() => (mean * spread) ** 2);
    // Jobs in hand at both ends are counted as half done, each of which is uncertain by the square root of a twelfth.
    const ends = (samples.inHand(window.start) + samples.inHand(window.end)) / 12;
    return perJob / done + ends * (mean / done) ** 2;
  };

  return {
    update: (spread) => window.update(samples.oldest, samples.newest, (factor) => factor ** 2 * (spread ** 2 + 1 / 12)),
    mean(configured, spread) {
      if (!(window.of() > 0 && window.per() > 0)) return configured;
      const mean = window.of() / window.per();
      const error = variance(Math.max(mean, configured), spread);
      const doubt = (DOUBT * configured) ** 2;
      return (mean * doubt + configured * error) / (doubt + error);
    },
    measured(spread) {
      if (!(window.of() > 0 && window.per() > 0)) return undefined;
      const mean = window.of() / window.per();
      return Math.sqrt(variance(mean, spread)) < mean / 4 ? mean : undefined;
    },
  };
}
