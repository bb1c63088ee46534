// One line of an expected result, held against one line of an output. In it stand, besides text:
//
//   [2..40]     a number from 2 to 40: 7, 12.5 (1,234 is one number too); [2..] has no upper bound. The number is a whole one in
//               the output: [1..5] is not the 1 of 12. With ` s` behind it it is a time, however written: 450 ms, 3.2 s, 1 min 15 s
//   …           any text, or none
//   <id>        any one word, without blanks
//
// All readings of the line are followed at once, as sets of positions in the output's line, so that no line takes long.

export interface Range {
  least: number;
  most: number;
  /** As it stands in the expected line: `[2..40]`. */
  text: string;
  /** With ` s` behind it. */
  isTime: boolean;
}

type Token =
  | { kind: 'text'; text: string }
  /** Blanks around it stand for one blank where nothing is left out: `a … b` is in line with `a b`. */
  | { kind: 'any'; blankBefore: boolean; blankAfter: boolean }
  | { kind: 'word' }
  | ({ kind: 'number' } & Range);

const NUMBER = String.raw`\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?`;
const RANGE = new RegExp(String.raw`\[(-?(?:${NUMBER}))\.\.(-?(?:${NUMBER}))?\]( s(?!\w))?`);
const TOKEN = new RegExp(String.raw`${RANGE.source}|( )?…( )?|(<[A-Za-z][\w-]*>)`, 'g');
const SEEN_NUMBER = new RegExp(`[-−]?(?:${NUMBER})`, 'y');
const SEEN_TIME = new RegExp(String.raw`(${NUMBER})(?: (ms|s)| min(?: (${NUMBER}) s)?)(?!\w)`, 'y');

const value = (text: string): number => Number(text.replaceAll(',', '').replace('−', '-'));

/** Blanks of all kinds as one each, none at the ends. */
export function plain(line: string): string {
  return line.replace(/\s+/g, ' ').trim();
}

function tokensOf(line: string): Token[] {
  const text = plain(line);
  const tokens: Token[] = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [all, least, most, second, before, after, word] = match;
    if (match.index > at) tokens.push({ kind: 'text', text: text.slice(at, match.index) });
    at = match.index + all.length;
    if (least !== undefined) {
      const bounds = { least: value(least), most: most === undefined ? Number.POSITIVE_INFINITY : value(most) };
      tokens.push({ kind: 'number', ...bounds, text: all.trim(), isTime: second !== undefined });
    } else if (word !== undefined) tokens.push({ kind: 'word' });
    else tokens.push({ kind: 'any', blankBefore: before !== undefined, blankAfter: after !== undefined });
  }
  if (at < text.length) tokens.push({ kind: 'text', text: text.slice(at) });
  return tokens;
}

/** What cannot have been meant in an expected line; undefined where nothing is wrong. */
export function patternProblem(line: string): string | undefined {
  for (const [text] of line.matchAll(/\[[^[\]\s]*\.\.[^[\]\s]*\]/g)) {
    if (!RANGE.test(text)) return `expected a range such as [2..40] or [2..], got ${text}`;
    const [, least, most] = RANGE.exec(text)!;
    if (most !== undefined && value(least!) > value(most)) return `no number is within ${text}`;
  }
  return undefined;
}

/** Longer lines are not explained: that takes the square of their length. */
const EXPLAINED_LENGTH = 1_000;

interface Seen {
  end: number;
  value: number;
  text: string;
}

