// A live graph as people are shown it: what it says, and what the broker has of it.
import type { Coordinator } from '../coordinator.ts';
import { edgeText, endText, initialText, type Metadata } from '../graph/graph.ts';
import type { Network } from '../network.ts';

export interface EdgeView {
  edge: string;
  state: 'bound' | 'waiting';
  /** Why it waits. */
  why?: string;
  type: string;
  bindings: { src: string; tgt: string }[];
}

export interface GraphView {
  id: string;
  file: string | null;
  /** What is wrong with the file as it is now; what is live is what it said before. */
  problem?: string;
  started: boolean;
  nodes: { role: string; component: string; metadata: Metadata; up: number }[];
  edges: EdgeView[];
  initials: { data: unknown; to: string; text: string }[];
  inports: { public: string; to: string }[];
  outports: { public: string; from: string }[];
  groups: { name: string; roles: readonly string[] }[];
  /** Bound on the broker, and said by no live graph. */
  foreign: { src: string; tgt: string; type: string; edge?: string }[];
}

/** @param file the graph's file, where it has one */
export function viewGraph(coordinator: Coordinator, network: Network, file?: string): GraphView {
  const graph = network.graph();
  const all = coordinator.participants.all();
  const problem = coordinator.fileProblem();
  return {
    id: network.id,
    file: file ?? null,
    ...(file === undefined || problem === undefined ? {} : { problem }),
    started: network.state() === 'started',
    nodes: [...graph.nodes.values()].map((node) => ({
      ...node,
      up: all.filter(({ role, state }) => role === node.role && (state === 'up' || state === 'paused')).length,
    })),
    edges: coordinator.wiring.edges(network.id).map((wired) => ({
      edge: edgeText(wired.edge),
      state: wired.state,
      ...(wired.state === 'waiting' ? { why: wired.why } : {}),
      type: wired.bindings[0]?.type ?? 'pubsub',
      bindings: wired.bindings.map(({ src = '', tgt }) => ({ src, tgt })),
    })),
    initials: graph.initials.map((initial) => ({
      data: initial.data,
      to: endText(initial.to),
      text: initialText(initial),
    })),
    inports: graph.inports.map((port) => ({ public: port.public, to: endText(port.end) })),
    outports: graph.outports.map((port) => ({ public: port.public, from: endText(port.end) })),
    groups: graph.groups.map(({ name, roles }) => ({ name, roles })),
    foreign: coordinator.foreign().map(({ binding: { src = '', tgt, type = 'pubsub' }, edge }) => ({
      src,
      tgt,
      type,
      ...(edge === undefined ? {} : { edge: edgeText(edge) }),
    })),
  };
}
