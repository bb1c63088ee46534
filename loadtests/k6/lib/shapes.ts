// How jobs arrive over time. All are open-loop: the next user comes when it is time, whether or not the one before has been served.
import type { Scenario } from 'k6/options';
import { inSeconds } from './settings.ts';

export interface Arrivals {
  /** Jobs a second. */
  rate: number;
  duration: string;
  /** How long a user waits at most, in seconds: so long is waited for the last of them, and so many may be waiting at once. */
  patienceSeconds: number;
  /** When it begins, where not at once. */
  startTime?: string;
  /** The function of the script that is one user. */
  exec?: string;
}

/** k6 takes whole numbers only: 1.5 a second is 90 a minute. */
const A_MINUTE = 60;
/** An answer may take a little longer than the patience between two looks. */
const GRACE_SECONDS = 10;

/** As many as can be waiting at the same time, so that a slow service is no reason to send less. */
const users = (rate: number, patienceSeconds: number): number =>
  Math.ceil(rate * (patienceSeconds + GRACE_SECONDS)) + 1;

function common({ patienceSeconds, startTime, exec }: Arrivals) {
  return {
    gracefulStop: `${Math.ceil(patienceSeconds + GRACE_SECONDS)}s`,
    ...(startTime === undefined ? {} : { startTime }),
    ...(exec === undefined ? {} : { exec }),
  };
}

/** The same number in every second. */
export function steady(arrivals: Arrivals): Scenario {
  const { rate, duration, patienceSeconds } = arrivals;
  return {
    executor: 'constant-arrival-rate',
    rate: Math.max(1, Math.round(rate * A_MINUTE)),
    timeUnit: '1m',
    duration,
    preAllocatedVUs: users(rate, patienceSeconds),
    ...common(arrivals),
  };
}

/** A quarter of the time as usual, a quarter at the peak, and the rest as usual again. */
export function spike(arrivals: Arrivals & { peak: number }): Scenario {
  const { rate, peak, duration, patienceSeconds } = arrivals;
  const quarter = `${Math.max(1, Math.round((inSeconds(duration) * 1000) / 4))}ms`;
  const at = (value: number): number => Math.max(1, Math.round(value * A_MINUTE));
  return {
    executor: 'ramping-arrival-rate',
    startRate: at(rate),
    timeUnit: '1m',
    stages: [
      { duration: quarter, target: at(rate) },
      { duration: '0s', target: at(peak) },
      { duration: quarter, target: at(peak) },
      { duration: '0s', target: at(rate) },
      { duration: quarter, target: at(rate) },
      { duration: quarter, target: at(rate) },
    ],
    preAllocatedVUs: users(rate, patienceSeconds) + users(peak, inSeconds(duration) / 4),
    ...common(arrivals),
  };
}
