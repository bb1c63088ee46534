// The sub-protocol `network`: starting and stopping, how it is going, and which edges a client wants to see.
import type { PayloadOf } from './messages-in.ts';
import {
  edgesMessage,
  type Message,
  outputMessage,
  startedMessage,
  statusMessage,
  stoppedMessage,
} from './messages-out.ts';
import { Refusal } from './refusal.ts';
import { type Handlers, networkOf, type Runtime } from './request.ts';
import { MOST_HEARD } from './selection.ts';

const edgesOf = ({ edges }: PayloadOf<'network:edges'>) => edges.map(({ src, tgt }) => ({ from: src, to: tgt }));

export function networkHandlers(runtime: Runtime): Handlers<'network'> {
  async function statusOf(graph: string): Promise<Message> {
    return statusMessage(graph, await networkOf(runtime, graph).status(), runtime.debug.has(graph));
  }

  return {
    async 'network:start'({ graph }, request) {
      const network = networkOf(runtime, graph);
      const { listening } = request.client;
      await listening.hearAll(network); // before anything flows
      await listening.holding(graph, () => network.start(request));
      if (request.answered) return;
      const { startedAt = Date.now() } = await network.status();
      request.answer(startedMessage(graph, startedAt));
    },
    async 'network:stop'({ graph }, request) {
      const { stillConsuming } = await networkOf(runtime, graph).stop(request);
      if (!request.answered) request.answer(stoppedMessage(graph, Date.now(), undefined));
      if (stillConsuming.length === 0) return;
      request.tell(
        outputMessage(`somebody still takes work from ${stillConsuming.join(', ')}, or has some of it in hand`),
      );
    },
    async 'network:getstatus'({ graph }, request) {
      request.answer(await statusOf(graph));
    },
    /** The protocol has no answer of this name: the status says whether the network is in debug mode. */
    async 'network:debug'({ graph, enable }, request) {
      networkOf(runtime, graph);
      if (enable) runtime.debug.add(graph);
      else runtime.debug.delete(graph);
      request.answer(await statusOf(graph));
    },
    async 'network:persist'(_, request) {
      const main = runtime.coordinator.main();
      if (main === undefined) throw new Refusal('there is no main graph that could be written to a file');
      await main.persist();
      request.answer({ protocol: 'network', command: 'persist', payload: {} });
    },
    async 'network:edges'(payload, request) {
      networkOf(runtime, payload.graph);
      const edges = edgesOf(payload);
      if (edges.length > MOST_HEARD) {
        throw new Refusal(`at most ${MOST_HEARD} edges of a graph are shown at a time, not ${edges.length}`);
      }
      await request.client.listening.choose(payload.graph, edges);
      request.answer(edgesMessage(payload.graph, edges));
    },
  };
}
