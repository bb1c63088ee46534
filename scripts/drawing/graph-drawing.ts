// Draws the live graph as text: boxes for the roles, arrows for the edges, and in lines below whatever the picture cannot show.
import type { EdgeView, GraphView } from '../../services/coordinator/http/graph-view.ts';
import { printable } from '../printable.ts';
import { paint, plural, table } from '../terminal.ts';
import { drawRow } from './draw-row.ts';
import { arrange } from './graph-order.ts';
import { type Box, type Link, layOut, type Row } from './graph-row.ts';
import { ASCII, LINES } from './graph-strokes.ts';

export interface DrawingOptions {
  /** Columns to draw within. */
  width: number;
  /** False: plain ASCII. */
  unicode: boolean;
}

/** An edge of the graph with its ends taken apart. */
interface GraphLink extends Link {
  view: EdgeView;
}

/** `resize OUT -> IN caption`; a role may have spaces in its name, a port has none. */
function toLink(view: EdgeView): GraphLink | undefined {
  const [, role, port, toPort, toRole] = /^(.+) (\S+) -> (\S+) (.+)$/.exec(view.edge) ?? [];
  if (role === undefined || port === undefined || toPort === undefined || toRole === undefined) return undefined;
  return { view, from: { role, port }, to: { role: toRole, port: toPort }, waiting: view.state === 'waiting' };
}

function cut(text: string, length: number, more: string): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}${more}`;
}

function toBox({ role, component, up }: GraphView['nodes'][number], length: number, more: string): Box {
  return {
    role,
    lines: [
      { text: cut(printable(role), length, more), style: 'bold' },
      { text: cut(printable(component), length, more), style: 'dim' },
      up > 0 ? { text: `${up} up`, style: 'green' } : { text: 'none up', style: 'red' },
    ],
  };
}

const between = (links: readonly Link[], from?: Box, to?: Box): Link | undefined =>
  links.find((link) => link.from.role === from?.role && link.to.role === to?.role);

/** Cuts boxes that follow each other into rows that fit. Where an edge leads from one row to the next, both show it. */
function toRows(boxes: readonly Box[], links: readonly Link[], fits: (row: Row) => boolean): Row[] {
  const rows: Row[] = [];
  for (let from = 0; from < boxes.length; ) {
    const rowTo = (to: number): Row => ({
      boxes: boxes.slice(from, to),
      links,
      head: between(links, boxes[from - 1], boxes[from]),
      tail: between(links, boxes[to - 1], boxes[to]),
    });
    let to = from + 1;
    while (to < boxes.length && fits(rowTo(to + 1))) to += 1;
    rows.push(rowTo(to));
    from = to;
  }
  return rows;
}

function heading({ id, file, started, nodes, edges }: GraphView): string {
  const waiting = edges.filter(({ state }) => state === 'waiting').length;
  const bound = edges.length - waiting;
  const states = waiting === 0 ? 'bound' : `${bound} bound, ${paint('yellow', `${waiting} waiting`)}`;
  const counts = `${plural(nodes.length, 'role')}, ${plural(edges.length, 'edge')}${edges.length === 0 ? '' : `: ${states}`}`;
  const from = file === null ? '' : paint('dim', ` (${printable(file)})`);
  const stopped = started ? '' : `   ${paint('yellow', 'stopped: its roles take no work')}`;
  return `${paint('bold', printable(id))}${from}   ${counts}${stopped}`;
}

/** A heading and indented lines below it, or nothing. */
function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [[paint('dim', title), ...lines.map((line) => `  ${line}`)].join('\n')];
}

function notes(view: GraphView, undrawn: readonly EdgeView[]): string[] {
  const waiting = view.edges.filter(({ state }) => state === 'waiting');
  const reasons = waiting.map(({ edge, why = '' }) => [paint('yellow', printable(edge)), printable(why)]);
  const dealt = view.edges.filter(({ type }) => type === 'roundrobin');
  const edgeLine = ({ edge, state }: EdgeView): string =>
    state === 'waiting' ? paint('yellow', printable(edge)) : printable(edge);
  return [
    ...(view.problem === undefined ? [] : [paint('red', printable(`the file is not live: ${view.problem}`))]),
    ...section('and', undrawn.map(edgeLine)),
    ...section('waiting', waiting.length === 0 ? [] : table(reasons, { heading: false }).split('\n')),
    ...section(
      'dealt out (roundrobin)',
      dealt.map(({ edge }) => printable(edge)),
    ),
    ...section(
      'sent at the start',
      view.initials.map(({ text }) => printable(text)),
    ),
    ...section('ports of the whole graph', [
      ...view.inports.map((port) => printable(`${port.public.toUpperCase()} -> ${port.to}`)),
      ...view.outports.map((port) => printable(`${port.from} -> ${port.public.toUpperCase()}`)),
    ]),
    ...section(
      'groups',
      view.groups.map(({ name, roles }) => printable(`${name}: ${roles.join(', ')}`)),
    ),
    ...section(
      'bound on the broker, and not in this graph',
      view.foreign.map(({ src, tgt, edge }) => paint('yellow', printable(edge ?? `${src} -> ${tgt}`))),
    ),
  ];
}

/** The graph as text. Waiting edges are dashed, and told with what they wait for; all edges are shown, in the picture or below it. */
export function drawGraph(view: GraphView, { width, unicode }: DrawingOptions): string {
  const strokes = unicode ? LINES : ASCII;
  const links = view.edges.flatMap((edge) => toLink(edge) ?? []);
  const order = arrange(
    view.nodes.map(({ role }) => role),
    links.map(({ from, to }) => [from.role, to.role] as const),
  );
  const nodes = new Map(view.nodes.map((node) => [node.role, node]));
  const toBoxes = (roles: readonly string[]): Box[] =>
    roles.map((role) => toBox(nodes.get(role)!, width - 4, strokes.more));
  const fits = (row: Row): boolean => layOut(row, width).width <= width;
  const rows = [...order.groups, order.alone].flatMap((roles) => toRows(toBoxes(roles), links, fits));
  const drawings = rows.map((row) => drawRow(row, width, strokes));
  const drawn = new Set(drawings.flatMap((row) => [...row.drawn]));
  const shown = new Set(links.filter((link) => drawn.has(link)).map((link) => link.view));
  const undrawn = view.edges.filter((edge) => !shown.has(edge));
  return [heading(view), ...drawings.map(({ lines }) => lines.join('\n')), ...notes(view, undrawn)].join('\n\n');
}

/** Whether the terminal's locale says UTF-8, so that it can show lines and arrows. */
export function hasUnicode({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
}
