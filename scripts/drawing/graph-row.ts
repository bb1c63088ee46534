// Lays out one row of a graph: which edges are arrows from a box to the next, which are lanes below the boxes, and where all stands.
// Measures are columns of a terminal.

import type { Style } from '../terminal.ts';

export interface Box {
  role: string;
  /** What stands in it, from top to bottom: three lines. */
  lines: readonly { text: string; style?: Style }[];
}

export interface Link {
  from: { role: string; port: string };
  to: { role: string; port: string };
  /** Not bound on the broker yet: drawn dashed. */
  waiting: boolean;
}

export interface Row {
  boxes: readonly Box[];
  /** The edges that have both of their ends in the row. Others are passed over. */
  links: readonly Link[];
  /** The edge by which the first box continues the row above, and by which the last one leads on to the row below. */
  head?: Link;
  tail?: Link;
}

/** More lines below one box, or lanes below one row, are not easy to follow any more. */
const MOST_ENDS = 10;
const MOST_LANES = 12;
const LEAST_GAP = 6;

/** Where a lane meets a box. */
export interface LaneEnd {
  box: number;
  kind: 'out' | 'in';
  port: string;
  /** On which side of the line its port's name stands: where the lane goes on, and where nothing crosses it. */
  name: 'left' | 'right';
}

/** One line below the boxes: from one port to several, or from several to one. */
export interface Lane {
  links: Link[];
  ends: LaneEnd[];
  from: number;
  to: number;
  waiting: boolean;
  /** Its place below the boxes, counted from 0. */
  depth: number;
}

const portKey = ({ role, port }: Link['from']): string => JSON.stringify([role, port]);

function grouped(links: readonly Link[], key: (link: Link) => string): Link[][] {
  const groups = new Map<string, Link[]>();
  for (const link of links) groups.set(key(link), [...(groups.get(key(link)) ?? []), link]);
  return [...groups.values()];
}

/** Links that share a lane: of one out-port, else to one in-port. One from a role to itself has its own. */
function bundles(links: readonly Link[]): Link[][] {
  const own = links.filter(({ from, to }) => from.role === to.role);
  const others = grouped(
    links.filter((link) => !own.includes(link)),
    ({ from, waiting }) => `${waiting} ${portKey(from)}`,
  );
  const single = others.filter(({ length }) => length === 1).flat();
  return [
    ...others.filter(({ length }) => length > 1),
    ...grouped(single, ({ to, waiting }) => `${waiting} ${portKey(to)}`),
    ...own.map((link) => [link]),
  ];
}

function toLane(links: Link[], boxOf: (role: string) => number): Lane {
  const ends = new Map<string, Omit<LaneEnd, 'name'>>();
  for (const { from, to } of links) {
    ends.set(`out ${portKey(from)}`, { box: boxOf(from.role), kind: 'out', port: from.port.toUpperCase() });
    ends.set(`in ${portKey(to)}`, { box: boxOf(to.role), kind: 'in', port: to.port.toUpperCase() });
  }
  const boxes = [...ends.values()].map(({ box }) => box);
  const from = Math.min(...boxes);
  const to = Math.max(...boxes);
  const named = [...ends.values()].map((end, i): LaneEnd => {
    const leads = from === to ? i === 0 : end.box === from;
    return { ...end, name: leads ? 'right' : 'left' };
  });
  return { links, ends: named, from, to, waiting: links[0]!.waiting, depth: 0 };
}

/** Whether two lanes would lie over each other at the same depth. Those that only meet at a box do not. */
function overlap(one: Lane, other: Lane): boolean {
  if (one.from === one.to && other.from === other.to) return one.from === other.from;
  if (one.from === one.to) return other.from < one.from && one.from < other.to;
  if (other.from === other.to) return one.from < other.from && other.from < one.to;
  return Math.max(one.from, other.from) < Math.min(one.to, other.to);
}

/** Short lanes lie above long ones. Those for which there is no room are left out. */
function stack(lanes: readonly Lane[]): Lane[] {
  const placed: Lane[] = [];
  const ends = new Map<number, number>();
  const byLength = [...lanes].sort((a, b) => a.to - a.from - (b.to - b.from) || a.from - b.from);
  for (const lane of byLength) {
    const boxes = lane.ends.map(({ box }) => box);
    const wouldHave = new Map(
      boxes.map((box) => [box, boxes.filter((one) => one === box).length + (ends.get(box) ?? 0)]),
    );
    if ([...wouldHave.values()].some((count) => count > MOST_ENDS)) continue;
    let depth = 0;
    while (placed.some((other) => other.depth === depth && overlap(other, lane))) depth += 1;
    if (depth >= MOST_LANES) continue;
    placed.push({ ...lane, depth });
    for (const [box, count] of wouldHave) ends.set(box, count);
  }
  return placed;
}

/** A box with where the lanes meet it: columns counted from its left side. */
export interface Foot {
  columns: ReadonlyMap<LaneEnd, number>;
  width: number;
}

