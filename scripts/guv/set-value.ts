// `role.key=value` written into the text of a configuration, which keeps its comments and its order.
import { isCollection, isMap, isScalar, type Pair, parse, parseDocument } from 'yaml';
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
} from '../../services/shared/guv/edit-text.ts';
import { keyOf } from '../../services/shared/guv/keys.ts';
import { ALL } from '../../services/shared/guv/normalize.ts';
import { readGuvText } from '../../services/shared/guv/yaml-text.ts';
import { CannotRun } from '../command.ts';
import { printable } from '../printable.ts';

export interface Assignment {
  /** Or `*`, for all roles. */
  role: string;
  key: string;
  value: number | string | boolean | string[];
}

/** One that was written, and the line of the file in which it stands now. */
export interface Written {
  role: string;
  key: string;
  line: number;
  /** That line as it was; undefined where it is a new one. */
  before?: string;
  after: string;
}

const isValue = (value: unknown): value is Assignment['value'] =>
  ['number', 'string', 'boolean'].includes(typeof value) ||
  (Array.isArray(value) && value.every((one) => typeof one === 'string'));

/** `resize.deadline=4`, `*.boot=5`, `resize.queue=[a.IN, b.IN]`. @throws {CannotRun} */
export function readAssignment(given: string): Assignment {
  const [, role, key, text] = /^([^.=\s]+)\.(\w+)=(\s*\S.*)$/.exec(given) ?? [];
  try {
    const value: unknown = text === undefined ? undefined : parse(text, { prettyErrors: false });
    if (role !== undefined && key !== undefined && isValue(value)) return { role, key, value };
  } catch {}
  throw new CannotRun(`expected role.key=value such as resize.deadline=4, got ${JSON.stringify(printable(given))}`);
}

/** Plain where it means itself, wherever it stands. */
const word = (value: string): string =>
  /^[\w.][\w./:-]*$/.test(value) && parse(value) === value ? value : JSON.stringify(value);

function valueText(value: Assignment['value'], json: boolean): string {
  if (json) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(word).join(', ')}]`;
  return typeof value === 'string' ? word(value) : String(value);
}

/** The value of a key that stands there. */
function replaced(role: string, pair: Pair, value: string, text: string): Splice {
  const { value: old } = pair;
  const isEmpty = old === null || (isScalar(old) && rangeOf(old)[0] === rangeOf(old)[1]);
  if (isEmpty) {
    const colon = text.indexOf(':', rangeOf(pair.key)[1]) + 1;
    return { from: colon, to: colon, text: ` ${value}` };
  }
  if (!isScalar(old) && !(isCollection(old) && old.flow)) {
    throw new CannotRun(`${role}.${spelling(pair)} takes its value from elsewhere in the file; write it out first`);
  }
  const [from, to] = rangeOf(old);
  return { from, to, text: value };
}

function spliceFor({ role, key, value }: Assignment, text: string): Splice {
  const top = parseDocument(text, { merge: true }).contents;
  if (!isMap(top) || top.items.length === 0) throw new CannotRun('the file has no roles; write the first one by hand');
  const entry = top.items.find((pair) => spelling(pair as Pair) === role) as Pair | undefined;
  const first = top.items[0] as Pair;
  const quote = quoteOf(entry ?? first, text);
  const written = valueText(value, quote !== '');
  const pair = `${quote}${key}${quote}: ${written}`;
  if (entry === undefined) {
    const roles = top.items.map((one) => spelling(one as Pair)).filter((name) => name !== ALL);
    if (role !== ALL) throw new CannotRun(`the file has no role ${printable(role)}; it has ${roles.join(', ')}`);
    return top.flow ? intoFlow(top, [`"${ALL}": {${pair}}`]) : intoBlock(top, [`"${ALL}": {${pair}}`], text);
  }
  const settings = entry.value;
  if (settings === null || (isScalar(settings) && settings.value === null)) return intoNothing(entry, [pair], text);
  if (!isMap(settings)) throw new CannotRun(`${role} takes its entry from elsewhere in the file; write it out first`);
  const known = pairFor(settings, keyOf(key)?.name ?? key);
  if (known !== undefined) return replaced(role, known, written, text);
  return settings.flow ? intoFlow(settings, [pair]) : intoBlock(settings, [pair], text);
}

/** As it is spelt in the text. */
function spelledIn(text: string, { role, key }: Assignment): string {
  const entry = readGuvText(text).plain.get(role);
  const keys = typeof entry === 'object' && entry !== null ? Object.keys(entry) : [];
  return keys.findLast((one) => one === key || keyOf(one)?.name === (keyOf(key)?.name ?? key)) ?? key;
}

/**
 * One value written; whether the text is a sound configuration then is for the caller to say.
 * @throws {CannotRun} where it cannot be written into this text
 */
export function setValue(text: string, assignment: Assignment): { text: string; written: Written } {
  const { problems } = readGuvText(text);
  const [problem] = problems;
  if (problem !== undefined) throw new CannotRun(`line ${problem.line}: ${printable(problem.text)}`);
  const changed = spliced(text, [spliceFor(assignment, text)]);
  const { role } = assignment;
  const key = spelledIn(changed, assignment);
  const { line } = readGuvText(changed).where(role, key);
  const [old, now] = [text.split(/\r?\n/), changed.split(/\r?\n/)];
  const before = old.length === now.length ? { before: old[line - 1]! } : {};
  return { text: changed, written: { role, key, line, ...before, after: now[line - 1]! } };
}

/** All of them, one after the other. @throws {CannotRun} as `setValue`, and where an anchor would carry one on to other settings */
export function setValues(text: string, assignments: readonly Assignment[]): { text: string; written: Written[] } {
  const written: Written[] = [];
  let changed = text;
  for (const assignment of assignments) {
    const set = setValue(changed, assignment);
    changed = set.text;
    written.push(set.written);
  }
  const isMeant = (role: string, key: string): boolean =>
    assignments.some((one) => [role, ALL].includes(one.role) && (keyOf(one.key)?.name ?? one.key) === key);
  try {
    assertOnlyMeant(text, changed, isMeant);
  } catch (error) {
    throw new CannotRun(printable((error as Error).message));
  }
  return { text: changed, written };
}
