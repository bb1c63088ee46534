// Reads environment variables once, typed, and complains by name: what was given, what was expected.

/** One environment variable: its name, and how its text becomes a value (or a sentence that says what was expected). */
export interface Setting<T> {
  readonly name: string;
  readonly secret?: boolean;
  readonly fallback?: T;
  parse(text: string): { value: T } | { expected: string };
}

/** Every problem found, one line each. Secrets are never quoted. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

interface NumberOptions {
  fallback?: number;
  min?: number;
  max?: number;
}

function range({ min, max }: NumberOptions): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` >= ${min}`;
  if (max !== undefined) return ` <= ${max}`;
  return '';
}

function numeric(name: string, options: NumberOptions, kind: string, shape: RegExp): Setting<number> {
  return {
    name,
    fallback: options.fallback,
    parse(text) {
      const value = Number(text);
      const fits = shape.test(text) && value >= (options.min ?? -Infinity) && value <= (options.max ?? Infinity);
      return fits ? { value } : { expected: `${kind}${range(options)}` };
    },
  };
}

/** A whole number, bounds included. */
export function wholeNumber(name: string, options: NumberOptions = {}): Setting<number> {
  return numeric(name, options, 'a whole number', /^-?\d+$/);
}

/** A number, fractions allowed, bounds included. Put the unit in the name: `_SECONDS`, `_MS`. */
export function decimal(name: string, options: NumberOptions = {}): Setting<number> {
  return numeric(name, options, 'a number', /^-?\d+(\.\d+)?$/);
}

/** Any text. */
export function text(name: string, options: { fallback?: string; secret?: boolean } = {}): Setting<string> {
  return { name, ...options, parse: (given) => ({ value: given }) };
}

/** One of a few words. */
export function choice<const T extends string>(
  name: string,
  words: readonly T[],
  options: { fallback?: T } = {},
): Setting<T> {
  return {
    name,
    ...options,
    parse(given) {
      const value = words.find((word) => word === given);
      return value === undefined ? { expected: `one of ${words.join(', ')}` } : { value };
    },
  };
}

/** 1 or 0, true or false. */
export function flag(name: string, options: { fallback?: boolean } = {}): Setting<boolean> {
  return {
    name,
    ...options,
    parse(given) {
      if (['1', 'true'].includes(given)) return { value: true };
      if (['0', 'false'].includes(given)) return { value: false };
      return { expected: '1, 0, true or false' };
    },
  };
}

/** A URL with one of the given schemes. It may carry a password, so it is never quoted in an error. */
export function url(name: string, schemes: readonly string[], options: { fallback?: string } = {}): Setting<string> {
  const expected = `a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  return {
    name,
    ...options,
    secret: true,
    parse(given) {
      const parsed = URL.canParse(given) ? new URL(given) : undefined;
      const known = parsed !== undefined && parsed.hostname !== '' && schemes.includes(parsed.protocol.slice(0, -1));
      return known ? { value: given } : { expected };
    },
  };
}

/** The values that `readConfig` returns for a table of settings. */
export type ConfigOf<S> = { [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

/**
 * Reads all settings of a table from the environment; an empty variable counts as not set.
 * @throws {ConfigError} with one line for each variable that is missing or wrong.
 */
export function readConfig<S extends Record<string, Setting<unknown>>>(
  settings: S,
  env: NodeJS.ProcessEnv = process.env,
): ConfigOf<S> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(settings)) {
    const given = env[setting.name];
    if (given === undefined || given === '') {
      if (setting.fallback !== undefined) values[key] = setting.fallback;
      else {
        const answer = setting.parse('');
        problems.push(`${setting.name} must be ${'expected' in answer ? answer.expected : 'set'}, but it is not set`);
      }
      continue;
    }
    const answer = setting.parse(given);
    if ('value' in answer) values[key] = answer.value;
    else {
      const shown = setting.secret ? 'something else (not shown, it may hold a password)' : JSON.stringify(given);
      problems.push(`${setting.name} must be ${answer.expected}, got ${shown}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values as ConfigOf<S>;
}