/** Where the lanes meet one box, in the middle of its lower side. The box is as wide as its text wants, and as they want. */
function footOf(box: number, textWidth: number, lanes: readonly Lane[]): Foot {
  const all = lanes.flatMap((lane) => lane.ends.filter((end) => end.box === box).map((end) => ({ lane, end })));
  const isOwn = ({ lane }: { lane: Lane }): boolean => lane.from === lane.to;
  // Deeper lines stand further inside, so that a port's name, which is written to the outside, is never crossed.
  const left = all.filter((one) => !isOwn(one) && one.end.name === 'left').sort((a, b) => a.lane.depth - b.lane.depth);
  const right = all
    .filter((one) => !isOwn(one) && one.end.name === 'right')
    .sort((a, b) => b.lane.depth - a.lane.depth);
  const columns = new Map<LaneEnd, number>();
  let column = 0;
  let before: (typeof all)[number] | undefined;
  for (const one of [...left, ...all.filter(isOwn), ...right]) {
    const names = before?.lane === one.lane ? [before.end, one.end] : [];
    const between = [
      names[0]?.name === 'right' ? names[0].port.length : 0,
      names[1]?.name === 'left' ? names[1].port.length : 0,
    ].reduce((sum, length) => sum + length, 0);
    column += before === undefined ? 2 : between + 2;
    columns.set(one.end, column);
    before = one;
  }
  const width = Math.max(textWidth, column === 0 ? 0 : column + 3);
  const shift = Math.floor((width - 3 - column) / 2);
  return { columns: new Map([...columns].map(([end, at]) => [end, at + shift])), width };
}

/** The columns between two boxes: room for the names of the ports, on the arrow and on the lanes, up to the next line downwards. */
function gapBetween(left: Foot, right: Foot, arrow: Link | undefined, lanes: readonly Lane[]): number {
  const toTheRight = (column: number): number => left.width - 1 - column;
  // Below a box that no lane meets, names from its both sides must not run into each other.
  const farthest = Math.min(Math.floor((left.width - 1) / 2), ...[...left.columns.values()].map(toTheRight));
  const nearest = Math.min(Math.floor((right.width - 1) / 2), ...right.columns.values());
  const wanted = [LEAST_GAP];
  if (arrow !== undefined) wanted.push(Math.max(arrow.from.port.length, arrow.to.port.length) + 2);
  for (const { ends } of lanes) {
    const outwards = ends.filter((end) => end.name === 'right' && left.columns.has(end));
    const inwards = ends.filter((end) => end.name === 'left' && right.columns.has(end));
    for (const end of outwards) wanted.push(end.port.length - toTheRight(left.columns.get(end)!) - nearest);
    for (const end of inwards) wanted.push(end.port.length - right.columns.get(end)! - farthest);
    for (const one of outwards) {
      for (const other of inwards) {
        const room = toTheRight(left.columns.get(one)!) + right.columns.get(other)!;
        wanted.push(one.port.length + 1 + other.port.length - room);
      }
    }
  }
  return Math.max(...wanted);
}

/** For an arrow that leaves the row, or comes into it: the name of the port at its one end that is seen. */
const edgeRoom = (end: Link['from'] | undefined): number =>
  end === undefined ? 0 : Math.max(LEAST_GAP, end.port.length + 3);

export interface RowLayout {
  /** The arrow from each box to the next, where there is one. */
  arrows: (Link | undefined)[];
  lanes: Lane[];
  feet: Foot[];
  /** Between each box and the next. */
  gaps: number[];
  /** For the beginning of an arrow out of the row, or the end of one into it. */
  head: number;
  tail: number;
  width: number;
}

function layOutWith(row: Row, arrows: readonly (Link | undefined)[], lanes: readonly Lane[]): RowLayout {
  const feet = row.boxes.map(({ lines }, i) => footOf(i, Math.max(...lines.map(({ text }) => text.length + 4)), lanes));
  const gaps = row.boxes.slice(1).map((_, i) => gapBetween(feet[i]!, feet[i + 1]!, arrows[i], lanes));
  const [head, tail] = [edgeRoom(row.head?.to), edgeRoom(row.tail?.from)];
  const width = [...feet.map((foot) => foot.width), ...gaps].reduce((sum, one) => sum + one, head + tail);
  return { arrows: [...arrows], lanes: [...lanes], feet, gaps, head, tail, width };
}

/** The narrowest layout; a box that stands alone and is still too wide does without some of its lanes. */
export function layOut(row: Row, width: number): RowLayout {
  const { boxes, links } = row;
  const boxOf = (role: string): number => boxes.findIndex((box) => box.role === role);
  const inside = links.filter(({ from, to }) => boxOf(from.role) >= 0 && boxOf(to.role) >= 0);
  const arrows = boxes.map((_, i) => inside.find(({ from, to }) => boxOf(from.role) === i && boxOf(to.role) === i + 1));
  const below = bundles(inside.filter((link) => !arrows.includes(link)));
  const lanes = stack(below.map((some) => toLane(some, boxOf)));
  let layout = layOutWith(row, arrows, lanes);
  while (boxes.length === 1 && layout.width > width && lanes.length > 0) {
    lanes.pop();
    layout = layOutWith(row, arrows, lanes);
  }
  return layout;
}
