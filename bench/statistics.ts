// From single measurements to figures.
import type { Figure } from './main.ts';

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median of some measurements, with all of them, rounded to so many digits after the point. */
export function medianFigure(
  samples: readonly number[],
  { unit, digits = 0, wanted }: { unit: string; digits?: number; wanted?: string },
): Figure {
  const round = (value: number): number => Number(value.toFixed(digits));
  return { value: round(median(samples)), unit, wanted, samples: samples.map(round) };
}
