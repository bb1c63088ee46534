// The table of `./lab participants`: who is there, by role, with their ports and when they were last heard.
import type { ParticipantState, ParticipantView, PortView } from '../services/coordinator/participants/participants.ts';
import { printable } from './printable.ts';
import { paint, type Style, seconds, table } from './terminal.ts';

/** What `GET /participants` answers. */
export interface ParticipantsAnswer {
  /** False where the broker could not be asked: states are those of before, and what was heard since. */
  observed: boolean;
  participants: ParticipantView[];
  skipped: { count: number; last: { at: number; why: string }[] };
}

const STYLE: Record<ParticipantState, Style> = {
  up: 'green',
  draining: 'yellow',
  paused: 'yellow',
  silent: 'red',
  gone: 'red',
};
const INDENT = '  ';
/** A replica's name is cut where more would not fit; --json has all of it. */
const SHORTEST_NAME = 16;

export interface ReportOptions {
  /** Columns of the terminal. */
  width: number;
  /** Epoch milliseconds. */
  now: number;
}

/** `now`, `3 s ago` */
function ago(at: number | undefined, now: number): string {
  if (at === undefined) return '';
  const passed = Math.max(0, Math.round((now - at) / 1000));
  return passed === 0 ? 'now' : `${passed < 60 ? `${passed} s` : seconds(passed)} ago`;
}

/** A port with its queue; a queue that each replica has for itself is named once for all of them. */
function portText({ id, queue }: PortView, replica: string): string {
  const shared = queue?.endsWith(`.${replica}`) ? `${queue.slice(0, -replica.length)}<replica>` : queue;
  return printable(shared === undefined ? id.toUpperCase() : `${id.toUpperCase()} ${shared}`);
}

/** Words side by side, those that do not fit in lines below. */
function wrap(title: string, words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  const space = ' '.repeat(title.length + 2);
  for (const word of words) {
    const last = lines.at(-1);
    const longer = last === undefined ? `${title}  ${word}` : `${last}   ${word}`;
    if (last === undefined) lines.push(longer);
    else if (longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(space + word);
  }
  return lines;
}

function portLines({ id, inports, outports }: ParticipantView, width: number): string[] {
  const shown = (ports: readonly PortView[]): string[] =>
    ports.filter(({ hidden }) => !hidden).map((port) => portText(port, id));
  return [...wrap('takes', shown(inports), width), ...wrap('gives', shown(outports), width)];
}

/** Replicas of one role that have the same component and ports stand together. */
function groupsOf(participants: readonly ParticipantView[]): ParticipantView[][] {
  const groups = new Map<string, ParticipantView[]>();
  for (const one of participants) {
    const key = JSON.stringify([one.role, one.component, portLines(one, Number.POSITIVE_INFINITY)]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  // Those of a role follow each other, also where they differ.
  const roles = [...new Set(participants.map(({ role }) => role))];
  return roles.flatMap((role) => [...groups.values()].filter(([first]) => first?.role === role));
}

function cutTo(length: number, text: string): string {
  if (text.length <= length) return text;
  // Both ends tell: the role in front, what is its own behind.
  const behind = Math.floor((length - 1) / 2);
  return `${text.slice(0, length - 1 - behind)}…${text.slice(-behind)}`;
}

function skippedLine({ count, last }: ParticipantsAnswer['skipped'], now: number): string[] {
  if (count === 0) return [];
  const latest = last.at(-1);
  const why = latest === undefined ? '' : `; the last ${ago(latest.at, now)}: ${printable(latest.why)}`;
  return [paint('yellow', `${count} ${count === 1 ? 'announcement was' : 'announcements were'} skipped${why}`)];
}

export function participantsReport(
  { observed, participants, skipped }: ParticipantsAnswer,
  { width, now }: ReportOptions,
): string {
  const groups = groupsOf(participants);
  const longest = (...texts: string[]): number => Math.max(...texts.map(({ length }) => length));
  const others =
    longest('role', ...participants.map(({ role }) => role)) +
    longest('component', ...participants.map(({ component = '' }) => component)) +
    'draining'.length +
    'last heard'.length +
    4 * 2;
  const name = Math.max(SHORTEST_NAME, width - others);
  const rows = groups.flatMap((group) =>
    group.map(({ role, component = '', id, state, heardAt, announced }, i) => [
      i === 0 ? paint('bold', printable(role)) : '',
      i === 0 ? printable(component) : '',
      cutTo(name, printable(id)),
      paint(STYLE[state], state),
      announced ? ago(heardAt, now) : paint('dim', 'not yet'),
    ]),
  );
  const [head = '', ...lines] = table([['role', 'component', 'replica', 'state', 'last heard'], ...rows]).split('\n');
  const blocks = groups.map((group) => {
    const ports = portLines(group[0]!, width - INDENT.length).map((line) => paint('dim', INDENT + line));
    return [...lines.splice(0, group.length), ...ports].join('\n');
  });
  const nobody = participants.length === 0 ? ['no participant has announced itself'] : [];
  const [first = '', ...rest] = blocks;
  return [
    ...nobody,
    ...(participants.length === 0 ? [] : [`${head}\n${first}`, ...rest]),
    ...(observed
      ? []
      : [paint('yellow', 'the broker could not be asked: states are what was known before and heard since')]),
    ...skippedLine(skipped, now),
  ].join('\n\n');
}
