// The sub-protocol `runtime`: what this is, what the client may do, and the main graph as one big component with ports.
import type { ComponentPort, Coordinator } from '../coordinator.ts';
import type { ExportedPort } from '../graph/graph.ts';
import type { Network } from '../network.ts';
import { ALL_CAPABILITIES, WITHOUT_SECRET } from './capabilities.ts';
import { type Message, portsMessage } from './messages-out.ts';
import { Refusal } from './refusal.ts';
import { type Handlers, networkOf, type Runtime } from './request.ts';

const VERSION = '0.8';

function runtimeMessage({ coordinator, info }: Runtime, authorized: boolean): Message {
  const { id, label, namespace, repository } = info;
  const main = coordinator.main()?.id;
  return {
    protocol: 'runtime',
    command: 'runtime',
    payload: {
      id,
      label,
      type: 'msgflo',
      version: VERSION,
      capabilities: authorized ? ALL_CAPABILITIES : WITHOUT_SECRET,
      allCapabilities: ALL_CAPABILITIES,
      ...(main === undefined ? {} : { graph: main }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(repository === undefined ? {} : { repository }),
    },
  };
}

/** The exported ports of the main graph, typed as the ports behind them; undefined where there is no main graph. */
export function mainPorts(coordinator: Coordinator): Message | undefined {
  const main = coordinator.main();
  if (main === undefined) return undefined;
  const components = coordinator.components();
  const { nodes, inports, outports } = main.graph();
  const describe = (side: 'inports' | 'outports') => (exported: ExportedPort) => {
    const component = nodes.get(exported.end.role)?.component;
    const port = components.find(({ name }) => name === component)?.[side].find(({ id }) => id === exported.end.port);
    return { ...(port ?? { type: 'any' }), id: exported.public } satisfies ComponentPort;
  };
  return portsMessage(main.id, inports.map(describe('inports')), outports.map(describe('outports')));
}

function inportOf(network: Network, name: string): ExportedPort {
  const port = network.graph().inports.find((one) => one.public === name);
  if (port === undefined) throw new Refusal(`the graph has no exported in-port ${JSON.stringify(name)}`);
  return port;
}

export function runtimeHandlers(runtime: Runtime): Handlers<'runtime'> {
  const { coordinator } = runtime;
  return {
    async 'runtime:getruntime'(_, request) {
      request.answer(runtimeMessage(runtime, request.authorized));
      request.client.followPorts();
      if (request.authorized) await request.client.listening.hearOutports();
    },
    async 'runtime:packet'({ graph, port, event, payload }, request) {
      const network = networkOf(runtime, graph);
      const { end } = inportOf(network, port);
      if (event === 'begingroup' || event === 'endgroup') throw new Refusal('queues know no groups: send data alone');
      await request.client.listening.hearOutports(graph); // what comes of it
      // A queue is always connected: there is nothing to do for the other events.
      if (event === 'data') {
        if (payload === undefined) throw new Refusal('a packet of data needs a payload');
        await coordinator.send(end, payload);
      }
      request.answer({ protocol: 'runtime', command: 'packetsent', payload: { graph, port, event } });
    },
  };
}
