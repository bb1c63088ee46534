// Changes a graph: what the graph protocol of FBP can ask for, and what then happens to the graph as a list of events, in order.
// Taking away a role, for one, takes its edges away first.
import {
  type Edge,
  type End,
  type ExportedPort,
  edgeText,
  endText,
  type Graph,
  type Group,
  type Initial,
  type Metadata,
  type Node,
  sameEdge,
  sameEnd,
} from './graph.ts';

export type Change =
  | { do: 'addnode'; node: Node }
  | { do: 'removenode'; role: string }
  | { do: 'renamenode'; from: string; to: string }
  | { do: 'changenode'; role: string; metadata: Metadata }
  | { do: 'addedge'; edge: Edge }
  | { do: 'removeedge'; from: End; to: End }
  | { do: 'changeedge'; from: End; to: End; metadata: Metadata }
  | { do: 'addinitial'; initial: Initial }
  | { do: 'removeinitial'; to: End }
  | { do: 'addinport'; port: ExportedPort }
  | { do: 'removeinport'; public: string }
  | { do: 'renameinport'; from: string; to: string }
  | { do: 'addoutport'; port: ExportedPort }
  | { do: 'removeoutport'; public: string }
  | { do: 'renameoutport'; from: string; to: string }
  | { do: 'addgroup'; group: Group }
  | { do: 'removegroup'; name: string }
  | { do: 'renamegroup'; from: string; to: string }
  | { do: 'changegroup'; name: string; metadata: Metadata };

/** What happened. A removed initial packet is told with its data, a changed node with all of its metadata. */
export type GraphEvent = Exclude<Change, { do: 'removeinitial' }> | { do: 'removeinitial'; initial: Initial };

export interface Changed {
  graph: Graph;
  events: GraphEvent[];
}

