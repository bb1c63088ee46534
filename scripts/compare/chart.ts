// The frame of a chart of the page: axes with ticks, and what is drawn inside them. Colours are classes: the page's style knows them, in the
// light and in the dark.
import { amount, timeLabel } from '../scaling/moments.ts';
import { timeTicks, valueTicks } from '../simulation/axis.ts';
import { element, label, line } from '../simulation/svg.ts';

/** From values to pixels. */
export interface Scales {
  x(seconds: number): number;
  y(value: number): number;
}

export interface Frame {
  /** What a person who does not see it is told: the name of the picture, and what it comes to. */
  name: string;
  /** Seconds from left to right. */
  span: number;
  /** The highest value that has to fit; both charts of a pair have the same. */
  highest: number;
  /** Only whole numbers on the axis. */
  whole?: boolean;
  /** Seconds, not a count, on the upward axis. */
  times?: boolean;
}

/** Narrow: on a telephone the letters are as large as those beside it, and a projector makes all of it larger. */
const SIZE = { width: 460, height: 178 };
const MARGIN = { top: 14, right: 10, bottom: 24, left: 46 };
const TICKS = { values: 3, times: 5 };
const GAP = 7;

export const round = (value: number): string => String(Math.round(value * 10) / 10);

function valueLabel(tick: number, times: boolean): string {
  if (times) return timeLabel(tick);
  return Number.isInteger(tick) ? String(tick) : amount(tick);
}

/** @param draw what is inside: SVG text */
export function chart(
  { name, span, highest, whole = false, times = false }: Frame,
  draw: (scales: Scales) => string,
): string {
  const ticks = valueTicks(highest, TICKS.values, { whole });
  const inner = { width: SIZE.width - MARGIN.left - MARGIN.right, height: SIZE.height - MARGIN.top - MARGIN.bottom };
  const bottom = MARGIN.top + inner.height;
  const right = MARGIN.left + inner.width;
  const scales: Scales = {
    x: (seconds) => MARGIN.left + (Math.min(span, Math.max(0, seconds)) / span) * inner.width,
    y: (value) => bottom - (Math.min(ticks.at(-1)!, value) / ticks.at(-1)!) * inner.height,
  };
  const up = ticks.map(
    (tick) =>
      line(MARGIN.left, scales.y(tick), right, scales.y(tick), { class: tick === 0 ? 'axis' : 'grid' }) +
      label(MARGIN.left - GAP, scales.y(tick) + 4, valueLabel(tick, times), { class: 'tick', 'text-anchor': 'end' }),
  );
  const along = timeTicks(span, TICKS.times).map((tick) => {
    const x = scales.x(tick);
    const anchor = x > right - 16 ? 'end' : 'middle';
    return (
      line(x, bottom, x, bottom + 4, { class: 'axis' }) +
      label(anchor === 'end' ? right : x, bottom + 18, timeLabel(tick), { class: 'tick', 'text-anchor': anchor })
    );
  });
  const frame = { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: 'img', 'aria-label': name };
  return element('svg', frame, [...up, ...along, draw(scales)].join(''));
}

/** A level across the chart, with its name above it at the left, where little is drawn. */
export function level(value: number, text: string, span: number, { x, y }: Scales): string {
  return (
    line(x(0), y(value), x(span), y(value), { class: 'deadline' }) +
    label(x(span) - 2, y(value) - 5, text, { class: 'deadline-name', 'text-anchor': 'end' })
  );
}
