// The command that compares again with the same load, as a person would type it.
import type { LoadFacts } from './comparison.ts';

/** What is asked where nothing is said. */
export const DEFAULTS = {
  shape: 'flash',
  rate: '12',
  for: '90s',
  seed: '1',
  set: '2',
  deadline: '10',
  sample: 'mountains',
  size: '320x240',
};

const word = (text: string): string => (/^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** All of it is written out: what is asked where nothing is said may change. @param deadline seconds */
export function repeatCommand(load: LoadFacts, { deadline, sync }: { deadline: number; sync: boolean }): string {
  const { shape, rate, seconds, seed, set, sample, size } = load;
  const options = { shape, rate, for: `${seconds}s`, seed, set, deadline, sample, size };
  const given = Object.entries(options).map(([name, value]) => `--${name} ${word(String(value))}`);
  return ['./lab compare', ...(sync ? ['--sync'] : []), ...given].join(' ');
}