/** A change that the graph cannot take. `code`: not there, there already, or it names what is not there. */
export class ChangeError extends Error {
  override readonly name = 'ChangeError';
  readonly code: 'not-found' | 'exists' | 'invalid';
  constructor(code: ChangeError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** New keys are added, those that are null are taken away. */
export function mergeMetadata(old: Metadata, given: Metadata): Metadata {
  return Object.fromEntries(Object.entries({ ...old, ...given }).filter(([, value]) => value !== null));
}

function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new ChangeError('not-found', `there is no ${what}`);
  return value;
}

function absent(value: unknown, what: string): void {
  if (value !== undefined && value !== false) throw new ChangeError('exists', `${what} is there already`);
}

const nodeOf = ({ nodes }: Graph, role: string): Node => need(nodes.get(role), `node ${role}`);
const portOf = (ports: readonly ExportedPort[], name: string): ExportedPort =>
  need(
    ports.find((port) => port.public === name),
    `exported port ${name}`,
  );
const groupOf = ({ groups }: Graph, name: string): Group =>
  need(
    groups.find((group) => group.name === name),
    `group ${name}`,
  );

/** The list with one part replaced, or without it. */
function replaced<T>(list: readonly T[], old: T, by?: T): T[] {
  return list.flatMap((one) => (one !== old ? [one] : by === undefined ? [] : [by]));
}

function withNode(graph: Graph, node: Node): Graph {
  return { ...graph, nodes: new Map([...graph.nodes, [node.role, node]]) };
}

function removeNode(graph: Graph, role: string): Changed {
  nodeOf(graph, role);
  const at = (end: End): boolean => end.role === role;
  const changes: Change[] = [
    ...graph.edges.filter(({ from, to }) => at(from) || at(to)).map((edge) => ({ do: 'removeedge', ...edge }) as const),
    ...graph.initials.filter(({ to }) => at(to)).map(({ to }) => ({ do: 'removeinitial', to }) as const),
    ...graph.inports.filter(({ end }) => at(end)).map((port) => ({ do: 'removeinport', public: port.public }) as const),
    ...graph.outports
      .filter(({ end }) => at(end))
      .map((port) => ({ do: 'removeoutport', public: port.public }) as const),
  ];
  const bare = applyChanges(graph, changes);
  const nodes = new Map(bare.graph.nodes);
  nodes.delete(role);
  const groups = bare.graph.groups.map((group) => ({ ...group, roles: group.roles.filter((one) => one !== role) }));
  return { graph: { ...bare.graph, nodes, groups }, events: [...bare.events, { do: 'removenode', role }] };
}

function renameNode(graph: Graph, from: string, to: string): Graph {
  const node = nodeOf(graph, from);
  absent(graph.nodes.get(to), `node ${to}`);
  const end = (old: End): End => (old.role === from ? { ...old, role: to } : old);
  const exported = (port: ExportedPort): ExportedPort => ({ ...port, end: end(port.end) });
  return {
    ...graph,
    nodes: new Map([...graph.nodes].map(([role, one]) => (role === from ? [to, { ...node, role: to }] : [role, one]))),
    edges: graph.edges.map((edge) => ({ ...edge, from: end(edge.from), to: end(edge.to) })),
    initials: graph.initials.map((initial) => ({ ...initial, to: end(initial.to) })),
    inports: graph.inports.map(exported),
    outports: graph.outports.map(exported),
    groups: graph.groups.map((group) => ({ ...group, roles: group.roles.map((role) => (role === from ? to : role)) })),
  };
}

function addExported(graph: Graph, side: 'inports' | 'outports', port: ExportedPort): Graph {
  nodeOf(graph, port.end.role);
  absent(
    graph[side].find((one) => one.public === port.public),
    `exported port ${port.public}`,
  );
  return { ...graph, [side]: [...graph[side], port] };
}

function removeExported(graph: Graph, side: 'inports' | 'outports', name: string): Graph {
  return { ...graph, [side]: replaced(graph[side], portOf(graph[side], name)) };
}

function renameExported(graph: Graph, side: 'inports' | 'outports', from: string, to: string): Graph {
  const port = portOf(graph[side], from);
  absent(
    graph[side].find((one) => one.public === to),
    `exported port ${to}`,
  );
  return { ...graph, [side]: replaced(graph[side], port, { ...port, public: to }) };
}

/**
 * The graph after one change, and what happened on the way.
 * @throws {ChangeError} the graph stays as it is.
 */
export function applyChange(graph: Graph, change: Change): Changed {
  const only = (changed: Graph, event: GraphEvent = change as GraphEvent): Changed => ({
    graph: changed,
    events: [event],
  });
  switch (change.do) {
    case 'addnode': {
      const { node } = change;
      absent(graph.nodes.get(node.role), `node ${node.role}`);
      return only(withNode(graph, node));
    }
    case 'removenode':
      return removeNode(graph, change.role);
    case 'renamenode':
      return only(renameNode(graph, change.from, change.to));
    case 'changenode': {
      const node = nodeOf(graph, change.role);
      const metadata = mergeMetadata(node.metadata, change.metadata);
      return only(withNode(graph, { ...node, metadata }), { ...change, metadata });
    }
    case 'addedge': {
      const { edge } = change;
      for (const { role } of [edge.from, edge.to]) nodeOf(graph, role);
      absent(
        graph.edges.find((one) => sameEdge(one, edge)),
        `the edge ${edgeText(edge)}`,
      );
      return only({ ...graph, edges: [...graph.edges, edge] });
    }
    case 'removeedge':
    case 'changeedge': {
      const edge = need(
        graph.edges.find((one) => sameEdge(one, change)),
        `edge ${edgeText(change)}`,
      );
      if (change.do === 'removeedge') {
        return only({ ...graph, edges: replaced(graph.edges, edge) }, { ...change, from: edge.from, to: edge.to });
      }
      const metadata = mergeMetadata(edge.metadata ?? {}, change.metadata);
      return only({ ...graph, edges: replaced(graph.edges, edge, { ...edge, metadata }) }, { ...change, metadata });
    }
    case 'addinitial':
      nodeOf(graph, change.initial.to.role);
      return only({ ...graph, initials: [...graph.initials, change.initial] });
    case 'removeinitial': {
      const initial = need(
        graph.initials.find(({ to }) => sameEnd(to, change.to)),
        `initial packet at ${endText(change.to)}`,
      );
      return only({ ...graph, initials: replaced(graph.initials, initial) }, { do: 'removeinitial', initial });
    }
    case 'addinport':
      return only(addExported(graph, 'inports', change.port));
    case 'addoutport':
      return only(addExported(graph, 'outports', change.port));
    case 'removeinport':
      return only(removeExported(graph, 'inports', change.public));
    case 'removeoutport':
      return only(removeExported(graph, 'outports', change.public));
    case 'renameinport':
      return only(renameExported(graph, 'inports', change.from, change.to));
    case 'renameoutport':
      return only(renameExported(graph, 'outports', change.from, change.to));
    case 'addgroup':
      absent(
        graph.groups.find(({ name }) => name === change.group.name),
        `group ${change.group.name}`,
      );
      for (const role of change.group.roles) nodeOf(graph, role);
      return only({ ...graph, groups: [...graph.groups, change.group] });
    case 'removegroup':
      return only({ ...graph, groups: replaced(graph.groups, groupOf(graph, change.name)) });
    case 'renamegroup': {
      const group = groupOf(graph, change.from);
      absent(
        graph.groups.find(({ name }) => name === change.to),
        `group ${change.to}`,
      );
      return only({ ...graph, groups: replaced(graph.groups, group, { ...group, name: change.to }) });
    }
    case 'changegroup': {
      const group = groupOf(graph, change.name);
      const metadata = mergeMetadata(group.metadata, change.metadata);
      return only({ ...graph, groups: replaced(graph.groups, group, { ...group, metadata }) }, { ...change, metadata });
    }
  }
}

/** All changes or none. @throws {ChangeError} */
export function applyChanges(graph: Graph, changes: readonly Change[]): Changed {
  let changed: Changed = { graph, events: [] };
  for (const change of changes) {
    const next = applyChange(changed.graph, change);
    changed = { graph: next.graph, events: [...changed.events, ...next.events] };
  }
  return changed;
}

/** The changes that lead from one graph to the other, roles and edges that are new before those that go. */
export function changesBetween(from: Graph, to: Graph): Change[] {
  const text = (value: unknown): string => JSON.stringify(value);
  const without = <T>(some: readonly T[], others: readonly T[]): T[] => {
    const texts = new Set(others.map(text));
    return some.filter((one) => !texts.has(text(one)));
  };
  const oldNodes = [...from.nodes.values()];
  const newNodes = [...to.nodes.values()];
  // Of another component it is another node; its edges are made anew.
  const gone = oldNodes.filter(({ role, component }) => to.nodes.get(role)?.component !== component);
  const isGone = (role: string): boolean => gone.some((node) => node.role === role);
  const changes: Change[] = [];
  for (const { role } of gone) changes.push({ do: 'removenode', role });
  for (const node of newNodes) {
    const old = from.nodes.get(node.role);
    if (old === undefined || isGone(node.role)) changes.push({ do: 'addnode', node });
    else if (text(old.metadata) !== text(node.metadata)) {
      const cleared = Object.fromEntries(Object.keys(old.metadata).map((key) => [key, null]));
      changes.push({ do: 'changenode', role: node.role, metadata: { ...cleared, ...node.metadata } });
    }
  }
  const touchesGone = ({ from: source, to: target }: Edge): boolean => isGone(source.role) || isGone(target.role);
  for (const edge of to.edges) {
    if (touchesGone(edge) || !from.edges.some((old) => sameEdge(old, edge))) changes.push({ do: 'addedge', edge });
  }
  for (const edge of from.edges) {
    if (touchesGone(edge) || to.edges.some((one) => sameEdge(one, edge))) continue;
    changes.push({ do: 'removeedge', from: edge.from, to: edge.to });
  }
  const keptInitials = from.initials.filter(({ to: { role } }) => !isGone(role));
  for (const { to: end } of without(keptInitials, to.initials)) changes.push({ do: 'removeinitial', to: end });
  for (const initial of without(to.initials, keptInitials)) changes.push({ do: 'addinitial', initial });
  for (const [side, remove, add] of [
    ['inports', 'removeinport', 'addinport'],
    ['outports', 'removeoutport', 'addoutport'],
  ] as const) {
    const kept = from[side].filter(({ end }) => !isGone(end.role));
    for (const port of without(kept, to[side])) changes.push({ do: remove, public: port.public });
    for (const port of without(to[side], kept)) changes.push({ do: add, port });
  }
  const keptGroups = from.groups.map((group) => ({ ...group, roles: group.roles.filter((role) => !isGone(role)) }));
  for (const { name } of without(keptGroups, to.groups)) changes.push({ do: 'removegroup', name });
  for (const group of without(to.groups, keptGroups)) changes.push({ do: 'addgroup', group });
  return changes;
}
