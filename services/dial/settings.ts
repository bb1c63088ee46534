// What a load can be told: the schema of PUT /load, what is taken where nothing is said, and how a change joins what runs.
import { z } from 'zod';
import { HttpProblem } from '../shared/http-problem.ts';
import { MAX_EDGE_PX, MAX_IMAGES } from '../shared/messages.ts';

export const SHAPES = ['constant', 'poisson', 'burst', 'step', 'sine', 'waves', 'trace'] as const;
export type ShapeName = (typeof SHAPES)[number];
export const SPACINGS = ['even', 'poisson'] as const;
export type Spacing = (typeof SPACINGS)[number];

/** Jobs a second: a single process sends no more than about that. */
export const HIGHEST_RATE = 2_000;
const LONGEST_SECONDS = 86_400;
/** Waves longer than that are no load to watch, and the times of quiet in between have to be searched for the next job. */
const LONGEST_PERIOD_SECONDS = 3_600;
const LONGEST_TRACE = 20_000;

const numeric = (min: number, max: number) => {
  const error = `must be a number from ${min} to ${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
};
const whole = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};
const word = <const T extends readonly string[]>(words: T) =>
  z.enum(words, { error: `must be one of ${words.join(', ')}` });

const traceError = `must be {"values": 1 to ${LONGEST_TRACE} numbers of 0 or more, one of them above 0, "every_seconds": …}`;
const Trace = z.strictObject(
  {
    values: z
      .array(z.number({ error: traceError }).min(0, { error: traceError }), { error: traceError })
      .max(LONGEST_TRACE, { error: traceError })
      .refine((values) => values.some((value) => value > 0), { error: traceError }),
    /** From one value to the next. */
    every_seconds: numeric(0.05, LONGEST_PERIOD_SECONDS),
  },
  { error: traceError },
);

const samplesError = 'must be names of samples with their weights above 0, such as {"harbour": 3, "tiny": 1}';
const Samples = z
  .record(
    z.string().regex(/^[a-z0-9-]{1,40}$/, { error: samplesError }),
    z.number({ error: samplesError }).positive({ error: samplesError }).max(1e6, { error: samplesError }),
    { error: samplesError },
  )
  .refine((mix) => Object.keys(mix).length > 0, { error: samplesError });

const FIELDS = {
  /** Jobs a second: the highest that the shape reaches. */
  rate: numeric(0, HIGHEST_RATE),
  shape: word(SHAPES),
  /** Jobs a second, the lowest, of the shapes that go up and down. */
  low: numeric(0, HIGHEST_RATE),
  /** Of one wave, one burst, one step. */
  period_seconds: numeric(0.5, LONGEST_PERIOD_SECONDS),
  trace: Trace,
  /** Missing: evenly spaced where the rate is constant, else at random. */
  arrivals: word(SPACINGS),
  seed: whole(0, Number.MAX_SAFE_INTEGER),
  /** Images of a job. */
  set: whole(1, MAX_IMAGES),
  samples: Samples,
  width: whole(1, MAX_EDGE_PX),
  height: whole(1, MAX_EDGE_PX),
  deadline_seconds: whole(1, LONGEST_SECONDS).nullable(),
  /** Share of the jobs that are urgent. */
  urgent: numeric(0, 1),
  /** How long from now; null takes it back. */
  for_seconds: numeric(0.1, LONGEST_SECONDS).nullable(),
};

const names = Object.keys(FIELDS).join(', ');
/** The body of PUT /load. */
export const LoadChange = z
  .strictObject(FIELDS, {
    error: ({ code }) => (code === 'unrecognized_keys' ? `only ${names} can be set` : 'must be a JSON object'),
  })
  .partial();
export type LoadChange = z.infer<typeof LoadChange>;

/** All that a load is told, except how long it lasts. */
export type LoadSettings = Required<Omit<LoadChange, 'for_seconds' | 'trace' | 'arrivals'>> &
  Pick<LoadChange, 'trace' | 'arrivals'>;

const DEFAULTS: Omit<LoadSettings, 'rate'> = {
  shape: 'constant',
  low: 0,
  period_seconds: 60,
  seed: 1,
  set: 1,
  samples: { harbour: 1 },
  width: 320,
  height: 240,
  deadline_seconds: null,
  urgent: 0,
};

/** Shapes that go between `low` and `rate`. */
export const swings = (shape: ShapeName): boolean => ['burst', 'step', 'sine', 'waves'].includes(shape);

/** How the jobs of a load are spaced, whether it was said or not. */
export function spacingOf({ arrivals, shape }: Pick<LoadSettings, 'arrivals' | 'shape'>): Spacing {
  return arrivals ?? (shape === 'constant' ? 'even' : 'poisson');
}

/**
 * What holds after a change.
 * @param before what runs; undefined where nothing does
 * @throws {HttpProblem} 422, where what results makes no sense, or nothing says how many jobs a second
 */
export function changed(before: LoadSettings | undefined, { for_seconds: _, ...change }: LoadChange): LoadSettings {
  const rate = change.rate ?? before?.rate;
  if (rate === undefined) throw new HttpProblem(422, 'rate: jobs a second were expected, as no load runs yet');
  const after = { ...DEFAULTS, ...before, ...change, rate } as LoadSettings;
  // A way of spacing goes with the shape that it was said for.
  if (change.shape !== undefined && change.arrivals === undefined) delete after.arrivals;
  if (swings(after.shape) && after.low > rate) {
    throw new HttpProblem(422, `low: must not be above the rate, which is ${rate}, got ${after.low}`);
  }
  if (after.shape === 'poisson' && after.arrivals === 'even') {
    throw new HttpProblem(422, 'arrivals: of the shape poisson come at random; for even ones take the shape constant');
  }
  if (after.shape === 'trace' && after.trace === undefined) {
    throw new HttpProblem(422, 'trace: was expected, as the shape is trace');
  }
  return after;
}
