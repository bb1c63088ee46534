// The table of all keys, for `./lab guv keys` and README.md.
import { type GuvKey, KEYS, rangeText } from './keys.ts';

const ALLOWED: Record<GuvKey['kind'], string> = {
  number: 'a number',
  whole: 'a whole number',
  text: 'a name',
  texts: 'a name, or a list of names',
  switch: 'on, off',
  policy: 'a name, or an address',
  fallback: 'hold, higher n, n',
};

function allowed(key: GuvKey): string {
  const range = rangeText(key);
  return [ALLOWED[key.kind], ...(range === '' ? [] : [range])].join(' ');
}

const meaning = ({ doc, idle }: GuvKey): string => (idle ? `${doc}; no effect here: ${idle}` : doc);

export const KEY_HEADING = ['key', 'short', 'may be', 'unit', 'default', 'from', 'meaning'];

/** A row for each key, in the order of KEYS. */
export const keyRows = (): string[][] =>
  KEYS.map((key) => [key.name, key.short.join(', '), allowed(key), key.unit, key.default, key.from, meaning(key)]);
