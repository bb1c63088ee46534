// The loads of `./lab simulate` by name: what each is, and what of mean and peak it takes.

import type { Load } from '../../services/shared/arrivals/load.ts';
import {
  constant,
  diurnal,
  flashCrowd,
  oneAMinute,
  onOff,
  poisson,
  ramp,
  randomWalk,
  sine,
  square,
} from '../../services/shared/arrivals/loads.ts';

export interface LoadNumbers {
  /** Jobs a second. */
  mean: number;
  peak: number;
  /** Of the whole run. */
  seconds: number;
  seed: number;
}

export interface LoadShape {
  about: string;
  /** Of what all replicas together can do, where nothing else is asked. Missing: the shape has no such number. */
  mean?: number;
  peak?: number;
  make(numbers: LoadNumbers): Load;
}

/** The lowest rate of a shape that swings evenly about its mean; it may not fall below nothing. */
const lowOf = ({ mean, peak }: LoadNumbers): number => Math.max(0, 2 * mean - peak);

export const LOADS: Record<string, LoadShape> = {
  flash: {
    about: 'little to do (mean), and after a fifth of the time a crowd (peak) for a third of it',
    mean: 0.1,
    peak: 0.75,
    make({ mean, peak, seconds }) {
      const crowd = { at: seconds * 0.2, rise: 5, stay: seconds * 0.3, fall: seconds * 0.05 };
      return flashCrowd(mean, peak, [crowd], seconds);
    },
  },
  constant: { about: 'evenly spaced jobs', mean: 0.5, make: ({ mean, seconds }) => constant(mean, seconds) },
  poisson: { about: 'one rate, at random times', mean: 0.5, make: ({ mean, seconds }) => poisson(mean, seconds) },
  sine: {
    about: 'up and down, three times',
    mean: 0.4,
    peak: 0.7,
    make: ({ mean, peak, seconds }) => sine(mean, Math.min(1, peak / mean - 1), seconds / 3, seconds),
  },
  square: {
    about: 'low and high by turns, three times',
    mean: 0.4,
    peak: 0.7,
    make: (numbers) => square(lowOf(numbers), numbers.peak, numbers.seconds / 3, numbers.seconds),
  },
  ramp: {
    about: 'more and more, up to the peak',
    mean: 0.4,
    peak: 0.75,
    make: (numbers) => ramp(lowOf(numbers), numbers.peak, numbers.seconds),
  },
  diurnal: {
    about: 'two days, with a quiet night, a busy forenoon and a busier evening',
    mean: 0.35,
    make: ({ mean, seconds }) => diurnal(mean, seconds / 2, seconds),
  },
  'on-off': {
    about: 'all or nothing by turns; mean and peak say for how much of the time',
    mean: 0.25,
    peak: 0.7,
    make({ mean, peak, seconds }) {
      const period = seconds / 5;
      const on = period * Math.min(1, mean / peak);
      return onOff(peak, on, period - on, seconds);
    },
  },
  'random-walk': {
    about: 'a rate that wanders',
    mean: 0.35,
    make: ({ mean, seconds, seed }) => randomWalk(mean, { every: 10, step: 0.2 }, seconds, seed),
  },
  'one-a-minute': { about: 'a job a minute', make: ({ seconds }) => oneAMinute(seconds) },
};
