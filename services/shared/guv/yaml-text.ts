// The text of a configuration as plain values that know their lines. What is not YAML, or too much of it, is a problem with a place.
import { isMap, isScalar, LineCounter, type Node, parseDocument, type Scalar, visit } from 'yaml';
import type { GuvProblem } from './problem.ts';

/** Bytes: a real file has some hundreds. */
const MOST_BYTES = 1_000_000;
/** Brackets within brackets; three are ever needed. The parser answers deep ones slowly. */
const DEEPEST = 50;
/** Entries of the whole file, roughly: a parser takes seconds for a million. */
const MOST_PIECES = 20_000;
/** Entries of one mapping: roles of a file, or keys of a role. */
const MOST_ENTRIES = 1_000;
/** Uses of anchors: a few lines of them can stand for gigabytes. */
const MOST_ALIASES = 100;

export interface Place {
  line: number;
  column: number;
}

export interface GuvText {
  /** Roles with what the file says of them, in its order; values are not checked. */
  plain: Map<string, unknown>;
  /** Where the role, or its key as it is spelt there, stands: the nearest that is known. */
  where(role?: string, key?: string): Place;
  problems: GuvProblem[];
}

const START: Place = { line: 1, column: 1 };

const failed = (text: string, place: Place = START): GuvText => ({
  plain: new Map(),
  where: () => START,
  problems: [{ ...place, text }],
});

/** Nesting of brackets, without regard to quotes: good enough to refuse what no configuration needs. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const letter of text) {
    if (letter === '[' || letter === '{') deepest = Math.max(deepest, ++depth);
    else if (letter === ']' || letter === '}') depth -= 1;
  }
  return deepest;
}

/** A parser's word, and what people most often did to get it. */
function explained(code: string, message: string, line: string): string {
  const [reason = message] = message.split('\n');
  if (code === 'TAB_AS_INDENT') return 'a tab stands where spaces were expected: YAML is indented by spaces only';
  if (code === 'RESOURCE_EXHAUSTION') return 'nested too deeply';
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here (---); one was expected';
  if (/^\s*\*\s*:/.test(line)) return `the asterisk needs quotes: '*': (${reason})`;
  const joined = /(?:^|[\s{,])(\w+):([^\s{,}]+)/.exec(line);
  if (joined) return `${joined[0].trim()} needs a space after the colon: ${joined[1]}: ${joined[2]} (${reason})`;
  return `not YAML: ${reason}`;
}

/** Never throws. An empty text has no roles; whether that is a problem is for the caller to say. */
export function readGuvText(text: string): GuvText {
  if (Buffer.byteLength(text) > MOST_BYTES) return failed(`the file is larger than ${MOST_BYTES / 1e6} MB`);
  if (depthOf(text) > DEEPEST) return failed(`brackets are nested deeper than ${DEEPEST}`);
  if ((text.match(/[,[{\n]|[:-]\s/g)?.length ?? 0) > MOST_PIECES)
    return failed(`the file has more than ${MOST_PIECES} entries`);
  const counter = new LineCounter();
  // Anchors and merge keys (<<) are YAML's, and guv's files may have them. The parser's own search for keys that stand twice takes
  // minutes for a file with thousands of them; ours is below.
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, merge: true, uniqueKeys: false });
  const placeAt = (offset: number | undefined): Place => {
    if (offset === undefined) return START;
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const lines = text.split('\n');
  // What follows from the first error of a parser is guesswork.
  const problems = [...document.errors, ...document.warnings].slice(0, 1).map((error): GuvProblem => {
    const place = placeAt(error.pos[0]);
    return { ...place, text: explained(error.code, error.message, lines[place.line - 1] ?? '') };
  });
  if (problems.length > 0) return { ...failed(''), problems };
  visit(document, {
    Map(_, map) {
      if (map.items.length > MOST_ENTRIES) {
        problems.push({ ...placeAt(map.range?.[0]), text: `more than ${MOST_ENTRIES} entries begin here` });
        return visit.BREAK;
      }
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? String(key.value) : undefined;
        const place = placeAt((key as Node | null)?.range?.[0]);
        if (name === undefined) problems.push({ ...place, text: 'a key must be plain text' });
        else if (seen.has(name)) problems.push({ ...place, text: `the same key, ${name}, stands here twice` });
        else seen.add(name);
      }
      return undefined;
    },
  });
  if (problems.length > 0) return { ...failed(''), problems };
  const top = document.contents;
  if (top === null || (isScalar(top) && top.value === null)) return { plain: new Map(), where: () => START, problems };
  if (!isMap(top)) {
    const hint = isScalar(top) && /^\S+:\S/.test(String(top.value)) ? ' (a space is missing after the colon)' : '';
    return failed(
      `the file must be a mapping of roles${hint}, such as resize: {deadline: 15}`,
      placeAt(top.range?.[0]),
    );
  }
  let values: Record<string, unknown>;
  try {
    values = document.toJS({ maxAliasCount: MOST_ALIASES }) as Record<string, unknown>;
  } catch (error) {
    return failed(`anchors cannot be followed: ${(error as Error).message}`);
  }
  const index = new Map(top.items.map((item) => [String((item.key as Scalar).value), item] as const));
  const keyIn = (map: unknown, name: string): Node | undefined =>
    (isMap(map) ? map.items.find(({ key }) => String((key as Scalar).value) === name) : undefined)?.key as
      | Node
      | undefined;
  const where = (role?: string, key?: string): Place => {
    const entry = role === undefined ? undefined : index.get(role);
    const found = key === undefined ? undefined : keyIn(entry?.value, key);
    return placeAt((found ?? (entry?.key as Node | undefined))?.range?.[0]);
  };
  return { plain: new Map(Object.entries(values)), where, problems };
}
