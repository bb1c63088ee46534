// The shapes in which work comes. Each gives jobs a second over time; what is random in a shape comes from a seed, and stays so.

import type { Load } from './load.ts';
import { createRandom } from './random.ts';

export function constant(rate: number, seconds: number): Load {
  return { name: `constant ${rate}/s`, rate: () => rate, peak: rate, seconds, regular: true };
}

export function poisson(rate: number, seconds: number): Load {
  return { name: `poisson ${rate}/s`, rate: () => rate, peak: rate, seconds };
}

/** @param swing how far it goes from the mean, as a share of it: 0 to 1 */
export function sine(mean: number, swing: number, period: number, seconds: number): Load {
  const rate = (t: number): number => mean * (1 + swing * Math.sin((2 * Math.PI * t) / period));
  return { name: 'sine', rate, peak: mean * (1 + swing), seconds };
}

/** Low in the first half of each period, high in the second. */
export function square(low: number, high: number, period: number, seconds: number): Load {
  return { name: 'square', rate: (t) => (t % period < period / 2 ? low : high), peak: Math.max(low, high), seconds };
}

export function ramp(from: number, to: number, seconds: number): Load {
  const rate = (t: number): number => from + ((to - from) * t) / seconds;
  return { name: 'ramp', rate, peak: Math.max(from, to), seconds };
}

export interface Crowd {
  /** When it begins to come, how long it takes to be there, how long it stays, and by what time constant it goes away. */
  at: number;
  rise: number;
  stay: number;
  fall: number;
}

/** Little to do, and now and then a crowd. Crowds add up. */
export function flashCrowd(base: number, crowd: number, crowds: readonly Crowd[], seconds: number): Load {
  const rate = (t: number): number =>
    base +
    (crowd - base) * crowds.reduce((sum, { at, rise, stay, fall }) => sum + presence(t - at, rise, stay, fall), 0);
  return { name: 'flash crowd', rate, peak: base + Math.max(0, crowd - base) * crowds.length, seconds };
}

function presence(t: number, rise: number, stay: number, fall: number): number {
  if (t < 0) return 0;
  if (t < rise) return t / rise;
  return t < rise + stay ? 1 : Math.exp(-(t - rise - stay) / fall);
}

/** A day with a quiet night, a busy forenoon and a busier evening, in so many seconds. */
export function diurnal(mean: number, day: number, seconds: number): Load {
  const shape = (hour: number): number =>
    0.35 + 0.95 * Math.exp(-(((hour - 11) / 2.6) ** 2)) + 1.25 * Math.exp(-(((hour - 19.5) / 2.2) ** 2));
  const hours = Array.from({ length: 240 }, (_, n) => shape(n / 10));
  const scale = mean / (hours.reduce((sum, value) => sum + value, 0) / hours.length);
  const rate = (t: number): number => scale * shape(((t % day) / day) * 24);
  return { name: 'diurnal', rate, peak: scale * Math.max(...hours) * 1.01, seconds };
}

/** All or nothing, by turns. */
export function onOff(rate: number, on: number, off: number, seconds: number): Load {
  return { name: 'on/off', rate: (t) => (t % (on + off) < on ? rate : 0), peak: rate, seconds };
}

/** The logarithm of the rate takes a normal step now and then, and is drawn back a little to the mean. */
export function randomWalk(
  mean: number,
  { every, step }: { every: number; step: number },
  seconds: number,
  seed: number,
): Load {
  const random = createRandom(seed, 'load');
  const rates: number[] = [];
  let height = 0;
  for (let t = 0; t <= seconds; t += every) {
    rates.push(mean * Math.exp(height));
    height = 0.98 * height + step * random.normal();
  }
  return { ...inSteps('random walk', rates, every), seconds };
}

/** One job every minute, on average, at random times. */
export function oneAMinute(seconds: number): Load {
  return { ...poisson(1 / 60, seconds), name: 'one job a minute' };
}

/** The values of a trace, rescaled: so many seconds from one to the next, and a mean of so many jobs a second. */
export function trace(name: string, values: readonly number[], every: number, mean: number): Load {
  const total = values.reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) throw new Error(`the trace ${name} has nothing above 0 in it`);
  const scale = (mean * values.length) / total;
  const rates = values.map((value) => value * scale);
  return inSteps(name, rates, every);
}

/** A rate for each step of time. */
function inSteps(name: string, rates: readonly number[], every: number): Load {
  const values = Float64Array.from(rates);
  const last = values.length - 1;
  return {
    name,
    rate: (t) => values[Math.min(last, Math.floor(t / every))]!,
    peak: values.reduce((most, value) => Math.max(most, value), 0),
    seconds: values.length * every,
  };
}
