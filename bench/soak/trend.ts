// Whether something grows: from readings at even times to the beginning, the end, and the slope between them.
import { median } from '../statistics.ts';

export interface Trend {
  /** Medians of the first and of the last readings. */
  first: number;
  last: number;
  /** The last over the first, in percent: 0 is flat. */
  change: number;
  /** Of the straight line with the least squares, an hour. */
  perHour: number;
}

/**
 * @param everySeconds between two readings
 * @param windowSeconds how much of the beginning and of the end is taken; a third of it all where that is shorter
 */
export function trendOf(readings: readonly number[], everySeconds: number, windowSeconds: number): Trend {
  const window = Math.max(1, Math.min(Math.floor(readings.length / 3), Math.round(windowSeconds / everySeconds)));
  const first = median(readings.slice(0, window));
  const last = median(readings.slice(-window));
  const middle = (readings.length - 1) / 2;
  const mean = readings.reduce((sum, reading) => sum + reading, 0) / readings.length;
  const spread = readings.reduce((sum, _, n) => sum + (n - middle) ** 2, 0);
  const slope = readings.reduce((sum, reading, n) => sum + (n - middle) * (reading - mean), 0) / spread;
  return { first, last, change: 100 * (last / first - 1), perHour: (slope * 3_600) / everySeconds };
}
