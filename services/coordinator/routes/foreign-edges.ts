// Bindings on the broker that no live graph says: somebody else made them, or they are left from another time. Where both ends are
// ports that are known, they are named as edges.
import type { Binding } from '../../shared/messaging/bindings.ts';
import { type EdgeEnds, type End, edgeText, type Graph } from '../graph/graph.ts';
import type { Participants } from '../participants/participants.ts';

export interface ForeignEdge {
  binding: Binding;
  /** Where both ends are known. */
  edge?: EdgeEnds;
}

/** The port that a queue or an exchange stands for. */
function endOf(
  name: string,
  direction: 'inports' | 'outports',
  participants: Participants,
  roles: ReadonlySet<string>,
): End | undefined {
  for (const participant of participants.all()) {
    const port = participant[direction].find(({ queue }) => queue === name);
    if (port !== undefined) return { role: participant.role, port: port.id.toLowerCase() };
  }
  const [, role, port] = /^([^.]+)\.([^.]+)(?:\.[^.]+)?$/.exec(name) ?? [];
  return role !== undefined && roles.has(role) ? { role, port: port!.toLowerCase() } : undefined;
}

/** @param graphs those that are live: the names of their roles are known, too */
export function foreignEdges(
  bindings: readonly Binding[],
  participants: Participants,
  graphs: readonly Graph[],
): ForeignEdge[] {
  const roles = new Set([...participants.roles(), ...graphs.flatMap(({ nodes }) => [...nodes.keys()])]);
  return bindings.map((binding) => {
    const from = binding.src === undefined ? undefined : endOf(binding.src, 'outports', participants, roles);
    const to = endOf(binding.tgt, 'inports', participants, roles);
    return from !== undefined && to !== undefined ? { binding, edge: { from, to } } : { binding };
  });
}

/**
 * Those that an edge of these graphs accounts for, though no plan has them now: the queue of a replica that has ended, which goes by itself.
 */
export function isLeftover({ edge }: ForeignEdge, graphs: readonly Graph[]): boolean {
  if (edge === undefined) return false;
  const text = edgeText(edge);
  return graphs.some(({ edges }) => edges.some((one) => edgeText(one) === text));
}
