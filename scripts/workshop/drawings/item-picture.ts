// Draws one item's life line: a lane for each place where it was, from top to bottom, and time from left to right.

import { timeLabel } from '../../scaling/moments.ts';
import { niceStep } from '../../simulation/axis.ts';
import { element, line } from '../../simulation/svg.ts';
import { lengthOf, type Segment } from '../../trace/segments.ts';
import type { ItemTrace } from './item-trace.ts';
import { MARGIN, picture, WIDTH, words } from './picture.ts';

const LANE = 34;
const BAR = 18;
const TOP = 92;
/** The names of the lanes, and room for the last numbers. */
const LEFT = 150;
const RIGHT = 100;
const TICKS = 6;
/** Pixels that a letter of a number takes at the most. */
const LETTER = 8;

const STYLE = `
.waiting { fill: var(--waiting); fill-opacity: 0.28; stroke: var(--waiting); stroke-width: 1.5; stroke-dasharray: 4 3; }
.working { fill: var(--working); }
.step { fill: none; stroke: var(--news); stroke-width: 2; stroke-dasharray: 2 4; stroke-linecap: round; }
.lane { stroke: var(--grid); } .inside { fill: var(--paper); font-weight: 600; } .small { font-size: 13px; }
`;

/** Where an item is in the meantime. */
interface Stay extends Pick<Segment, 'from' | 'to'> {
  lane: string;
  kind: 'waiting' | 'working';
  note: string;
}

const milliseconds = (value: number): string => `${value.toLocaleString('en-GB')} ms`;

function staysOf({ segments }: ItemTrace): Stay[] {
  return segments.flatMap(({ kind, role = '', attempt, redelivered, from, to }) => {
    if (kind === 'on its way') return [];
    const again = redelivered ? ', handed out again' : attempt > 1 ? `, attempt ${attempt}` : '';
    return [{ lane: kind === 'waiting' ? `queue of ${role}` : role, kind, note: again, from, to }];
  });
}

const sumOf = ({ segments }: ItemTrace, kind: Segment['kind']): number =>
  segments.filter((one) => one.kind === kind).reduce((sum, { from, to }) => sum + to - from, 0);

/** The sum that the drawing shows, as words. */
export function sentence(trace: ItemTrace): string {
  const parts = (['waiting', 'working', 'on its way'] as const).map(
    (kind) => `${milliseconds(sumOf(trace, kind))} ${kind}`,
  );
  return `${parts.join(' + ')} = ${milliseconds(trace.total_ms)} from accepted to ${trace.state}`;
}

/** Round numbers of milliseconds; never more labels than fit. */
function ticksOf(total: number): { at: number; text: string }[] {
  const step = niceStep(Math.max(total, TICKS), TICKS);
  const inSeconds = total >= 1_000;
  return Array.from({ length: Math.floor(total / step) + 1 }, (_, i) => {
    const at = i * step;
    return { at, text: inSeconds || at === 0 ? timeLabel(at / 1_000) : milliseconds(at) };
  });
}

function stay({ from, to, kind, note }: Stay, y: number, x: (ms: number) => number): string {
  const [left, width] = [x(from), Math.max(3, x(to) - x(from))];
  const text = `${milliseconds(lengthOf({ from, to } as Segment))}${note}`;
  const fits = width > text.length * LETTER + 12;
  const number =
    fits && kind === 'working'
      ? words(left + width / 2, y + 5, text, 'small inside', 'middle')
      : fits
        ? words(left + width / 2, y + 5, text, 'small', 'middle')
        : words(left + width + 7, y + 5, text, 'small');
  return element('rect', { class: kind, x: left, y: y - BAR / 2, width, height: BAR, rx: 3 }) + number;
}

/** @returns the text of an SVG file */
export function itemPicture(trace: ItemTrace): string {
  const stays = staysOf(trace);
  const lanes = [...new Set(stays.map(({ lane }) => lane))];
  const inner = WIDTH - LEFT - RIGHT;
  const x = (ms: number): number => LEFT + (trace.total_ms === 0 ? 0 : ms / trace.total_ms) * inner;
  const yOf = (lane: string): number => TOP + (lanes.indexOf(lane) + 0.5) * LANE;
  const bottom = TOP + lanes.length * LANE;
  const steps = stays.slice(1).map((next, i) => {
    const before = stays[i]!;
    const [from, to] = [yOf(before.lane), yOf(next.lane)];
    const side = to > from ? 1 : -1;
    const d = `M${Math.round(x(before.to))} ${from + (side * BAR) / 2}L${Math.round(x(next.from))} ${to - (side * BAR) / 2}`;
    return element('path', { class: 'step', d });
  });
  const axis = ticksOf(trace.total_ms).map(
    ({ at, text }) =>
      line(x(at), TOP, x(at), bottom, { class: 'lane' }) + words(x(at), bottom + 20, text, 'small faint', 'middle'),
  );
  const about = `One item's life line: ${sentence(trace)}`;
  return picture({ height: bottom + 36, about, style: STYLE }, [
    words(MARGIN + 4, 34, "One item's life line", 'title'),
    words(MARGIN + 4, 58, sentence(trace), 'faint'),
    ...axis,
    line(LEFT, bottom, LEFT + inner, bottom, { class: 'lane' }),
    ...lanes.map((lane) => words(LEFT - 14, yOf(lane) + 5, lane, lane.startsWith('queue') ? 'faint' : 'name', 'end')),
    ...steps,
    ...stays.map((one) => stay(one, yOf(one.lane), x)),
  ]);
}
