// Whether a value fits its key, and what was expected where it does not.
import { type GuvKey, rangeText } from './keys.ts';

/** A file policies/<name>.ts; no dots and slashes, so that it cannot lead elsewhere. */
const POLICY_NAME = /^[a-z0-9][\w-]*$/i;

export type Fallback = 'hold' | { higher: number } | { fixed: number };

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** `hold`, `higher 3`, `3`; `fixed 3`, {higher: 3} and {fixed: 3} say the same. Undefined where it is none of them. */
export function fallbackOf(value: unknown): Fallback | undefined {
  if (value === 'hold') return 'hold';
  if (isWhole(value)) return { fixed: value };
  if (typeof value === 'string') {
    const [, how, number] = /^(higher|fixed)[ ]+(\d{1,9})$/.exec(value) ?? [];
    if (how === undefined) return undefined;
    return how === 'higher' ? { higher: Number(number) } : { fixed: Number(number) };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const [[how, number] = ['', undefined], ...others] = Object.entries(value);
  if (others.length > 0 || !isWhole(number)) return undefined;
  if (how === 'higher') return { higher: number };
  return how === 'fixed' ? { fixed: number } : undefined;
}

const SWITCH = new Map<unknown, boolean>([
  [true, true],
  [false, false],
  // In YAML 1.2 these are texts, and people write them all the same.
  ['on', true],
  ['off', false],
  ['yes', true],
  ['no', false],
]);

export const switchOf = (value: unknown): boolean | undefined => SWITCH.get(value);

/** As it would stand in a file, and short. */
function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function numberProblem(key: GuvKey, value: unknown, lenient: boolean): string | undefined {
  const noun = key.kind === 'whole' ? 'a whole number' : 'a number';
  const unit = key.unit === '' ? '' : ` of ${key.unit === '%' ? 'percent' : key.unit}`;
  const range = rangeText(key);
  const expected = `must be ${noun}${unit}${range === '' ? '' : ` ${range}`}, got ${shown(value)}`;
  if (typeof value === 'string' && /^\s*-?[\d.]+\s*\w*\s*$/.test(value)) {
    return `${expected}: write it without quotes and without a unit`;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return expected;
  if (key.kind === 'whole' && !Number.isInteger(value)) return expected;
  const { least = -Infinity, most = Infinity, above = -Infinity, below = Infinity } = key.range;
  if (value >= least && value <= most && value > above && value < below) return undefined;
  // guv lets any number pass. Its rule makes sense of these; of no slots, or of 100 percent, it does not.
  const guvWouldDo = value >= 0 && key.name !== 'concurrency' && key.name !== 'percentile';
  return lenient && guvWouldDo ? undefined : expected;
}

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '' && value.length <= 255;

function isPolicy(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  if (/^https?:\/\//.test(value)) return URL.canParse(value);
  return POLICY_NAME.test(value);
}

function textsProblem(value: unknown): string | undefined {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0 || !list.every(isText))
    return `must be a name, or a list of names such as [a, b], got ${shown(value)}`;
  const twice = list.find((name, i) => list.indexOf(name) !== i);
  return twice === undefined ? undefined : `names ${shown(twice)} twice: its backlog would count double`;
}

/**
 * What was expected, as the end of a sentence that begins with the key; undefined where the value fits.
 * @param options lenient: numbers that guv itself would take, where its rule makes sense of them
 */
export function valueProblem(key: GuvKey, value: unknown, { lenient = false } = {}): string | undefined {
  if (value === null || value === undefined) return 'has no value';
  switch (key.kind) {
    case 'number':
    case 'whole':
      return numberProblem(key, value, lenient);
    case 'text':
      return isText(value) ? undefined : `must be a name, got ${shown(value)}`;
    case 'texts':
      return textsProblem(value);
    case 'switch':
      return switchOf(value) === undefined ? `must be on or off (or true, false), got ${shown(value)}` : undefined;
    case 'policy':
      return isPolicy(value)
        ? undefined
        : `must be deadline, guv, keda-queue-length, the name of a file policies/<name>.ts, or an http address, got ${shown(value)}`;
    case 'fallback':
      return fallbackOf(value) === undefined
        ? `must be hold, higher 3, or a whole number, got ${shown(value)}`
        : undefined;
  }
}
