// Traces of networks: the last data on the edges of a graph, kept for who wants to know later what went before. A trace belongs to the
// graph, not to the client that started it: it goes on when that one leaves, until somebody stops it.
import type { Log } from '../../shared/log.ts';
import type { Coordinator } from '../coordinator.ts';
import { edgeText } from '../graph/graph.ts';
import { graphJson } from '../graph/write.ts';
import { createEventRing, type EventRing } from './event-ring.ts';
import type { EdgeEnds, Feed, Heard } from './feed.ts';
import { Refusal } from './refusal.ts';
import { createSelection, MOST_HEARD, type Selection } from './selection.ts';

export interface Traces {
  /** Starts one, or starts it anew. @param bytes that it may keep */
  start(graph: string, bytes?: number): Promise<void>;
  /** What was traced is kept. */
  stop(graph: string): Promise<void>;
  clear(graph: string): void;
  /** The trace in the JSON form of flowtrace. @throws {Refusal} where none was started */
  dump(graph: string): string;
  close(): Promise<void>;
}

const DEFAULT_BYTES = 1024 * 1024;
/** Each may keep up to 16 MiB. */
const MOST_TRACES = 8;

interface Trace {
  ring: EventRing;
  selection: Selection<EdgeEnds>;
  running: boolean;
  startedAt: Date;
  endedAt?: Date;
}

/** @param label of the runtime, for who reads the trace */
export function createTraces(coordinator: Coordinator, feed: Feed, label: string, log: Log): Traces {
  const traces = new Map<string, Trace>();
  const edgesOf = (graph: string): readonly EdgeEnds[] =>
    coordinator.network(graph)?.graph().edges.slice(0, MOST_HEARD) ?? [];

  const stopListening = coordinator.listen((event) => {
    if (event.kind !== 'graph' && event.kind !== 'cleared') return;
    const trace = traces.get(event.graph);
    if (!trace?.running) return;
    trace.selection.set(edgesOf(event.graph)).catch((error: unknown) => {
      log.warn({ err: error }, 'a trace could not keep up with its graph');
    });
  });

  function eventText(graph: string, { at, message }: Heard): string {
    return JSON.stringify({ ...message, graph, time: new Date(at).toISOString() });
  }

  const traceOf = (graph: string): Trace => {
    const trace = traces.get(graph);
    if (trace === undefined) throw new Refusal(`no trace of ${graph} was started`);
    return trace;
  };

  async function stop(trace: Trace): Promise<void> {
    if (trace.running) trace.endedAt = new Date();
    trace.running = false;
    await trace.selection.set([]);
  }

  return {
    async start(graph, bytes = DEFAULT_BYTES) {
      const before = traces.get(graph);
      if (before !== undefined) await stop(before);
      else if (traces.size >= MOST_TRACES) {
        const idle = [...traces].find(([, { running }]) => !running);
        if (idle === undefined) throw new Refusal(`${MOST_TRACES} graphs are traced already: stop one of them`);
        traces.delete(idle[0]);
      }
      const ring = createEventRing(bytes);
      const selection = createSelection(edgeText, (edge: EdgeEnds) =>
        feed.hearEdge(graph, edge, (heard) => ring.add(eventText(graph, heard))),
      );
      traces.set(graph, { ring, selection, running: true, startedAt: new Date() });
      await selection.set(edgesOf(graph));
    },
    stop: (graph) => stop(traceOf(graph)),
    clear: (graph) => traceOf(graph).ring.clear(),
    dump(graph) {
      const { ring, startedAt, endedAt = new Date() } = traceOf(graph);
      const network = coordinator.network(graph);
      const header = {
        metadata: { label, type: 'msgflo', start: startedAt, end: endedAt },
        graphs: network === undefined ? {} : { [graph]: graphJson(network.graph()) },
        main: graph,
      };
      return `{"header":${JSON.stringify(header)},"events":[${ring.all().join(',')}]}`;
    },
    async close() {
      stopListening();
      await Promise.all([...traces.values()].map(stop));
    },
  };
}
