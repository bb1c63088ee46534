// guv's target: the deadline less what the slowest of the wanted share of jobs take longer than the mean.

/** Complementary error function, by the Chebyshev fit of Numerical Recipes (erfcc): a relative error below 1.2e-7. */
function erfc(x: number): number {
  const z = Math.abs(x);
  const t = 1 / (1 + z / 2);
  const fit = [
    0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368,
    -1.26551223,
  ];
  const tail = t * Math.exp(-z * z + fit.reduce((sum, factor) => sum * t + factor, 0));
  return x >= 0 ? tail : 2 - tail;
}

/** The inverse of erfc: a rational guess, made better twice by Halley's step. 0 < x < 2. */
function inverseErfc(x: number): number {
  const half = x < 1 ? x : 2 - x;
  const t = Math.sqrt(-2 * Math.log(half / 2));
  let root = -Math.SQRT1_2 * ((2.30753 + t * 0.27061) / (1 + t * (0.99229 + t * 0.04481)) - t);
  for (let step = 0; step < 2; step += 1) {
    const error = erfc(root) - half;
    root += error / (1.128379167095512 * Math.exp(-root * root) - root * error);
  }
  return x < 1 ? root : -root;
}

/**
 * Standard deviations above the mean within which so many percent lie: 2.326 for 99. The approximation is the one that guv uses
 * (off by 3e-8), so that its numbers come out to the last digit that matters.
 */
export const normalQuantile = (percentile: number): number => Math.SQRT2 * inverseErfc((2 * (100 - percentile)) / 100);

interface Spread {
  deadline: number;
  stddev: number;
  percentile: number;
}

/** Seconds; may be below the processing time, or below 0: then the deadline cannot be met. */
export const targetOf = ({ deadline, stddev, percentile }: Spread): number =>
  deadline - normalQuantile(percentile) * stddev;

/** guv's sentence for that, to the letter. */
export const targetError = (target: number, processing: number, deadline: number): string =>
  `Target ${target.toFixed(2)}s is lower than processing time ${processing.toFixed(2)}s. Attempted deadline ${deadline}s.`;
