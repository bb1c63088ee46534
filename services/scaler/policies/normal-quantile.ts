// The inverse of the normal distribution, by Acklam's rational approximation: relative error below 1.2e-9.

const CENTRE = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
];
const CENTRE_BELOW = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1,
];
const TAIL = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_BELOW = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1];

/** Where the tails begin. */
const TAILS = 0.02425;

const polynomial = (factors: readonly number[], x: number): number =>
  factors.reduce((sum, factor) => sum * x + factor, 0);

/** How many standard deviations above the mean a share of all values lies below. `share`: between 0 and 1, both excluded. */
export function normalQuantile(share: number): number {
  if (share < TAILS) return tail(share);
  if (share > 1 - TAILS) return -tail(1 - share);
  const x = share - 0.5;
  return (x * polynomial(CENTRE, x * x)) / polynomial(CENTRE_BELOW, x * x);
}

function tail(share: number): number {
  const x = Math.sqrt(-2 * Math.log(share));
  return polynomial(TAIL, x) / polynomial(TAIL_BELOW, x);
}