/** Whether a number could begin here: not within another one, and not behind its minus sign. */
function isStart(text: string, at: number): boolean {
  return !/\d[.,]?$|(?:^|[\s(])[-−]$/.test(text.slice(Math.max(0, at - 2), at));
}

const isWithin = (seen: Seen, { least, most }: Range): boolean => seen.value >= least && seen.value <= most;

function numberAt(text: string, at: number, { isTime }: Range): Seen | undefined {
  const pattern = isTime ? SEEN_TIME : SEEN_NUMBER;
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [seen, first = '', unit, seconds = '0'] = match;
  const end = at + seen.length;
  if (!isTime) return { end, value: value(seen), text: seen };
  const factor = { ms: 0.001, s: 1 }[unit!] ?? 60;
  return { end, value: value(first) * factor + value(seconds), text: seen };
}

/** Places in a line: before its first letter, between two, behind the last; true where a reading may be. */
type Places = boolean[];

const noPlace = (line: string): Places => new Array<boolean>(line.length + 1).fill(false);

function afterText(text: string, line: string, starts: Places): Places {
  const next = noPlace(line);
  for (const [at, here] of starts.entries()) if (here && line.startsWith(text, at)) next[at + text.length] = true;
  return next;
}

function afterAny({ blankBefore, blankAfter }: Token & { kind: 'any' }, line: string, starts: Places): Places {
  const next = noPlace(line);
  let begun = false;
  for (const [at, here] of starts.entries()) {
    const nothing = here && (blankBefore ? at === line.length : !blankAfter || at === 0);
    next[at] = nothing || (begun && (!blankAfter || line[at - 1] === ' '));
    begun ||= here && (!blankBefore || line[at] === ' ');
  }
  return next;
}

function afterWord(line: string, starts: Places): Places {
  const next = noPlace(line);
  let begun = false;
  for (const [at, here] of starts.entries()) {
    next[at] = begun;
    begun = (begun || here) && line[at] !== ' ';
  }
  return next;
}

/** @param free whether it stands behind any text, which must not end in the middle of it */
function afterNumber(range: Range, line: string, starts: Places, free: boolean, checked: boolean): Places {
  const next = noPlace(line);
  for (const [at, here] of starts.entries()) {
    const seen = here && (!free || isStart(line, at)) ? numberAt(line, at, range) : undefined;
    if (seen !== undefined && (!checked || isWithin(seen, range))) next[seen.end] = true;
  }
  return next;
}

/** Where the nth token may end that begins at one of these places. */
function after(tokens: readonly Token[], n: number, line: string, starts: Places, checked: boolean): Places {
  const token = tokens[n]!;
  if (token.kind === 'text') return afterText(token.text, line, starts);
  if (token.kind === 'any') return afterAny(token, line, starts);
  if (token.kind === 'word') return afterWord(line, starts);
  const before = tokens[n - 1]?.kind;
  return afterNumber(token, line, starts, before === 'any' || before === 'word', checked);
}

/** The places that readings reach: before the first token, and behind each. */
function follow(tokens: readonly Token[], line: string, checked: boolean): Places[] {
  const reached = [noPlace(line).with(0, true)];
  for (const n of tokens.keys()) reached.push(after(tokens, n, line, reached[n]!, checked));
  return reached;
}

/** Whether a line of an output is what the expected line says. White space counts as one blank. */
export function isInLine(output: string, expected: string): boolean {
  return follow(tokensOf(expected), plain(output), true).at(-1)!.at(-1)!;
}

/** Where only numbers keep a line from being as expected: the first that is out of its range, as it stands in the output. */
export function outOfRange(output: string, expected: string): { seen: string; range: Range } | undefined {
  const tokens = tokensOf(expected);
  const line = plain(output);
  if (line.length > EXPLAINED_LENGTH) return undefined;
  const reached = follow(tokens, line, false);
  if (!reached.at(-1)!.at(-1)) return undefined;
  // One reading, from its end: the first place at which each token may have begun.
  let end = line.length;
  let found: { seen: string; range: Range } | undefined;
  for (const n of [...tokens.keys()].reverse()) {
    const start = reached[n]!.findIndex(
      (here, at) => here && after(tokens, n, line, noPlace(line).with(at, true), false)[end],
    );
    const token = tokens[n]!;
    const seen = token.kind === 'number' ? numberAt(line, start, token)! : undefined;
    if (token.kind === 'number' && !isWithin(seen!, token)) found = { seen: seen!.text, range: token };
    end = start;
  }
  return found;
}
