// What a graph is: roles, the edges between their ports, and what else the FBP graph language can say. A value: a change makes a
// new one (change.ts). Port names are lower case, as participants announce them.

/** Whatever else a tool wants to keep with a part of a graph: a place on the screen, a colour. */
export type Metadata = Readonly<Record<string, unknown>>;

/** One end of an edge. */
export interface End {
  role: string;
  port: string;
  /** Of an addressable port, as `OUT[1]`. It is kept; MsgFlo's ports have one queue, so it does not route. */
  index?: string | number;
}

export interface Node {
  role: string;
  component: string;
  metadata: Metadata;
}

export interface Edge {
  from: End;
  to: End;
  metadata?: Metadata;
}

/** An edge by its ends alone. */
export type EdgeEnds = Pick<Edge, 'from' | 'to'>;

/** Data that are sent to a port once, when the network starts: `'5' -> LIMIT resize`. */
export interface Initial {
  data: unknown;
  to: End;
  metadata?: Metadata;
}

/** A port of a role that is a port of the whole graph: `INPORT=resize.IN:PICTURES`. */
export interface ExportedPort {
  public: string;
  end: End;
  metadata?: Metadata;
}

export interface Group {
  name: string;
  roles: readonly string[];
  metadata: Metadata;
}

export interface Graph {
  readonly name?: string;
  /** By role. */
  readonly nodes: ReadonlyMap<string, Node>;
  readonly edges: readonly Edge[];
  readonly initials: readonly Initial[];
  readonly inports: readonly ExportedPort[];
  readonly outports: readonly ExportedPort[];
  readonly groups: readonly Group[];
}

export const EMPTY_GRAPH: Graph = {
  nodes: new Map(),
  edges: [],
  initials: [],
  inports: [],
  outports: [],
  groups: [],
};

/** MsgFlo's component for an edge whose messages are dealt out, with dead letters: no participant, but a way to say so in a graph. */
export const ROUNDROBIN = 'msgflo/RoundRobin';

const portText = ({ port, index }: End): string => `${port.toUpperCase()}${index === undefined ? '' : `[${index}]`}`;

/** `OUT resize`, as it stands at the end of an arrow. */
const inText = (end: End): string => `${portText(end)} ${end.role}`;

/** An edge as a person writes it: `resize OUT -> IN caption`. */
export function edgeText({ from, to }: EdgeEnds): string {
  return `${from.role} ${portText(from)} -> ${inText(to)}`;
}

/** Data as the FBP language writes them: JSON where it is an object or an array, else quoted text. */
export function initialText({ data, to }: Pick<Initial, 'data' | 'to'>): string {
  const written = typeof data === 'object' && data !== null ? JSON.stringify(data) : `'${String(data)}'`;
  return `${written} -> ${inText(to)}`;
}

/** A port as tools name it: `resize.IN`. */
export const endText = (end: End): string => `${end.role}.${portText(end)}`;

export const sameEnd = (one: End, other: End): boolean =>
  one.role === other.role && one.port === other.port && one.index === other.index;

export const sameEdge = (one: EdgeEnds, other: EdgeEnds): boolean =>
  sameEnd(one.from, other.from) && sameEnd(one.to, other.to);
