// Holds an output against an expected result: its lines have to be found in the output, in their order; others may stand between.
import { stripVTControlCharacters } from 'node:util';
import { isInLine, outOfRange, plain } from './expected-line.ts';

/** Lines as they are seen: no colours, no empty ones. What a carriage return would overwrite is a line of its own. */
function linesOf(text: string): string[] {
  return stripVTControlCharacters(text)
    .split(/\r\n|\r|\n/)
    .map(plain)
    .filter((line) => line !== '');
}

/** Words, and each with the one behind it. */
const pieces = (line: string): string[] =>
  line.split(' ').flatMap((word, n, words) => (n === 0 ? [word] : [word, `${words[n - 1]} ${word}`]));

/** How many pieces of the expected line stand in another line; of two with as many, the shorter is the more like it. */
function likeness(line: string, expected: string): number {
  const there = new Set(pieces(line));
  return pieces(expected).filter((piece) => there.has(piece)).length - there.size / 1_000_000;
}

function nearest(lines: readonly string[], expected: string): string | undefined {
  const [first] = lines
    .map((line) => ({ line, likeness: likeness(line, expected) }))
    .filter((one) => one.likeness > 0)
    .sort((a, b) => b.likeness - a.likeness);
  return first?.line;
}

const SHOWN_LENGTH = 300;
const shown = (line: string): string => (line.length > SHOWN_LENGTH ? `${line.slice(0, SHOWN_LENGTH)}…` : line);

/** Why a line was not found among those that were left, in a sentence. */
function missing(expected: string, left: readonly string[], passed: readonly string[]): string {
  const found = passed.at(-1);
  const what = `expected ${JSON.stringify(expected)}${found === undefined ? '' : ` behind ${JSON.stringify(shown(found))}`}`;
  for (const line of left) {
    const out = outOfRange(line, expected);
    if (out !== undefined)
      return `${what}, got ${JSON.stringify(shown(line))}: ${out.seen} is not within ${out.range.text}`;
  }
  if (passed.some((line) => isInLine(line, expected))) return `${what}, but it stands before that only`;
  if (left.length === 0) return `${what}, but ${found === undefined ? 'nothing was printed' : 'the output ends there'}`;
  const near = nearest(left, expected);
  if (near === undefined) return `${what}; nothing like it was printed, but ${JSON.stringify(shown(left[0]!))}`;
  return `${what}; the nearest line is ${JSON.stringify(shown(near))}`;
}

/**
 * Undefined where the output is as expected; else a sentence that names the first line that was not found, and what comes nearest to it.
 * An expected result of no lines stands for an output of none.
 */
export function difference(output: string, expected: string): string | undefined {
  const lines = linesOf(output);
  const wanted = linesOf(expected);
  if (wanted.length === 0)
    return lines.length === 0 ? undefined : `expected no output, got ${JSON.stringify(shown(lines[0]!))}`;
  let at = 0;
  for (const line of wanted) {
    if (line === '…') continue; // other lines may stand between anyway
    const found = lines.findIndex((one, n) => n >= at && isInLine(one, line));
    if (found === -1) return missing(line, lines.slice(at), lines.slice(0, at));
    at = found + 1;
  }
  return undefined;
}
