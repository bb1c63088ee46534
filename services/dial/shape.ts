// The shapes of load by name, as rates over time that go on until they are ended (a trace alone has an end of its own).
import type { Load } from '../shared/arrivals/load.ts';
import type { LoadSettings, ShapeName } from './settings.ts';
import { spacingOf } from './settings.ts';

/** How much of the way from the lowest rate to the highest a shape has gone; `at` is in periods from the start. */
type Way = (at: number) => number;

const BURST = 0.1;
/** How many steps lead up. */
const STEPS = 4;
/** Of a period: a crowd comes, stays, and goes away by this time constant. */
const CROWD = { rise: 0.1, stay: 0.3, fall: 0.08 };

function crowd(at: number): number {
  const { rise, stay, fall } = CROWD;
  if (at < rise) return at / rise;
  return at < rise + stay ? 1 : Math.exp(-(at - rise - stay) / fall);
}

const WAYS: Record<Exclude<ShapeName, 'trace'>, Way> = {
  constant: () => 1,
  poisson: () => 1,
  burst: (at) => (at % 1 < BURST ? 1 : 0),
  step: (at) => Math.min(1, Math.floor(at) / STEPS),
  sine: (at) => (1 + Math.sin(2 * Math.PI * at)) / 2,
  waves: (at) => crowd(at % 1),
};

function rateOf(settings: LoadSettings): (t: number) => number {
  const { shape, rate, low, period_seconds: period, trace } = settings;
  if (shape === 'trace') {
    const { values = [], every_seconds: every = 1 } = trace ?? {};
    const scale = rate / values.reduce((most, value) => Math.max(most, value), 0);
    return (t) => (values[Math.floor(t / every)] ?? 0) * scale;
  }
  const way = WAYS[shape];
  const bottom = shape === 'constant' || shape === 'poisson' ? 0 : low;
  return (t) => bottom + (rate - bottom) * way(t / period);
}

/**
 * The load from a moment on.
 * @param from how long the shape has gone on already, in seconds
 * @param most how long it may go on, in seconds
 */
export function loadOf(settings: LoadSettings, { from = 0, most = Number.POSITIVE_INFINITY } = {}): Load {
  const rate = rateOf(settings);
  const { shape, trace } = settings;
  const own = shape === 'trace' && trace !== undefined ? trace.values.length * trace.every_seconds - from : most;
  return {
    name: shape,
    rate: (t) => rate(t + from),
    peak: settings.rate,
    seconds: Math.max(0, Math.min(most, own)),
    regular: spacingOf(settings) === 'even',
  };
}
