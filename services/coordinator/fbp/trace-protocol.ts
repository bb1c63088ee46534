// The sub-protocol `trace`: keeping the last data of a network, and handing them out.
import type { Message } from './messages-out.ts';
import { type Handlers, networkOf, type Runtime } from './request.ts';

const answer = (command: string, payload: object): Message => ({ protocol: 'trace', command, payload });

export function traceHandlers(runtime: Runtime): Handlers<'trace'> {
  const { traces } = runtime;
  return {
    async 'trace:start'({ graph, buffersize }, request) {
      networkOf(runtime, graph);
      await traces.start(graph, buffersize);
      request.answer(answer('start', { graph, ...(buffersize === undefined ? {} : { buffersize }) }));
    },
    async 'trace:stop'({ graph }, request) {
      await traces.stop(graph);
      request.answer(answer('stop', { graph }));
    },
    'trace:clear'({ graph }, request) {
      traces.clear(graph);
      request.answer(answer('clear', { graph }));
    },
    'trace:dump'({ graph, type }, request) {
      request.answer(answer('dump', { graph, type, flowtrace: traces.dump(graph) }));
    },
  };
}
