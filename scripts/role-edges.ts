// Which edges of a graph name a participant, and whether the broker has bound them.
import { setTimeout as pause } from 'node:timers/promises';
import { type Edge, type End, edgeText, type Graph } from '../services/coordinator/graph/graph.ts';
import type { BrokerBinding } from '../services/shared/messaging/management.ts';
import { queueOf } from '../services/shared/messaging/names.ts';
import type { ForeignParticipant } from './foreign-participant.ts';
import { paint, plural, table } from './terminal.ts';

const ASK_EVERY_MS = 200;

export interface RoleEdge {
  /** `resize OUT -> IN caption` */
  text: string;
  state: 'bound' | 'not bound yet' | 'the file has no such port';
}

type Direction = 'inports' | 'outports';

/** The edges that name the participant's role, each with what the broker says of it. */
export function roleEdges(
  graph: Graph,
  participant: ForeignParticipant,
  bindings: readonly BrokerBinding[],
): RoleEdge[] {
  const { role } = participant;
  const queueAt = ({ port }: End, direction: Direction): string | undefined =>
    participant[direction].find(({ id }) => id === port)?.queue;

  /** The participant's own queues have the names in its file; others are known by how MsgFlo participants name theirs. */
  const isAt = (end: End, direction: Direction, name: string): boolean => {
    if (end.role === role) return name === queueAt(end, direction);
    const ours = queueOf(end.role, end.port);
    return name === ours || name.startsWith(`${ours}.`) || name === `${end.role}/${end.port}`;
  };

  const stateOf = ({ from, to }: Edge): RoleEdge['state'] => {
    const missing =
      (from.role === role && queueAt(from, 'outports') === undefined) ||
      (to.role === role && queueAt(to, 'inports') === undefined);
    if (missing) return 'the file has no such port';
    const bound = bindings.some(
      ({ source, destination }) => isAt(from, 'outports', source) && isAt(to, 'inports', destination),
    );
    return bound ? 'bound' : 'not bound yet';
  };

  return graph.edges
    .filter(({ from, to }) => from.role === role || to.role === role)
    .map((edge) => ({ text: edgeText(edge), state: stateOf(edge) }));
}

/** Asks again until all edges that can be bound are bound, the limit has passed, or the signal fires. */
export async function untilBound(
  ask: () => Promise<RoleEdge[]>,
  { limitMs, signal }: { limitMs: number; signal: AbortSignal },
): Promise<RoleEdge[]> {
  for (const end = performance.now() + limitMs; ; ) {
    const edges = await ask();
    const waiting = edges.some(({ state }) => state === 'not bound yet');
    if (!waiting || performance.now() > end || signal.aborted) return edges;
    await pause(ASK_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

/** A line for each edge, and a sentence with the numbers in it. */
export function edgesReport(edges: readonly RoleEdge[]): string {
  const rows = edges.map(({ text, state }) => [text, paint(state === 'bound' ? 'green' : 'yellow', state)]);
  const bound = edges.filter(({ state }) => state === 'bound').length;
  const why = edges.some(({ state }) => state === 'not bound yet')
    ? '; an edge is bound once both of its ends have announced themselves and their queues are there'
    : '';
  return `${table(rows, { indent: '  ', heading: false })}\n${bound} of ${plural(edges.length, 'edge')} bound${why}`;
}
