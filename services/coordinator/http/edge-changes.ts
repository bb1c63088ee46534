// Connects and disconnects edges by hand, while the graph is live.
import type { Coordinator } from '../coordinator.ts';
import { type Change, ChangeError } from '../graph/change.ts';
import { type Edge, type EdgeEnds, type End, edgeText, type Graph, sameEdge } from '../graph/graph.ts';
import { GraphError, parseEdge } from '../graph/parse.ts';
import type { Network } from '../network.ts';

export interface EdgeChanges {
  connected: string[];
  disconnected: string[];
  /** Whether messages were moved from one way to the other in one step. */
  swapped: boolean;
  warnings: string[];
}

type Direction = 'inports' | 'outports';

/** The names that resemble one, best first. */
function near(name: string, names: readonly string[]): string[] {
  const distance = (other: string): number => {
    let row = Array.from({ length: other.length + 1 }, (_, n) => n);
    for (let i = 1; i <= name.length; i += 1) {
      const next = [i];
      for (let j = 1; j <= other.length; j += 1) {
        const replaced = row[j - 1]! + (name[i - 1]?.toLowerCase() === other[j - 1]?.toLowerCase() ? 0 : 1);
        next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, replaced));
      }
      row = next;
    }
    return row[other.length]!;
  };
  return names
    .map((other) => ({ other, far: distance(other) }))
    .filter(({ other, far }) => far <= Math.max(2, other.length / 3))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ other }) => other);
}

const hint = (name: string, names: readonly string[]): string => {
  const found = near(name, names);
  return found.length === 0 ? '' : `; did you mean ${found.join(' or ')}?`;
};

/** The ports that live participants of a role have announced, in upper case. */
function portsOf({ participants }: Coordinator, role: string, direction: Direction): string[] {
  const all = participants.all().filter((one) => one.role === role && one.announced && one.state !== 'gone');
  const shown = all.flatMap((one) => one[direction]).filter(({ hidden }) => !hidden);
  return [...new Set(shown.map(({ id }) => id.toUpperCase()))];
}

/** @throws {ChangeError} where nobody knows the role, or those who have it have no such port */
function check(coordinator: Coordinator, { nodes }: Graph, end: End, direction: Direction): void {
  const { participants, ports } = coordinator;
  const known = [...new Set([...nodes.keys(), ...participants.roles()])];
  if (!known.includes(end.role)) {
    throw new ChangeError(
      'invalid',
      `no role ${end.role} is in the graph, and nobody has announced it${hint(end.role, known)}`,
    );
  }
  if (!ports.lacks(end.role, direction, end.port)) return;
  const what = direction === 'inports' ? 'in-port' : 'out-port';
  const has = portsOf(coordinator, end.role, direction);
  const list = has.length === 0 ? 'it has none' : `it has ${has.join(', ')}`;
  throw new ChangeError('invalid', `${end.role} has no ${what} ${end.port.toUpperCase()}: ${list}`);
}

/** Roles that somebody started by hand come into the graph with their first edge. */
function newNodes({ participants }: Coordinator, { nodes }: Graph, edges: readonly Edge[]): Change[] {
  const roles = new Set(edges.flatMap(({ from, to }) => [from.role, to.role]).filter((role) => !nodes.has(role)));
  return [...roles].map((role) => {
    const component = participants.all().find((one) => one.role === role && one.component !== undefined)?.component;
    return { do: 'addnode', node: { role, component: component ?? role, metadata: {} } };
  });
}

/** Out-ports of participants that no edge leads on from any more. */
function warnings(coordinator: Coordinator, { edges }: Graph, disconnected: readonly EdgeEnds[]): string[] {
  const sources = new Map(disconnected.map(({ from }) => [`${from.role} ${from.port.toUpperCase()}`, from]));
  return [...sources]
    .filter(([, from]) => !edges.some((edge) => edge.from.role === from.role && edge.from.port === from.port))
    .filter(([, from]) => coordinator.ports.queues(from.role, 'outports', from.port).length > 0)
    .map(
      ([text]) =>
        `${text} leads nowhere now: the lab's own workers keep what they have made until it leads on, others may lose it`,
    );
}

function parse(text: string): Edge {
  try {
    return parseEdge(text);
  } catch (error) {
    if (error instanceof GraphError) throw new ChangeError('invalid', error.message);
    throw error;
  }
}

/**
 * Makes and takes away edges, all of them or none; both at once is a swap.
 * @throws {ChangeError} that says what is wrong, with near misses
 */
export async function changeEdges(
  coordinator: Coordinator,
  network: Network,
  { connect, disconnect }: { connect: readonly string[]; disconnect: readonly string[] },
): Promise<EdgeChanges> {
  const graph = network.graph();
  const added = connect.map(parse);
  const removed = disconnect.map(parse);
  for (const edge of added) {
    check(coordinator, graph, edge.from, 'outports');
    check(coordinator, graph, edge.to, 'inports');
  }
  for (const edge of removed) {
    if (graph.edges.some((one) => sameEdge(one, edge))) continue;
    const text = edgeText(edge);
    throw new ChangeError('not-found', `there is no edge ${text}${hint(text, graph.edges.map(edgeText))}`);
  }
  const { swapped } = await network.change([
    ...newNodes(coordinator, graph, added),
    ...added.map((edge) => ({ do: 'addedge', edge }) as const),
    ...removed.map(({ from, to }) => ({ do: 'removeedge', from, to }) as const),
  ]);
  const waiting = coordinator.wiring
    .edges(network.id)
    .filter(({ edge, state }) => state === 'waiting' && added.some((one) => sameEdge(one, edge)))
    .map((wired) => `${edgeText(wired.edge)} is not bound yet: ${wired.state === 'waiting' ? wired.why : ''}`);
  return {
    connected: added.map(edgeText),
    disconnected: removed.map(edgeText),
    swapped: swapped > 0,
    warnings: [...waiting, ...warnings(coordinator, network.graph(), removed)],
  };
}
