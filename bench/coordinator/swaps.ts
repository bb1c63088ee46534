// How long a new route takes, and what becomes of the messages meanwhile: edges are connected, disconnected and swapped over HTTP, at the
// coordinator as it runs in the lab, with and without a thousand messages a second on their way.
import { setTimeout as pause } from 'node:timers/promises';
import { type ChannelModel, connect } from 'amqplib';
import { queueOf } from '../../services/shared/messaging/names.ts';
import { announceRoles } from './announce.ts';
import { type CoordinatorProcess, startCoordinator } from './coordinator-process.ts';

const CHANGES = 100;
const PER_SECOND = 1_000;
const WARM_UP = 10;
const APART_MS = 30;

const TO_FIRST = 'source OUT -> IN first';
const TO_SECOND = 'source OUT -> IN second';
const GRAPH = `source(Bench) OUT -> IN first(Bench)
source OUT -> IN all(Bench)
second(Bench) OUT -> IN all
`;

export interface Rerouted {
  /** From the request to the answer, milliseconds: single connects and disconnects, nothing flowing. */
  changes: number[];
  /** The same for swaps, under load. */
  swaps: number[];
  sent: number;
  /** Messages that reached none of the queues between which was swapped, or not the one that is always bound. */
  lost: number;
  /** Copies too many, in any of the queues. */
  doubled: number;
}

/** Numbered messages to the source, at an even rate. `end` resolves with their number when all are confirmed. */
async function startTraffic(connection: ChannelModel): Promise<{ end(): Promise<number> }> {
  const channel = await connection.createConfirmChannel();
  const stop = new AbortController();
  let sent = 0;
  const run = async (): Promise<void> => {
    const begunAt = performance.now();
    while (!stop.signal.aborted) {
      const due = ((performance.now() - begunAt) * PER_SECOND) / 1000;
      for (; sent < due; sent += 1) {
        channel.publish(queueOf('source', 'out'), '', Buffer.from(String(sent)), { mandatory: true, persistent: true });
      }
      await pause(2);
    }
    await channel.waitForConfirms();
  };
  const running = run();
  return {
    async end() {
      stop.abort();
      await running;
      return sent;
    },
  };
}

/** All numbers that are in a queue, when nothing more comes. */
async function numbersIn(connection: ChannelModel, queue: string): Promise<number[]> {
  const channel = await connection.createChannel();
  const numbers: number[] = [];
  const { promise: end, resolve } = Promise.withResolvers<void>();
  channel.sendToQueue(queue, Buffer.from('end'), { persistent: true });
  await channel.consume(
    queue,
    (message) => {
      const text = message!.content.toString();
      if (text === 'end') resolve();
      else numbers.push(Number(text));
    },
    { noAck: true },
  );
  await end;
  await channel.close();
  return numbers;
}

/** One change, on its own: people do not ask for the next within milliseconds. */
async function timed(coordinator: CoordinatorProcess, change: { connect?: string[]; disconnect?: string[] }) {
  await pause(APART_MS);
  const begunAt = performance.now();
  await coordinator.ask('POST', '/graph/edges', change);
  return performance.now() - begunAt;
}

export async function measureSwaps(
  broker: { url: string; managementUrl: string },
  progress: (line: string) => void,
): Promise<Rerouted> {
  const connection = await connect(broker.url, { noDelay: true });
  const roles = await announceRoles(connection, ['source', 'first', 'second', 'all']);
  const coordinator = await startCoordinator(broker, GRAPH);
  try {
    await coordinator.wired();
    const change = (n: number) =>
      timed(coordinator, n % 2 === 0 ? { connect: [TO_SECOND] } : { disconnect: [TO_SECOND] });
    const swap = (n: number) => {
      const [connect, disconnect] = n % 2 === 0 ? [[TO_SECOND], [TO_FIRST]] : [[TO_FIRST], [TO_SECOND]];
      return timed(coordinator, { connect, disconnect });
    };
    for (let n = 0; n < WARM_UP; n += 1) await change(n);
    const changes: number[] = [];
    for (let n = 0; n < CHANGES; n += 1) changes.push(await change(n));
    for (let n = 0; n < WARM_UP; n += 1) await swap(n);

    const traffic = await startTraffic(connection);
    const swaps: number[] = [];
    for (let n = 0; n < CHANGES; n += 1) swaps.push(await swap(n));
    const sent = await traffic.end();
    const [first, second, all] = await Promise.all(
      ['first', 'second', 'all'].map((role) => numbersIn(connection, queueOf(role, 'in'))),
    );
    const either = [...first!, ...second!];
    const [once, always] = [new Set(either), new Set(all)];
    progress(`${CHANGES} swaps: ${sent} messages, ${first!.length} went the one way and ${second!.length} the other`);
    return {
      changes,
      swaps,
      sent,
      lost: 2 * sent - once.size - always.size,
      doubled: either.length + all!.length - once.size - always.size,
    };
  } finally {
    roles.stop();
    await coordinator.end();
    await connection.close();
  }
}
