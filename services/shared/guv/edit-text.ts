// Changes single values in the text of a configuration, and leaves all the rest of it as it is: comments, order, spaces.
import { isScalar, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { keyOf } from './keys.ts';
import { longNames } from './normalize.ts';
import { readGuvText } from './yaml-text.ts';

/** A piece of the text, and what takes its place. */
export interface Splice {
  from: number;
  to: number;
  text: string;
}

/** Where a node's value begins and ends, and where what belongs to it ends. */
export const rangeOf = (node: unknown): [number, number, number] => (node as Scalar).range!;

/** A key as it stands there. */
export const spelling = (pair: Pair): string => String((pair.key as Scalar).value);

/** The entry of a key, whichever of its names stands there. */
export const pairFor = (map: YAMLMap, name: string): Pair | undefined =>
  // Of two spellings of a key the later one counts.
  map.items.findLast((pair) => isScalar(pair.key) && keyOf(spelling(pair))?.name === name);

/** New keys of a flow mapping, {…}: behind its last one, or as its only ones. */
export function intoFlow(map: YAMLMap, pairs: readonly string[]): Splice {
  const last = map.items.at(-1);
  const [start] = rangeOf(map);
  if (last === undefined) return { from: start + 1, to: start + 1, text: pairs.join(', ') };
  const end = rangeOf(last.value ?? last.key)[1];
  return { from: end, to: end, text: `, ${pairs.join(', ')}` };
}

/** New keys of a block mapping: in front of its first one, at the same depth. */
export function intoBlock(map: YAMLMap, pairs: readonly string[], text: string): Splice {
  const [start] = rangeOf(map.items[0]!.key);
  const indent = start - (text.lastIndexOf('\n', start - 1) + 1);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  return { from: start, to: start, text: pairs.map((pair) => `${pair}${newline}${' '.repeat(indent)}`).join('') };
}

/** The first keys of an entry that has none: `resize:` and nothing behind it, or a ~. */
export function intoNothing({ key, value }: Pair, pairs: readonly string[], text: string): Splice {
  const colon = text.indexOf(':', rangeOf(key)[1]) + 1;
  const [start, end] = value === null ? [colon, colon] : rangeOf(value);
  return { from: colon, to: start === end ? colon : end, text: ` {${pairs.join(', ')}}` };
}

/** JSON wants its keys in quotes. */
export const quoteOf = ({ key }: Pair, text: string): string =>
  (key as Scalar).type === 'QUOTE_DOUBLE' && text.trimStart().startsWith('{') ? '"' : '';

/** The text with all of them in it. */
export function spliced(text: string, splices: readonly Splice[]): string {
  // From the end, so that the places before stay where they are.
  return splices
    .toSorted((a, b) => b.from - a.from)
    .reduce((all, { from, to, text: piece }) => all.slice(0, from) + piece + all.slice(to), text);
}

/** Each value that a text gives to a role, anchors followed, by `role.key`. */
function valuesOf(text: string, isMeant: (role: string, key: string) => boolean): Map<string, string> {
  const all = [...readGuvText(text).plain].flatMap(([role, entry]) =>
    Object.entries(longNames((entry ?? {}) as Record<string, unknown>))
      .filter(([key]) => !isMeant(role, key))
      .map(([key, value]) => [`${role}.${key}`, JSON.stringify(value)] as const),
  );
  return new Map(all);
}

/**
 * Whether nothing has changed but what was meant to: an anchor may carry a value on to other roles.
 * @param isMeant by a role, or '*', and a key's long name
 * @throws {Error} with what else has changed
 */
export function assertOnlyMeant(before: string, after: string, isMeant: (role: string, key: string) => boolean): void {
  const [old, now] = [valuesOf(before, isMeant), valuesOf(after, isMeant)];
  const others = [...new Set([...old.keys(), ...now.keys()])].filter((name) => old.get(name) !== now.get(name));
  if (others.length === 0) return;
  throw new Error(`other settings would change with these: ${others.join(', ')}; write them out first`);
}
