// Draws segments of time as a waterfall that fits a terminal: one line each, its bar where it was in the whole.
import { cut } from '../message-text.ts';
import { printable } from '../printable.ts';
import { paint } from '../terminal.ts';
import { lengthOf, type Segment, type SegmentKind } from './segments.ts';

const FILLS: Record<SegmentKind, { fill: string; style: Parameters<typeof paint>[0] }> = {
  'on its way': { fill: '·', style: 'dim' },
  waiting: { fill: '░', style: 'yellow' },
  working: { fill: '█', style: 'green' },
};

/** Columns of the whole. */
const WIDTH = 80;
const LABEL = 18;
const TIME = 11;
const NARROWEST_NOTE = 12;
const MOST_NOTE = 22;

const milliseconds = (value: number): string => `${value.toLocaleString('en-GB')} ms`;

const labelOf = ({ kind, role }: Segment): string => (kind === 'on its way' ? kind : `${role} ${kind}`);

function noteOf({ kind, replica, attempt, redelivered, role }: Segment): string {
  const tries = attempt > 1 ? [`attempt ${attempt}`] : [];
  if (kind === 'working') return [replica ?? '', ...tries].join(', ');
  if (kind === 'waiting') return [...(redelivered ? ['handed out again'] : []), ...tries].join(', ');
  return role === undefined ? 'to the ledger' : `to ${role}`;
}

/** A bar of at least one column, for what took any time at all. */
function bar(segment: Segment, { total, width }: { total: number; width: number }): string {
  if (total === 0 || lengthOf(segment) === 0) return ' '.repeat(width);
  const first = Math.min(width - 1, Math.floor((segment.from / total) * width));
  const last = Math.max(first + 1, Math.round((segment.to / total) * width));
  const { fill, style } = FILLS[segment.kind];
  return ' '.repeat(first) + paint(style, fill.repeat(last - first)) + ' '.repeat(width - last);
}

/** Lines of at most 80 columns; the last says what all of them add up to. */
export function waterfall(segments: readonly Segment[]): string {
  const total = segments.reduce((sum, segment) => sum + lengthOf(segment), 0);
  const longestNote = Math.max(...segments.map((segment) => noteOf(segment).length), 0);
  const note = Math.min(Math.max(longestNote, NARROWEST_NOTE), MOST_NOTE);
  const width = WIDTH - LABEL - TIME - note - 3;
  const line = (label: string, middle: string, time: string, more: string): string =>
    `${cut(printable(label), LABEL).padEnd(LABEL)} ${middle} ${time.padStart(TIME)} ${cut(printable(more), note)}`.trimEnd();
  const lines = segments.map((segment) =>
    line(labelOf(segment), bar(segment, { total, width }), milliseconds(lengthOf(segment)), noteOf(segment)),
  );
  return [...lines, line('', ' '.repeat(width), milliseconds(total), 'in all')].join('\n');
}
