// What one client hears of the data: the edges that it chose, or all of a graph that it started without choosing, and what leaves a
// graph at its exported out-ports.
import type { Log } from '../../shared/log.ts';
import type { Coordinator, CoordinatorEvent } from '../coordinator.ts';
import { type ExportedPort, edgeText } from '../graph/graph.ts';
import type { Network } from '../network.ts';
import type { EdgeEnds, Feed } from './feed.ts';
import { createSelection, MOST_HEARD, type Selection } from './selection.ts';

export interface Listening {
  /** These edges of a graph, and no others. They may come later than the choice. */
  choose(graph: string, edges: readonly EdgeEnds[]): Promise<void>;
  /** All edges, now and later, and initial packets; where the client has not chosen any. */
  hearAll(network: Network): Promise<void>;
  /** Does what lets a network's data flow. They are shown when it is done: initial packets first, for they cause the others. */
  holding(graph: string, work: () => Promise<void>): Promise<void>;
  /** What leaves a graph at its out-ports; without a graph, the main one, whichever that is. */
  hearOutports(graph?: string): Promise<void>;
  /** Keeps up with the graphs. */
  follow(event: CoordinatorEvent): void;
  /** An initial packet was sent. */
  initial(graph: string, text: string): void;
  close(): Promise<void>;
}

/** While data are held back. */
interface Held {
  initials: string[];
  data: string[];
}
const MOST_HELD = 500;

interface Parts {
  coordinator: Coordinator;
  feed: Feed;
  /** Shows the text of a message about data; it may leave it out. */
  show(text: string): void;
  log: Log;
}

export function createListening({ coordinator, feed, show, log }: Parts): Listening {
  const edges = new Map<string, { all: boolean; selection: Selection<EdgeEnds> }>();
  const outports = new Map<string, Selection<ExportedPort>>();
  const packetsOf = new Set<string>();
  let packetsOfMain = false;
  const held = new Map<string, Held>();
  let closed = false;

  function showOf(graph: string, text: string, kind: keyof Held): void {
    const holding = held.get(graph);
    if (holding === undefined) show(text);
    else if (holding[kind].length < MOST_HELD) holding[kind].push(text);
  }

  function listen(graph: string, all: boolean): Selection<EdgeEnds> {
    const selection =
      edges.get(graph)?.selection ??
      createSelection(edgeText, (edge: EdgeEnds) =>
        feed.hearEdge(graph, edge, ({ text }) => showOf(graph, text, 'data')),
      );
    edges.set(graph, { all, selection });
    return selection;
  }

  const allOf = (graph: string): readonly EdgeEnds[] =>
    coordinator.network(graph)?.graph().edges.slice(0, MOST_HEARD) ?? [];

  async function listenToOutports(): Promise<void> {
    const main = packetsOfMain ? coordinator.main()?.id : undefined;
    const wanted = new Set(main === undefined ? packetsOf : [...packetsOf, main]);
    for (const graph of wanted) {
      if (outports.has(graph)) continue;
      const keyOf = (port: ExportedPort): string => JSON.stringify([port.public, port.end]);
      const join = (port: ExportedPort) => feed.hearOutport(graph, port, ({ text }) => showOf(graph, text, 'data'));
      outports.set(graph, createSelection(keyOf, join));
    }
    const ports = (graph: string) => (wanted.has(graph) ? (coordinator.network(graph)?.graph().outports ?? []) : []);
    await Promise.all([...outports].map(([graph, selection]) => selection.set(ports(graph).slice(0, MOST_HEARD))));
  }

  const later = (work: Promise<void>): void => {
    work.catch((error: unknown) => log.warn({ err: error }, 'a client could not keep up with its graph'));
  };

  return {
    async choose(graph, chosen) {
      if (closed) return;
      await listen(graph, false).set(chosen);
    },
    async hearAll({ id }) {
      if (closed || edges.get(id)?.all === false) return;
      await listen(id, true).set(allOf(id));
    },
    async holding(graph, work) {
      const holding: Held = { initials: [], data: [] };
      held.set(graph, holding);
      try {
        await work();
      } finally {
        held.delete(graph);
        for (const text of [...holding.initials, ...holding.data]) show(text);
      }
    },
    async hearOutports(graph) {
      if (closed) return;
      if (graph === undefined) packetsOfMain = true;
      else packetsOf.add(graph);
      await listenToOutports();
    },
    follow(event) {
      if (closed || (event.kind !== 'graph' && event.kind !== 'cleared')) return;
      const of = edges.get(event.graph);
      if (of?.all) later(of.selection.set(allOf(event.graph)));
      if (packetsOfMain || packetsOf.has(event.graph)) later(listenToOutports());
    },
    initial(graph, text) {
      if (edges.get(graph)?.all) showOf(graph, text, 'initials');
    },
    async close() {
      closed = true;
      const selections = [...[...edges.values()].map(({ selection }) => selection), ...outports.values()];
      await Promise.all(selections.map((selection) => selection.set([])));
    },
  };
}
