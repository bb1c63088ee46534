// How a graph that somebody wants differs from what is live and bound, and how it is made so.
import type { Coordinator } from '../coordinator.ts';
import { changesBetween } from '../graph/change.ts';
import { edgeText, type Graph, initialText } from '../graph/graph.ts';
import type { Network } from '../network.ts';
import type { ForeignEdge } from '../routes/foreign-edges.ts';

/** Edges and initial packets as text. */
export interface Difference {
  /** In the graph, and not bound. */
  add: string[];
  /** Live or bound, and not in the graph. */
  remove: string[];
  roles: { add: string[]; remove: string[] };
  initials: string[];
  /** In the graph, and not to be bound yet. */
  waiting: { edge: string; why: string }[];
  unchanged: number;
}

/** Bindings that others made between the roles of either graph; the wanted graph does not have them. */
function unwanted(coordinator: Coordinator, live: Graph, wanted: Graph): ForeignEdge[] {
  const texts = new Set(wanted.edges.map(edgeText));
  const isOurs = (role: string): boolean => live.nodes.has(role) || wanted.nodes.has(role);
  return coordinator
    .foreign()
    .filter(({ edge }) => edge && isOurs(edge.from.role) && isOurs(edge.to.role) && !texts.has(edgeText(edge)));
}

/** A role that no edge leads to or from makes no difference. */
const isWired = ({ edges }: Graph, role: string): boolean =>
  edges.some(({ from, to }) => from.role === role || to.role === role);

export function graphDifference(coordinator: Coordinator, network: Network, wanted: Graph): Difference {
  const live = network.graph();
  const looked = coordinator.wiring.look(wanted).map((wired) => ({ ...wired, text: edgeText(wired.edge) }));
  const waiting = looked.flatMap((wired) =>
    wired.state === 'waiting' && wired.bindings.length === 0 ? [{ edge: wired.text, why: wired.why }] : [],
  );
  const texts = new Set(looked.map(({ text }) => text));
  const liveTexts = new Set(live.edges.map(edgeText));
  const gone = live.edges.map(edgeText).filter((text) => !texts.has(text));
  const foreign = unwanted(coordinator, live, wanted).map(({ edge }) => edgeText(edge!));
  const isNew = ({ state, text, bindings }: (typeof looked)[number]): boolean =>
    bindings.length > 0 ? state === 'waiting' : !liveTexts.has(text);
  const add = looked.filter(isNew).map(({ text }) => text);
  const known = new Set(live.initials.map(initialText));
  return {
    add,
    remove: [...new Set([...gone, ...foreign])],
    roles: {
      add: [...wanted.nodes.keys()].filter((role) => !live.nodes.has(role)),
      remove: [...live.nodes.keys()].filter((role) => !wanted.nodes.has(role) && isWired(live, role)),
    },
    initials: wanted.initials.map(initialText).filter((text) => !known.has(text)),
    waiting,
    unchanged: looked.length - add.length - waiting.filter(({ edge }) => liveTexts.has(edge)).length,
  };
}

/** Makes the wanted graph the live one. Resolves with what was different. */
export async function applyGraph(coordinator: Coordinator, network: Network, wanted: Graph): Promise<Difference> {
  const difference = graphDifference(coordinator, network, wanted);
  const foreign = unwanted(coordinator, network.graph(), wanted);
  await network.change(changesBetween(network.graph(), wanted));
  if (foreign.length > 0) await coordinator.wiring.unbind(foreign.map(({ binding }) => binding));
  await coordinator.wiring.settle();
  return difference;
}
