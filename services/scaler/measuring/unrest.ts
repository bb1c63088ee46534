// How much more jobs come in bursts than chance alone would make them, whatever their mean rate is.
//
// Two neighbouring stretches of time have nearly the same rate, so the squared difference of what came in them tells the variance. It is looked
// at over stretches of one, two and four samples, as bursts may be longer than a sample, and the greatest counts. It is remembered for
// longer than the rate is: a load that jumps every few seconds will jump again.
import type { Samples } from './samples.ts';

/** Samples in a stretch. */
const STRETCHES = [1, 2, 4];
/** Seconds after which two thirds are forgotten. */
const MEMORY = 600;
/** Counts as if so many stretches had been seen in which chance alone ruled. */
const CALM = 10;

export interface Unrest {
  /** Looks at the newest sample, after it was added. */
  update(): void;
  /** Variance of the number of jobs over its mean: 1 where chance alone rules (a Poisson process), and never less. */
  dispersion(): number;
}

/** Of stretches of one length: sums of the variances that were seen, and of those that chance alone would have. */
interface Scale {
  stretch: number;
  seen: number;
  expected: number;
}

export function createUnrest(samples: Samples): Unrest {
  const scales = STRETCHES.map((stretch): Scale => ({ stretch, seen: 0, expected: 0 }));
  let dispersion = 1;
  return {
    update() {
      dispersion = 1;
      for (const scale of scales) {
        take(samples, scale);
        dispersion = Math.max(dispersion, (scale.seen + CALM) / (scale.expected + CALM));
      }
    },
    dispersion: () => dispersion,
  };
}

/** Compares the newest stretch with the one before it. They overlap with those that were compared at the last sample, and so count less. */
function take({ arrivals, oldest, newest }: Samples, scale: Scale): void {
  const { stretch } = scale;
  const middle = newest - stretch;
  const start = middle - stretch;
  if (start < oldest) return;
  const jobs = arrivals.of(newest) - arrivals.of(middle);
  const jobsBefore = arrivals.of(middle) - arrivals.of(start);
  const seconds = arrivals.per(newest) - arrivals.per(middle);
  const secondsBefore = arrivals.per(middle) - arrivals.per(start);
  if (!(seconds > 0 && secondsBefore > 0)) return;
  const both = seconds + secondsBefore;
  const difference = jobs / seconds - jobsBefore / secondsBefore;
  const keep = Math.exp(-seconds / stretch / MEMORY);
  scale.seen = scale.seen * keep + (difference ** 2 * seconds * secondsBefore) / both / stretch;
  scale.expected = scale.expected * keep + (jobs + jobsBefore) / both / stretch;
}
