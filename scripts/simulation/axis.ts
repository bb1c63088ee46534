// Axes: where the ticks stand, and what they are called.

/** The highest of the values that there are; 0 where there is none. */
export function highestOf(values: readonly number[]): number {
  return values.reduce((top, value) => (Number.isFinite(value) ? Math.max(top, value) : top), 0);
}

/** 1, 2 or 5 times a power of ten: the smallest step with which so many ticks are enough. */
export function niceStep(span: number, ticks: number): number {
  const rough = span / Math.max(1, ticks);
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
}

/** Round numbers from 0 to the first that holds the highest value; at least 0 and 1. */
export function valueTicks(highest: number, ticks: number, { whole = false } = {}): number[] {
  const top = highest > 0 ? highest : 1;
  const step = Math.max(niceStep(top, ticks), whole ? 1 : 0);
  const count = Math.max(1, Math.ceil(top / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** Seconds between ticks of a time axis, as people divide time. */
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400];

export function timeTicks(span: number, ticks: number): number[] {
  const step = TIME_STEPS.find((one) => span / one <= ticks) ?? niceStep(span, ticks);
  return Array.from({ length: Math.floor(span / step + 1e-9) + 1 }, (_, i) => i * step);
}
