// guv's own normal form of a configuration: long names, '*' with all defaults copied into each role, stddev and target worked out. Pure.
import { KEYS, keyOf } from './keys.ts';
import { targetError, targetOf } from './target.ts';

/** The entry that holds defaults for all roles. */
export const ALL = '*';

/** As guv makes it. Keys that are unknown are kept, and have no effect. */
export interface NormalizedRole {
  [key: string]: unknown;
  processing: number;
  deadline: number;
  boot: number;
  concurrency: number;
  minimum: number;
  maximum: number;
  percentile: number;
  pollinterval: number;
  history: number;
  /** Roles have the next four, '*' only where they were written there. */
  worker?: string;
  queue?: string | string[];
  stddev?: number;
  target?: number;
  /** In guv's words: a target that cannot be met. */
  errors: string[];
}

/** What the file says of one entry, by the keys' long names; of two spellings of a key the later one counts, as with guv. */
export function longNames(entry: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry).map(([name, value]) => [keyOf(name)?.name ?? name, value]));
}

const withDefaults = (entry: Record<string, unknown>): NormalizedRole => {
  const defaults = KEYS.filter(({ fallback }) => fallback !== undefined).map((key) => [key.name, key.fallback]);
  const given = Object.entries(entry).filter(
    ([name, value]) => keyOf(name) === undefined || (value ?? undefined) !== undefined,
  );
  return { ...Object.fromEntries(defaults), ...Object.fromEntries(given), errors: [] };
};

function normalizeRole(role: string, entry: Record<string, unknown>): NormalizedRole {
  const normal = withDefaults(entry);
  normal.worker ||= role;
  normal.queue ||= role;
  normal.stddev ||= normal.processing * 0.5;
  normal.target ||= targetOf({ ...normal, stddev: normal.stddev });
  if (normal.target <= normal.processing) {
    normal.errors.push(targetError(normal.target, normal.processing, normal.deadline));
    // guv's way out, so that the rule has something to divide by.
    normal.target = normal.processing + 0.01;
  }
  return normal;
}

/** @param entries what the file says of each role and of '*', under long names, with values that have been checked */
export function normalize(entries: ReadonlyMap<string, Record<string, unknown>>): Record<string, NormalizedRole> {
  const all = entries.get(ALL) ?? {};
  const roles = [...entries].filter(([role]) => role !== ALL);
  return Object.fromEntries([
    [ALL, withDefaults(all)],
    ...roles.map(([role, entry]) => [role, normalizeRole(role, { ...all, ...entry })] as const),
  ]);
}
