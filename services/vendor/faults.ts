// What can be set wrong with the vendor while it runs: the shape of the faults, and how they change.
import { z } from 'zod';
import { type FieldProblem, Problem } from '../shared/errors.ts';

export interface Faults {
  /** How long a call takes, in milliseconds: half of the calls take less than the median, one in a hundred more than p99. */
  latency_ms: { median: number; p99: number };
  /** Calls a second before it answers 429. */
  rate_per_second: number;
  /** Part of the calls that fail with 500, 0 to 1. */
  error_rate: number;
  /** true: it answers 503 at once. "hang": it takes the call and never answers. */
  outage: boolean | 'hang';
}

const milliseconds = z.number().min(0).max(60_000);

const Change = z
  .strictObject({
    latency_ms: z.strictObject({ median: milliseconds, p99: milliseconds }).partial(),
    rate_per_second: z.number().gt(0).max(100_000),
    error_rate: z.number().min(0).max(1),
    outage: z.union([z.boolean(), z.literal('hang')]),
  })
  .partial();

/** What each field takes, for an error that says so. */
const EXPECTED: Record<string, string> = {
  '': 'an object with latency_ms, rate_per_second, error_rate or outage',
  latency_ms: 'an object with median, p99 or both',
  'latency_ms.median': 'a number of milliseconds from 0 to 60000',
  'latency_ms.p99': 'a number of milliseconds from 0 to 60000',
  rate_per_second: 'a number greater than 0, at most 100000',
  error_rate: 'a number from 0 to 1',
  outage: 'true, false or "hang"',
};

/** One call in a hundred takes this much longer than the median, unless it is said. */
const TAIL = 2.5;

/** The latency that a median stands for where nothing is said about the tail. */
export function latency(median: number): Faults['latency_ms'] {
  return { median, p99: median * TAIL };
}

/**
 * The faults after a change; what is not named stays as it was, but a new median without a p99 takes the tail along.
 * @throws {Problem} `invalid-request` with every field that is wrong.
 */
export function changeFaults(now: Faults, change: unknown): Faults {
  const parsed = Change.safeParse(change);
  if (!parsed.success) throw invalid(parsed.error.issues.flatMap((issue) => fieldProblems(issue, change)));
  const { latency_ms: wanted, ...others } = parsed.data;
  const { median = now.latency_ms.median, p99 } = wanted ?? {};
  const latency_ms = { median, p99: p99 ?? (wanted?.median === undefined ? now.latency_ms.p99 : latency(median).p99) };
  if (latency_ms.p99 < median) {
    throw invalid([{ field: 'latency_ms.p99', expected: `at least the median, ${median}`, given: String(p99) }]);
  }
  return { ...now, ...others, latency_ms };
}

function fieldProblems(issue: z.core.$ZodIssue, change: unknown): FieldProblem[] {
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = field === '' ? 'latency_ms, rate_per_second, error_rate or outage' : 'median or p99';
    return issue.keys.map((key) => ({ field: field === '' ? key : `${field}.${key}`, expected: `one of ${known}` }));
  }
  const given = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)[key], change);
  return [{ field, expected: EXPECTED[field] ?? issue.message, given: JSON.stringify(given)?.slice(0, 100) }];
}

function invalid(fields: FieldProblem[]): Problem {
  const named = fields.map(({ field, expected }) => `${field === '' ? 'the body' : field} must be ${expected}`);
  return new Problem('invalid-request', `${named.join('; ')}.`, { fields });
}
