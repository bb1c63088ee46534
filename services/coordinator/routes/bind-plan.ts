// From a graph, and what the roles have announced, to bindings: what stands for each edge on the broker, what it still waits for, and
// what is to be made and taken away to get there. Nothing here talks to the broker.
//
//   a OUT -> IN b                         every exchange of a.OUT × every queue of b.IN, as announced and never by a rebuilt name
//   deal(msgflo/RoundRobin)               no participant, but the edge between what leads in and what it leads to:
//   a OUT -> IN deal, deal OUT -> IN b      {roundrobin, src: a.OUT, tgt: b.IN}
//   deal DEADLETTER -> IN c                 {roundrobin, tgt: b.IN, deadletter: c.IN}: where b.IN's rejected messages go
import type { Binding } from '../../shared/messaging/bindings.ts';
import { type Edge, type End, type Graph, ROUNDROBIN } from '../graph/graph.ts';

type Direction = 'inports' | 'outports';

/** What is known of the ports of roles. */
export interface PortQueues {
  /** The distinct queues of a role's in-port, or exchanges of its out-port: several where replicas have their own. */
  queues(role: string, direction: Direction, port: string): string[];
  /** Whether the role is there and has no such port. */
  lacks(role: string, direction: Direction, port: string): boolean;
}

export interface PlannedEdge {
  edge: Edge;
  type: 'pubsub' | 'roundrobin';
  /** What stands for it on the broker; empty while it waits. Several edges may stand for the same binding. */
  bindings: Binding[];
  /** Why it waits, for people. */
  waiting?: string;
  /** Waiting will not help: a role that is there has no such port, or the graph does not lead on. */
  final?: boolean;
}

/** What an end of an edge is on the broker, or why it is nothing yet. */
interface Found {
  queues: string[];
  waiting?: string;
  final?: boolean;
}

/** The edges at a node that stands for a roundrobin edge. */
interface Dealing {
  sources: End[];
  targets: End[];
  deadletters: End[];
}

const DEADLETTER_PORT = 'deadletter';

function find(ports: PortQueues, direction: Direction, { role, port }: End): Found {
  const queues = ports.queues(role, direction, port);
  if (queues.length > 0) return { queues };
  if (!ports.lacks(role, direction, port)) return { queues, waiting: `${role} has not announced itself` };
  const kind = direction === 'inports' ? 'in-port' : 'out-port';
  return { queues, waiting: `${role} has no ${kind} ${port.toUpperCase()}`, final: true };
}

/** Several ends where one of them will do. `none`: why there is nothing where there are no ends. */
function findAny(ports: PortQueues, direction: Direction, ends: readonly End[], none: string): Found {
  const found = ends.map((end) => find(ports, direction, end));
  const queues = [...new Set(found.flatMap((one) => one.queues))];
  if (queues.length > 0) return { queues };
  if (found.length === 0) return { queues, waiting: none, final: true };
  return { queues, waiting: reasons(found), final: found.every(({ final }) => final) };
}

const reasons = (found: readonly Found[]): string =>
  [...new Set(found.flatMap(({ waiting }) => (waiting === undefined ? [] : [waiting])))].join(', and ');

function planned(
  edge: Edge,
  type: PlannedEdge['type'],
  ends: readonly [Found, Found],
  bind: (source: string, target: string) => Binding,
): PlannedEdge {
  const [source, target] = ends;
  if (ends.every(({ queues }) => queues.length > 0)) {
    const bindings = source.queues.flatMap((src) => target.queues.map((tgt) => bind(src, tgt)));
    return { edge, type, bindings };
  }
  const final = ends.some((end) => end.final);
  return { edge, type, bindings: [], waiting: reasons(ends), ...(final ? { final } : {}) };
}

function dealingOf({ nodes, edges }: Graph): Map<string, Dealing> {
  const dealing = new Map<string, Dealing>();
  for (const { role, component } of nodes.values()) {
    if (component === ROUNDROBIN) dealing.set(role, { sources: [], targets: [], deadletters: [] });
  }
  for (const { from, to } of edges) {
    const [before, after] = [dealing.get(from.role), dealing.get(to.role)];
    if (before !== undefined && after !== undefined) continue;
    after?.sources.push(from);
    before?.[from.port === DEADLETTER_PORT ? 'deadletters' : 'targets'].push(to);
  }
  return dealing;
}

const pubsub = (src: string, tgt: string): Binding => ({ type: 'pubsub', src, tgt });
const roundrobin = (src: string, tgt: string): Binding => ({ type: 'roundrobin', src, tgt });
const deadLetters = (tgt: string, deadletter: string): Binding => ({ type: 'roundrobin', tgt, deadletter });

/** What the broker should have for each edge, in the order of the graph. */
export function planBindings(graph: Graph, ports: PortQueues): PlannedEdge[] {
  const dealing = dealingOf(graph);
  const targetsOf = (role: string, { targets }: Dealing): Found =>
    findAny(ports, 'inports', targets, `${role} leads nowhere`);

  return graph.edges.map((edge) => {
    const { from, to } = edge;
    const [before, after] = [dealing.get(from.role), dealing.get(to.role)];
    if (before !== undefined && after !== undefined) {
      const waiting = `${from.role} and ${to.role} are both ${ROUNDROBIN}: one cannot lead to the other`;
      return { edge, type: 'roundrobin', bindings: [], waiting, final: true };
    }
    if (after !== undefined) {
      return planned(edge, 'roundrobin', [find(ports, 'outports', from), targetsOf(to.role, after)], roundrobin);
    }
    const target = find(ports, 'inports', to);
    if (before === undefined) return planned(edge, 'pubsub', [find(ports, 'outports', from), target], pubsub);
    if (from.port === DEADLETTER_PORT) {
      return planned(edge, 'roundrobin', [targetsOf(from.role, before), target], deadLetters);
    }
    const source = findAny(ports, 'outports', before.sources, `nothing leads to ${from.role}`);
    return planned(edge, 'roundrobin', [source, target], roundrobin);
  });
}

/**
 * A roundrobin binding may say two things: where messages go, and where those go that are rejected there. Plans and differences say them
 * apart; what `edgesAmong` reads from the broker is to be taken apart before it is compared with them.
 */
export function partsOf({ type = 'pubsub', src, tgt, deadletter }: Binding): Binding[] {
  return [
    ...(src === undefined ? [] : [{ type, src, tgt }]),
    ...(deadletter === undefined ? [] : [deadLetters(tgt, deadletter)]),
  ];
}

/** The same for the same part. */
export const keyOf = ({ type, src, tgt, deadletter }: Binding): string => JSON.stringify([type, src, tgt, deadletter]);

const partsByKey = (bindings: readonly Binding[]): Map<string, Binding> =>
  new Map(bindings.flatMap(partsOf).map((part) => [keyOf(part), part]));

/**
 * What leads from some bindings to others, each once and in its smallest parts: so a queue keeps its dead letters where another edge to it
 * goes, and a binding stays where another edge stands for it. `current` may be what `edgesAmong` reads from the broker.
 */
export function difference(
  current: readonly Binding[],
  wanted: readonly Binding[],
): { add: Binding[]; remove: Binding[] } {
  const [old, now] = [partsByKey(current), partsByKey(wanted)];
  const without = (some: Map<string, Binding>, others: Map<string, Binding>): Binding[] =>
    [...some].flatMap(([key, binding]) => (others.has(key) ? [] : [binding]));
  return { add: without(now, old), remove: without(old, now) };
}
