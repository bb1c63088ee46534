// One panel of a drawing: a title, axes with ticks, and a line for each series.
import { amount, timeLabel } from '../scaling/moments.ts';
import { highestOf, timeTicks, valueTicks } from './axis.ts';
import { DEADLINE, FAINT, GRID, INK } from './palette.ts';
import { element, label, line } from './svg.ts';

export interface PanelLine {
  colour: string;
  /** NaN breaks the line. */
  values: readonly number[];
  /** Seconds between two values. */
  every: number;
  /** The value holds until the next: for numbers of replicas. */
  steps?: boolean;
  /** The space below is tinted. */
  filled?: boolean;
}

export interface Mark {
  text: string;
  value: number;
  colour?: string;
}

export interface Panel {
  title: string;
  lines: readonly PanelLine[];
  /** A level across the panel, such as the deadline. */
  mark?: Mark;
  /** Only whole numbers on the axis. */
  whole?: boolean;
}

export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

const VALUE_TICKS = 4;
/** Pixels between two labels of the time axis. */
const TIME_LABEL = 110;
const GAP = 10;

type Scale = (value: number) => number;

/** The points of a line in pieces: a new one begins behind each gap. */
function pieces({ values, every, steps = false }: PanelLine, x: Scale, y: Scale): [number, number][][] {
  const found: [number, number][][] = [[]];
  for (const [i, value] of values.entries()) {
    const piece = found.at(-1)!;
    if (!Number.isFinite(value)) {
      if (piece.length > 0) found.push([]);
      continue;
    }
    const place = x(i * every);
    if (steps && piece.length > 0) piece.push([place, piece.at(-1)![1]]);
    piece.push([place, y(value)]);
  }
  return found.filter((piece) => piece.length > 0);
}

const pixels = (value: number): string => String(Math.round(value * 10) / 10);

function drawLine(series: PanelLine, x: Scale, y: Scale): string {
  const { colour, filled = false } = series;
  return pieces(series, x, y)
    .map((points) => {
      const path = points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${pixels(px)} ${pixels(py)}`).join('');
      // A single point has no length, and would not be seen.
      const seen = points.length === 1 ? `${path}h1` : path;
      const stroke = element('path', {
        d: seen,
        fill: 'none',
        stroke: colour,
        'stroke-width': 2.5,
        'stroke-linejoin': 'round',
        'stroke-linecap': 'round',
      });
      if (!filled) return stroke;
      const area = `${path}L${pixels(points.at(-1)![0])} ${pixels(y(0))}L${pixels(points[0]![0])} ${pixels(y(0))}Z`;
      return element('path', { d: area, fill: colour, 'fill-opacity': 0.12 }) + stroke;
    })
    .join('');
}

function valueAxis(ticks: readonly number[], y: Scale, { x, width }: Place): string {
  return ticks
    .map((tick) => {
      const text = Number.isInteger(tick) ? String(tick) : amount(tick);
      return (
        line(x, y(tick), x + width, y(tick), { stroke: tick === 0 ? FAINT : GRID, 'stroke-width': 1.5 }) +
        label(x - GAP, y(tick) + 6, text, { 'text-anchor': 'end', fill: FAINT })
      );
    })
    .join('');
}

function timeAxis(span: number, { x, y, width, height }: Place, isLabelled: boolean): string {
  return timeTicks(span, Math.max(1, Math.floor(width / TIME_LABEL)))
    .map((tick) => {
      const at = x + (tick / span) * width;
      const stroke = line(at, y + height, at, y + height + 6, { stroke: FAINT, 'stroke-width': 1.5 });
      if (!isLabelled) return stroke;
      // The last one ends with the panel.
      const anchor = tick === span ? 'end' : 'middle';
      return stroke + label(at, y + height + 28, timeLabel(tick), { 'text-anchor': anchor, fill: FAINT });
    })
    .join('');
}

function drawMark({ text, value, colour = DEADLINE }: Mark, y: Scale, { x, width }: Place): string {
  const level = { stroke: colour, 'stroke-width': 2, 'stroke-dasharray': '8 6' };
  return (
    line(x, y(value), x + width, y(value), level) +
    label(x + width, y(value) - 7, text, {
      'text-anchor': 'end',
      fill: colour,
      stroke: '#ffffff',
      'stroke-width': 5,
      'stroke-linejoin': 'round',
      'paint-order': 'stroke',
    })
  );
}

/** @param time seconds from left to right, and whether they are written below */
export function drawPanel(panel: Panel, at: Place, time: { span: number; labelled: boolean }): string {
  const { title, lines, mark, whole = false } = panel;
  const highest = Math.max(mark?.value ?? 0, ...lines.map(({ values }) => highestOf(values)));
  const ticks = valueTicks(highest, VALUE_TICKS, { whole });
  const top = ticks.at(-1)!;
  const y: Scale = (value) => at.y + at.height * (1 - value / top);
  const x: Scale = (seconds) => at.x + Math.min(1, seconds / time.span) * at.width;
  return [
    label(at.x, at.y - 14, title, { fill: INK, 'font-weight': 600 }),
    valueAxis(ticks, y, at),
    timeAxis(time.span, at, time.labelled),
    // The first policy is drawn last, on top.
    ...lines.toReversed().map((one) => drawLine(one, x, y)),
    mark === undefined ? '' : drawMark(mark, y, at),
  ].join('');
}
