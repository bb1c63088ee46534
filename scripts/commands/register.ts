// `./lab register`: announces a program that speaks plain AMQP to the coordinator, as a MsgFlo participant announces itself.
import { setTimeout as pause } from 'node:timers/promises';
import type { Graph } from '../../services/coordinator/graph/graph.ts';
import { readGraph } from '../../services/coordinator/graph/parse.ts';
import { decimal, readConfig } from '../../services/shared/config.ts';
import { createManagement, ManagementError, vhostOf } from '../../services/shared/messaging/management.ts';
import { DISCOVERY_QUEUE } from '../../services/shared/messaging/names.ts';
import type { Client } from '../../services/shared/messaging/transport.ts';
import { CannotRun, type Command, textOf } from '../command.ts';
import { type ForeignParticipant, readForeignParticipant } from '../foreign-participant.ts';
import { type Broker, brokerOptions, connect, disconnect, findBroker, replyCode } from '../lab-broker.ts';
import { edgesReport, roleEdges, untilBound } from '../role-edges.ts';
import { table } from '../terminal.ts';

const BOUND_LIMIT_MS = 5_000;
/** Two announcements within the time after which a participant counts as silent. */
const ANNOUNCEMENTS_A_PERIOD = 2.2;

/** Declares its queues and exchanges as the wire contract says, so that edges can be bound before the program runs. */
async function declare(client: Client, { inports, outports }: ForeignParticipant): Promise<void> {
  const create = (type: 'inqueue' | 'outqueue', name: string): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      client.createQueue(type, name, (error) => (error ? reject(error) : resolve()));
    }).catch((error: Error) => {
      const what = `${type === 'inqueue' ? 'queue' : 'exchange'} ${name}`;
      throw new CannotRun(
        replyCode(error) === 406
          ? `${what} is there already, and was declared in another way than MsgFlo's; --no-declare leaves it as it is`
          : `the broker refused to declare ${what}: ${error.message}`,
      );
    });
  for (const { queue } of outports) await create('outqueue', queue);
  for (const { queue } of inports) await create('inqueue', queue);
}

/** Sends the discovery message, confirmed. @throws {CannotRun} where nobody would hear it. */
async function announce(client: Client, payload: ForeignParticipant): Promise<void> {
  const listeners = await client.connection
    .withChannel(async (channel) => (await channel.checkQueue(DISCOVERY_QUEUE)).consumerCount)
    .catch((error: unknown) => {
      if (replyCode(error) === 404) return 0;
      throw error;
    });
  if (listeners === 0) {
    throw new CannotRun('nobody hears announcements: the coordinator is not running; ./lab up coordinator starts it');
  }
  await client.publish('inqueue', DISCOVERY_QUEUE, { protocol: 'discovery', command: 'participant', payload });
}

function report({ role, component, inports, outports }: ForeignParticipant): string {
  const rows = [
    ...inports.map(({ id, queue }) => ['in', id.toUpperCase(), `queue ${queue}`]),
    ...outports.map(({ id, queue }) => ['out', id.toUpperCase(), `exchange ${queue}`]),
  ];
  return `announced ${role} (${component})\n${table(rows, { indent: '  ', heading: false })}`;
}

/** What became of the edges, as text; that the management API does not answer is no reason to fail. */
async function edgesText(
  { management, amqp }: Broker,
  { graph, file }: { graph: Graph; file: string },
  participant: ForeignParticipant,
  signal: AbortSignal,
): Promise<string> {
  const api = createManagement(management, vhostOf(amqp));
  try {
    const ask = async () => roleEdges(graph, participant, await api.bindings());
    const edges = await untilBound(ask, { limitMs: BOUND_LIMIT_MS, signal });
    return edges.length === 0 ? `no edge of ${file} names ${participant.role} yet` : edgesReport(edges);
  } catch (error) {
    if (!(error instanceof ManagementError)) throw error;
    return `which edges are bound is not known: ${error.message}; --management says where it is`;
  }
}

/** Announces it again and again until the signal fires. What fails is said, and tried again the next time. */
async function keepAnnouncing(
  client: Client,
  participant: ForeignParticipant,
  { everyMs, signal }: { everyMs: number; signal: AbortSignal },
): Promise<void> {
  const { role } = participant;
  console.log(`announcing ${role} every ${Math.round(everyMs / 100) / 10} s, until Ctrl-C`);
  let failed = false;
  for (;;) {
    await pause(everyMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    try {
      await announce(client, participant);
      if (failed) console.log(`${role} is announced again`);
      failed = false;
    } catch (error) {
      if (!failed) console.error(`could not announce ${role}, trying on: ${(error as Error).message}`);
      failed = true;
    }
  }
  console.log(`${role} is no longer announced: the coordinator forgets it after ten minutes`);
}

export const command: Command = {
  summary: 'announce a program that speaks plain AMQP, so that it takes part in the graph',
  usage: '<file.yaml>',
  positionals: { min: 1, max: 1 },
  options: {
    role: { type: 'string', value: 'NAME', help: 'its role, whatever the file says' },
    forever: { type: 'boolean', help: 'keep announcing it until Ctrl-C; who is silent for ten minutes is forgotten' },
    'no-declare': {
      type: 'boolean',
      help: 'leave its queues and exchanges to the program, which declares them its own way',
    },
    graph: { type: 'string', value: 'FILE', help: 'whose edges are shown (service.fbp)' },
    ...brokerOptions,
  },
  more:
    'The file says component, role, label, icon, inports and outports; examples/foreign/ has one, and the programs to it.\n' +
    'Examples:\n' +
    '  ./lab register examples/foreign/caption.yaml\n' +
    '  ./lab register examples/foreign/caption.yaml --role describe --forever',
  async run({ values, positionals: [file = ''] }) {
    const participant = readForeignParticipant(file, { role: textOf(values.role) });
    const graphFile = textOf(values.graph) ?? 'service.fbp';
    const graph = await readGraph(graphFile);
    const { period } = readConfig({ period: decimal('MSGFLO_DISCOVERY_PERIOD', { fallback: 60, min: 1, max: 600 }) });
    const broker = await findBroker(values);
    const stop = new AbortController();
    if (values.forever) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

    const client = await connect(broker.amqp, `register-${participant.role}`);
    try {
      if (!values['no-declare']) await declare(client, participant);
      await announce(client, participant);
      console.log(report(participant));
      console.log(await edgesText(broker, { graph, file: graphFile }, participant, stop.signal));
      if (values.forever) {
        const everyMs = (period * 1000) / ANNOUNCEMENTS_A_PERIOD;
        await keepAnnouncing(client, participant, { everyMs, signal: stop.signal });
      }
      return 0;
    } finally {
      await disconnect(client);
    }
  },
};
