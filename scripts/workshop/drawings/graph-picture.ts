// Draws the graph: a box for each role, the queue that its work waits in before it, and lanes for all other edges.
import { element, line } from '../../simulation/svg.ts';
import type { EdgeFacts, GraphFacts, RoleFacts } from './graph-facts.ts';
import { type Bundle, kindOf, lanesOf, type Slots, slotsOf } from './graph-lanes.ts';
import { MARGIN, picture, words } from './picture.ts';
import { beforeHead, head, type Point, way } from './strokes.ts';
import { wrapped } from './wrapped.ts';

const BOX = { width: 166, pad: 12, line: 18 };
/** Between two boxes, at the least; the queue is in the middle of it, and its name has so much for a letter. */
const GAP = { least: 88, letter: 8.5 };
const QUEUE = { width: 46, height: 28, bars: 4 };
const LANE = 34;
const LEGEND = 66;
/** Letters of the description that fit into a line of a box. */
const LETTERS = 23;

const STYLE = `
.role { font-size: 20px; font-weight: 700; } .small { font-size: 13px; } .legend { font-size: 13px; }
.way { fill: none; stroke-width: 2; } .way.flow { stroke: var(--flow); } .way.failure { stroke: var(--failure); }
.way.news { stroke: var(--news); stroke-dasharray: 2 5; stroke-linecap: round; stroke-width: 2.5; }
.head.flow { fill: var(--flow); } .head.failure { fill: var(--failure); } .head.news { fill: var(--news); }
.queue { fill: var(--flow-back); stroke: var(--flow); stroke-width: 1.5; } .bar { fill: var(--flow); }
text.failure { fill: var(--failure); } .rule { stroke: var(--grid); }
`;

interface Plan {
  gap: number;
  place(role: string): number;
  left(role: string): number;
  top: number;
  bottom: number;
  /** Of the row of queues. */
  middle: number;
}

const boxLines = ({ about, limits }: RoleFacts): number => wrapped(about, LETTERS).length + limits.length;

function box(facts: RoleFacts, { left, top, bottom }: Plan): string {
  const x = left(facts.role);
  const about = wrapped(facts.about, LETTERS);
  const { pad } = BOX;
  const rule = top + 58 + about.length * BOX.line;
  return [
    element('rect', { class: 'card', x, y: top, width: BOX.width, height: bottom - top, rx: 10 }),
    words(x + pad, top + 28, facts.role, 'role'),
    words(x + pad, top + 46, facts.component, 'small faint'),
    ...about.map((text, i) => words(x + pad, top + 68 + i * BOX.line, text, 'small')),
    line(x + pad, rule, x + BOX.width - pad, rule, { class: 'rule' }),
    ...facts.limits.map((text, i) => words(x + pad, rule + 20 + i * BOX.line, text, 'small')),
  ].join('');
}

/** A queue, as a row of messages. */
function queueSign(x: number, y: number): string {
  const { width, height, bars } = QUEUE;
  const step = width / (bars + 1);
  const inside = Array.from({ length: bars }, (_, i) =>
    element('rect', {
      class: 'bar',
      x: x + (i + 1) * step - 3,
      y: y - height / 2 + 6,
      width: 6,
      height: height - 12,
      rx: 2,
    }),
  );
  return element('rect', { class: 'queue', x, y: y - height / 2, width, height, rx: 6 }) + inside.join('');
}

const queueLeft = (plan: Plan, role: string): number => plan.left(role) - plan.gap / 2 - QUEUE.width / 2;

/** An edge to the box beside it, with the queue. */
function rowEdge({ from, to, queue, ...edge }: EdgeFacts, plan: Plan): string {
  const [start, end, y] = [plan.left(from.role) + BOX.width, plan.left(to.role), plan.middle];
  const x = queueLeft(plan, to.role);
  const kind = kindOf({ from, to, queue, ...edge });
  return [
    way(
      [
        [start, y],
        [x, y],
      ],
      kind,
    ),
    queueSign(x, y),
    way(
      [
        [x + QUEUE.width, y],
        [beforeHead(end), y],
      ],
      kind,
    ),
    head([end, y], 'right', kind),
    words(start + 5, y - QUEUE.height / 2 - 6, from.port.toUpperCase(), 'small faint'),
    words(x + QUEUE.width / 2, y + QUEUE.height / 2 + 18, queue, 'small name', 'middle'),
  ].join('');
}

interface Side {
  /** Of the boxes, where the lines meet them. */
  edge: number;
  /** -1: above the boxes, 1: below. */
  outwards: -1 | 1;
  slots: Slots;
  /** Queues that stand in the row: a line leads to them and not to the box. */
  queues: ReadonlySet<string>;
}

