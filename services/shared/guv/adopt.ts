// Writes measured processing times into the text of a configuration, and leaves all the rest of it as it is: comments, order, spaces.
import { isMap, isScalar, type Pair, parseDocument } from 'yaml';
import {
  assertOnlyMeant,
  intoBlock,
  intoFlow,
  intoNothing,
  pairFor,
  quoteOf,
  rangeOf,
  type Splice,
  spelling,
  spliced,
} from './edit-text.ts';
import { GuvConfigError } from './problem.ts';
import { readGuvConfig } from './read-config.ts';

/** Seconds. */
export interface MeasuredTimes {
  processing: number;
  stddev: number;
}

const NAMES = ['processing', 'stddev'] as const;

/** Three digits are more than any measurement is good for; a deviation of 0 would mean half of processing to guv. */
export const rounded = (value: number): number => Math.max(0.001, Number(value.toPrecision(3)));

function splicesFor(role: string, entry: Pair, measured: MeasuredTimes, text: string): Splice[] {
  const quote = quoteOf(entry, text);
  const written = (name: (typeof NAMES)[number]): string => `${quote}${name}${quote}: ${rounded(measured[name])}`;
  const { value } = entry;
  if (value === null || (isScalar(value) && value.value === null)) {
    return [intoNothing(entry, NAMES.map(written), text)];
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
  const adopted = spliced(text, splices);
  try {
    readGuvConfig(adopted, file);
  } catch (error) {
    if (!(error instanceof GuvConfigError)) throw error;
    throw new GuvConfigError(`${file} with what was measured`, error.problems);
  }
  const isMeant = (role: string, key: string): boolean =>
    Object.hasOwn(measured, role) && NAMES.some((name) => name === key);
  assertOnlyMeant(text, adopted, isMeant);
  return adopted;
}
