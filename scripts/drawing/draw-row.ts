// Draws one row of a graph: boxes side by side, an arrow from each to the next, and below them lanes for the edges that skip a
// box, go back or fan out.
//
//   ┌─────────┐        ┌─────────────┐        ┌─────────────┐
//   │ web     │ IMAGES │ resize      │ OUT    │ store       │
//   │ HttpApi ├───────►│ ResizeImage ├───────►│ StoreResult │
//   │ 1 up    │     IN │ 2 up        │     IN │ 1 up        │
//   └─▲───────┘        └─────────┬───┘        └─▲──┬────────┘
//     │                          └ERROR───────IN┘  │
//     └RESULTS───────────────────────────────────OUT┘

import type { Style } from '../terminal.ts';
import { type Canvas, createCanvas } from './canvas.ts';
import { type Box, type Lane, type LaneEnd, type Link, layOut, type Row } from './graph-row.ts';
import type { Strokes } from './graph-strokes.ts';

/** So much wider than it must be a gap becomes where there is room. */
const STRETCH = 4;
const BOX_HEIGHT = 5;
/** The line of a box on which arrows come and go. */
const ARROW_LINE = 2;
const WAITING: Style = 'yellow';
const PORT: Style = 'cyan';

function drawBox(canvas: Canvas, x: number, width: number, { lines }: Box, strokes: Strokes): void {
  const [topLeft, topRight, bottomLeft, bottomRight] = strokes.corners;
  const { across, down } = strokes.line;
  canvas.put(x, 0, topLeft + across.repeat(width - 2) + topRight);
  for (const [i, { text, style }] of lines.entries()) {
    canvas.put(x, i + 1, down);
    canvas.put(x + 2, i + 1, text, style);
    canvas.put(x + width - 1, i + 1, down);
  }
  canvas.put(x, BOX_HEIGHT - 1, bottomLeft + across.repeat(width - 2) + bottomRight);
}

/** An arrow from the box that ends at column `from` to the one that begins at `to`; either may be in another row. */
function drawArrow(
  canvas: Canvas,
  link: Link,
  { from, to, leaves, arrives }: { from: number; to: number; leaves: boolean; arrives: boolean },
  strokes: Strokes,
): void {
  const style = link.waiting ? WAITING : undefined;
  const { across } = link.waiting ? strokes.dashed : strokes.line;
  const length = to - from - 1;
  canvas.put(from + 1, ARROW_LINE, across.repeat(length - 1) + strokes.arrive.right, style);
  if (leaves) {
    canvas.put(from, ARROW_LINE, strokes.leave.right, style);
    canvas.put(from + 2, ARROW_LINE - 1, link.from.port.toUpperCase(), PORT);
  }
  if (arrives) {
    const port = link.to.port.toUpperCase();
    canvas.put(to - 1 - port.length, ARROW_LINE + 1, port, PORT);
  }
}

interface PlacedLane extends Lane {
  columns: Map<LaneEnd, number>;
}

function drawLanes(canvas: Canvas, lanes: readonly PlacedLane[], strokes: Strokes): void {
  const styleOf = ({ waiting }: Lane): Style | undefined => (waiting ? WAITING : undefined);
  const strokeOf = ({ waiting }: Lane) => (waiting ? strokes.dashed : strokes.line);
  const y = ({ depth }: Lane): number => BOX_HEIGHT + depth;
  for (const lane of lanes) {
    const columns = [...lane.columns.values()];
    const from = Math.min(...columns);
    canvas.put(from, y(lane), strokeOf(lane).across.repeat(Math.max(...columns) - from + 1), styleOf(lane));
  }
  for (const lane of lanes) {
    for (const [end, x] of lane.columns) {
      canvas.put(x, BOX_HEIGHT - 1, end.kind === 'out' ? strokes.leave.down : strokes.arrive.up, styleOf(lane));
      for (let line = BOX_HEIGHT; line < y(lane); line += 1) {
        const crosses = canvas.at(x, line) !== ' ';
        canvas.put(x, line, crosses ? strokes.lane.crossing : strokeOf(lane).down, styleOf(lane));
      }
    }
  }
  for (const lane of lanes) {
    const columns = [...lane.columns.values()];
    for (const [{ port, name }, x] of lane.columns) {
      const { left, right, between } = strokes.lane;
      const joint = x === Math.min(...columns) ? left : x === Math.max(...columns) ? right : between;
      canvas.put(x, y(lane), joint, styleOf(lane));
      canvas.put(name === 'right' ? x + 1 : x - port.length, y(lane), port, PORT);
    }
  }
}

export interface DrawnRow {
  lines: string[];
  /** The edges that it shows. */
  drawn: Set<Link>;
}

/** Draws the row. @param width columns that it may take: gaps are stretched where there is room */
export function drawRow(row: Row, width: number, strokes: Strokes): DrawnRow {
  const { arrows, lanes, feet, gaps, head, tail, width: least } = layOut(row, width);
  const stretch = Math.max(0, Math.min(STRETCH, Math.floor((width - least) / Math.max(1, gaps.length))));
  const canvas = createCanvas();
  const places: { from: number; to: number }[] = [];
  let x = head;
  for (const [i, box] of row.boxes.entries()) {
    const { width: wide } = feet[i]!;
    drawBox(canvas, x, wide, box, strokes);
    places.push({ from: x, to: x + wide - 1 });
    x += wide + (i < gaps.length ? gaps[i]! + stretch : 0);
  }
  for (const [i, arrow] of arrows.entries()) {
    if (arrow === undefined) continue;
    const ends = { from: places[i]!.to, to: places[i + 1]!.from, leaves: true, arrives: true };
    drawArrow(canvas, arrow, ends, strokes);
  }
  if (row.head !== undefined) {
    drawArrow(canvas, row.head, { from: 0, to: head, leaves: false, arrives: true }, strokes);
    canvas.put(0, ARROW_LINE, strokes.more);
  }
  if (row.tail !== undefined) {
    const to = x + tail - 1;
    drawArrow(canvas, row.tail, { from: x - 1, to, leaves: true, arrives: false }, strokes);
    canvas.put(to, ARROW_LINE, strokes.more);
  }
  const placed = lanes.map((lane): PlacedLane => {
    const column = (end: LaneEnd): number => places[end.box]!.from + feet[end.box]!.columns.get(end)!;
    return { ...lane, columns: new Map(lane.ends.map((end) => [end, column(end)])) };
  });
  drawLanes(canvas, placed, strokes);
  const drawn = [...arrows, ...lanes.flatMap((lane) => lane.links), row.head, row.tail];
  return { lines: canvas.lines(), drawn: new Set(drawn.filter((link) => link !== undefined)) };
}