function bundleWay(bundle: Bundle, plan: Plan, { edge, outwards, slots, queues }: Side): string {
  const y = edge + outwards * (LANE * (bundle.lane + 1));
  const ends = bundle.stops.map((stop) => {
    const toQueue = stop.arrives && queues.has(stop.name);
    const x = toQueue
      ? queueLeft(plan, stop.role) + QUEUE.width * 0.7
      : plan.left(stop.role) + BOX.width * slots.share(bundle, stop.role);
    return { ...stop, x, y: toQueue ? plan.middle - QUEUE.height / 2 : edge, toQueue };
  });
  // Branches end on a trunk that runs from the one end to the other.
  const sorted = ends.toSorted((a, b) => a.x - b.x);
  const [first, last] = [sorted[0]!, sorted.at(-1)!];
  const tip = ({ x, y: end, arrives }: (typeof ends)[number]): Point => [x, arrives ? end + outwards * 8 : end];
  const trunk = way([tip(first), [first.x, y], [last.x, y], tip(last)], bundle.kind);
  const branches = sorted.slice(1, -1).map((end) => way([[end.x, y], tip(end)], bundle.kind));
  const heads = ends
    .filter(({ arrives }) => arrives)
    .map((end) => head([end.x, end.y], outwards < 0 ? 'down' : 'up', bundle.kind));
  const names = ends
    .filter(({ toQueue }) => !toQueue)
    .map(({ x, name }) =>
      words(x + 8, y + (outwards < 0 ? 17 : -8), name, `small ${bundle.kind === 'failure' ? 'failure' : 'faint'}`),
    );
  return [trunk, ...branches, ...heads, ...names].join('');
}

function legend(y: number, right: number): string {
  const rest = [
    ['failure', 'a failure: stored, too'],
    ['news', 'heard by every replica'],
  ] as const;
  const columns = [MARGIN, MARGIN + 390, MARGIN + 650];
  return [
    line(MARGIN, y, right, y, { class: 'rule' }),
    queueSign(columns[0]!, y + 30),
    words(columns[0]! + QUEUE.width + 10, y + 35, 'a queue: work waits, one replica takes it', 'legend'),
    ...rest.flatMap(([kind, text], i) => {
      const x = columns[i + 1]!;
      return [
        way(
          [
            [x, y + 30],
            [x + 28, y + 30],
          ],
          kind,
        ),
        words(x + 36, y + 35, text, 'legend'),
      ];
    }),
  ].join('');
}

/** @returns the text of an SVG file */
export function graphPicture({ roles, edges }: GraphFacts): string {
  const order = roles.map(({ role }) => role);
  const place = (role: string): number => order.indexOf(role);
  const isBeside = ({ from, to, work }: EdgeFacts): boolean => work && place(to.role) === place(from.role) + 1;
  const queues = new Set<string>();
  const row: EdgeFacts[] = [];
  for (const edge of edges) {
    if (!isBeside(edge) || queues.has(edge.queue)) continue;
    queues.add(edge.queue);
    row.push(edge);
  }
  const { above, below } = lanesOf(
    edges.filter((edge) => !row.includes(edge)),
    place,
  );
  const top = MARGIN + above.length * LANE + 14;
  const height = 58 + Math.max(...roles.map(boxLines)) * BOX.line + 20;
  const gap = Math.max(GAP.least, ...[...queues].map((queue) => queue.length * GAP.letter));
  const plan: Plan = {
    ...{ place, gap },
    left: (role) => MARGIN + place(role) * (BOX.width + gap),
    ...{ top, bottom: top + height, middle: top + height / 2 },
  };
  const width = MARGIN * 2 + roles.length * BOX.width + (roles.length - 1) * gap;
  const legendAt = plan.bottom + below.length * LANE + 26;
  const sides = {
    above: { edge: plan.top, outwards: -1, slots: slotsOf(above, place), queues } as const,
    below: { edge: plan.bottom, outwards: 1, slots: slotsOf(below, place), queues } as const,
  };
  const about = `The graph: ${edges.map(({ from, queue }) => `${from.role} ${from.port.toUpperCase()} to ${queue}`).join(', ')}`;
  return picture({ width, height: legendAt + LEGEND, about, style: STYLE }, [
    ...above.map((bundle) => bundleWay(bundle, plan, sides.above)),
    ...below.map((bundle) => bundleWay(bundle, plan, sides.below)),
    ...row.map((edge) => rowEdge(edge, plan)),
    ...roles.map((facts) => box(facts, plan)),
    legend(legendAt, width - MARGIN),
  ]);
}
