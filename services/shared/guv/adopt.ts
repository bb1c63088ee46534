// Writes measured processing times into the text of a configuration, and leaves all the rest of it as it is: comments, order, spaces.
import { isMap, isScalar, type Pair, parseDocument, type Scalar, type YAMLMap } from 'yaml';
import { keyOf } from './keys.ts';
import { GuvConfigError } from './problem.ts';
import { readGuvConfig } from './read-config.ts';

/** Seconds. */
export interface MeasuredTimes {
  processing: number;
  stddev: number;
}

/** A piece of the text, and what takes its place. */
interface Splice {
  from: number;
  to: number;
  text: string;
}

const NAMES = ['processing', 'stddev'] as const;

/** Three digits are more than any measurement is good for; a deviation of 0 would mean half of processing to guv. */
export const rounded = (value: number): number => Math.max(0.001, Number(value.toPrecision(3)));

const rangeOf = (node: unknown): [number, number, number] => (node as Scalar).range!;

const spelling = (pair: Pair): string => String((pair.key as Scalar).value);

const pairFor = (map: YAMLMap, name: string): Pair | undefined =>
  // Of two spellings of a key the later one counts.
  map.items.findLast((pair) => isScalar(pair.key) && keyOf(spelling(pair))?.name === name);

/** New keys of a flow mapping, {…}: behind its last one, or as its only ones. */
function intoFlow(map: YAMLMap, pairs: string[]): Splice {
  const last = map.items.at(-1);
  const [start] = rangeOf(map);
  if (last === undefined) return { from: start + 1, to: start + 1, text: pairs.join(', ') };
  const end = rangeOf(last.value ?? last.key)[1];
  return { from: end, to: end, text: `, ${pairs.join(', ')}` };
}

/** New keys of a block mapping: in front of its first one, at the same depth. */
function intoBlock(map: YAMLMap, pairs: string[], text: string): Splice {
  const [start] = rangeOf(map.items[0]!.key);
  const indent = start - (text.lastIndexOf('\n', start - 1) + 1);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  return { from: start, to: start, text: pairs.map((pair) => `${pair}${newline}${' '.repeat(indent)}`).join('') };
}

function splicesFor(role: string, entry: Pair, measured: MeasuredTimes, text: string): Splice[] {
  const quote = (entry.key as Scalar).type === 'QUOTE_DOUBLE' && text.trimStart().startsWith('{') ? '"' : '';
  const written = (name: (typeof NAMES)[number]): string => `${quote}${name}${quote}: ${rounded(measured[name])}`;
  const { value } = entry;
  if (value === null || (isScalar(value) && value.value === null)) {
    // `resize:` and nothing behind it, or a ~
    const colon = text.indexOf(':', rangeOf(entry.key)[1]) + 1;
    const [start, end] = value === null ? [colon, colon] : rangeOf(value);
    return [{ from: colon, to: start === end ? colon : end, text: ` {${NAMES.map(written).join(', ')}}` }];
  }
  if (!isMap(value)) throw new Error(`${role} takes its entry from elsewhere in the file; write it out first`);
  const splices: Splice[] = [];
  const missing: string[] = [];
  for (const name of NAMES) {
    const pair = pairFor(value, name);
    if (pair === undefined) missing.push(written(name));
    else if (!isScalar(pair.value)) throw new Error(`${role}.${spelling(pair)} is no plain number; write it out first`);
    else {
      const [from, to] = rangeOf(pair.value);
      splices.push({ from, to, text: String(rounded(measured[name])) });
    }
  }
  if (missing.length > 0) splices.push(value.flow ? intoFlow(value, missing) : intoBlock(value, missing, text));
  return splices;
}

/** Whether nothing but what was measured has changed: an anchor may carry a number on to other roles. */
function assertOnlyThat(before: string, after: string, measured: Readonly<Record<string, MeasuredTimes>>): void {
  const rest = (text: string): string =>
    JSON.stringify(
      readGuvConfig(text, 'guv.yaml', { lenient: true }).roles.map(({ processing, stddev, target, ...settings }) =>
        Object.hasOwn(measured, settings.role) ? settings : { ...settings, processing, stddev },
      ),
    );
  if (rest(before) !== rest(after)) throw new Error('other settings would change with these; write them out first');
}

/**
 * @param measured what was measured, for roles of the file; others are passed over
 * @returns the text with the numbers rounded to three digits; in flow mappings and JSON, too
 * @throws {GuvConfigError} where the text is wrong, or would be: the deadline may be too short for what was measured
 * @throws {Error} where an anchor is in the way
 */
export function adopt(text: string, measured: Readonly<Record<string, MeasuredTimes>>, file = 'guv.yaml'): string {
  // What is wrong with the numbers that are there may be right with the new ones.
  readGuvConfig(text, file, { lenient: true });
  const top = parseDocument(text, { merge: true }).contents;
  if (!isMap(top)) return text;
  const splices = top.items.flatMap((entry) => {
    const role = spelling(entry as Pair);
    const times = Object.hasOwn(measured, role) ? measured[role] : undefined;
    return times === undefined ? [] : splicesFor(role, entry as Pair, times, text);
  });
  // From the end, so that the places before stay where they are.
  const adopted = splices
    .sort((a, b) => b.from - a.from)
    .reduce((all, { from, to, text: piece }) => all.slice(0, from) + piece + all.slice(to), text);
  try {
    readGuvConfig(adopted, file);
  } catch (error) {
    if (!(error instanceof GuvConfigError)) throw error;
    throw new GuvConfigError(`${file} with what was measured`, error.problems);
  }
  assertOnlyThat(text, adopted, measured);
  return adopted;
}
