// Urgent messages on a real broker: that they go ahead where the broker knows how (quorum queues from RabbitMQ 4 on), and stay urgent
// on every way that a message can take.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, type GetMessage } from 'amqplib';
import { z } from 'zod';
import { ItemError } from '../../services/shared/errors.ts';
import { createLog } from '../../services/shared/log.ts';
import { openConnection } from '../../services/shared/messaging/connection.ts';
import { replayDeadLetters } from '../../services/shared/messaging/dead-letters.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import {
  type Answer,
  type Delivery,
  type ParticipantDefinition,
  RetryLater,
} from '../../services/shared/messaging/types.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { openBroker, type Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { undoStack } from '../helpers/undo.ts';

const log = createLog('test', 'test', 'silent');
const Numbered = z.object({ n: z.number() });

type Handle = (delivery: Delivery<{ n: number }>) => Answer | Promise<Answer>;

const worker = (handle: Handle, outports: ParticipantDefinition['outports']): ParticipantDefinition => ({
  role: 'worker',
  component: 'Worker',
  label: 'A worker of a test',
  prefetch: 2,
  inports: { in: { schema: Numbered, handle } },
  outports,
});
const sender: ParticipantDefinition = {
  role: 'sender',
  component: 'Sender',
  label: 'Sends',
  inports: {},
  outports: { out: {} },
};

/** A sender that is wired to a worker's queue, and a channel beside them. Queues hear the worker's out-ports. */
async function workbench(t: Scope) {
  const { url } = await openBroker(t);
  const model = await connect(url);
  t.after(() => model.close());
  const channel = await model.createChannel();
  await channel.assertQueue('worker.IN', { durable: true, deadLetterExchange: 'dead-worker.IN' });
  for (const port of ['OUT', 'ERROR']) {
    await channel.assertExchange(`worker.${port}`, 'fanout', { durable: true });
    await channel.assertQueue(`heard.${port}`, { durable: true });
    await channel.bindQueue(`heard.${port}`, `worker.${port}`, '');
  }
  const start = async (definition: ParticipantDefinition) => {
    const replica = `${definition.role}-1`;
    const metrics = createMetrics({ role: definition.role, replica });
    const participant = startParticipant(definition, { url, replica, log, metrics });
    t.after(() => participant.drain(1_000));
    await participant.ready;
    return participant;
  };
  const source = await start(sender);
  await channel.bindQueue('worker.IN', 'sender.OUT', '');
  const version = (model.connection as unknown as { serverProperties: { version: string } }).serverProperties.version;
  return {
    url,
    channel,
    source,
    /** Whether the broker's quorum queues have priorities. */
    knowsPriorities: Number.parseInt(version, 10) >= 4,
    startWorker: (handle: Handle, outports: ParticipantDefinition['outports'] = { out: {}, error: {} }) =>
      start(worker(handle, outports)),
    heard: (queue: string): Promise<GetMessage> =>
      eventually(`a message in ${queue}`, () => channel.get(queue, { noAck: true })),
  };
}

const priorityOf = ({ properties }: GetMessage): unknown => properties.priority;

test('fifty urgent messages behind a backlog of five hundred are done long before it is, where the broker knows priorities', async (context) => {
  const t = undoStack(context);
  const { source, startWorker, knowsPriorities } = await workbench(t);
  const backlog = Array.from({ length: 500 }, (_, n) => n);
  const urgent = Array.from({ length: 50 }, (_, n) => 500 + n);
  await Promise.all(backlog.map((n) => source.send('out', { n })));
  await Promise.all(urgent.map((n) => source.send('out', { n }, { urgent: true })));
  const done: number[] = [];
  await startWorker(({ data, urgent }) => {
    assert.equal(urgent, data.n >= 500 ? true : undefined);
    done.push(data.n);
    return undefined;
  });
  await eventually('all are done', () => done.length === backlog.length + urgent.length);
  const before = done.lastIndexOf(Math.max(...urgent)) + 1 - urgent.length;
  context.diagnostic(`${before} of ${backlog.length} others were done before the last of ${urgent.length} urgent ones`);
  // Two urgent ones to one other, and what was handed out before.
  if (knowsPriorities) assert.ok(before <= 40, `${before} others came first`);
  assert.deepEqual(
    done.filter((n) => n < 500),
    backlog,
    'the others are done in their order',
  );
});

test('what follows from urgent work is urgent, and from other work is not, unless the handler says otherwise', async (context) => {
  const t = undoStack(context);
  const { source, startWorker, heard } = await workbench(t);
  await startWorker(({ data: { n } }) => ({
    port: 'out',
    data: { n },
    envelope: n === 3 ? { urgent: false } : n === 4 ? { urgent: true } : {},
  }));
  const priorities = new Map<number, unknown>();
  for (const [n, urgent] of [false, true, false, true, false].entries()) {
    await source.send('out', { n }, { urgent });
    const message = await heard('heard.OUT');
    priorities.set(JSON.parse(message.content.toString()).n, priorityOf(message));
  }
  assert.deepEqual([...priorities.values()], [undefined, 5, undefined, undefined, 5]);
});

test('urgent work that is tried again is urgent at its next attempt, and in what follows from that', async (context) => {
  const t = undoStack(context);
  const { source, startWorker, heard } = await workbench(t);
  const attempts: [number, boolean | undefined][] = [];
  await startWorker(({ data, attempt, urgent }) => {
    attempts.push([attempt, urgent]);
    if (attempt === 1) throw new RetryLater('not at the first attempt', { delayMs: 250 });
    return { port: 'out', data };
  });
  await source.send('out', { n: 1 }, { urgent: true });
  assert.equal(priorityOf(await heard('heard.OUT')), 5);
  assert.deepEqual(attempts, [
    [1, true],
    [2, true],
  ]);
});

test('urgent work that fails is an urgent failure', async (context) => {
  const t = undoStack(context);
  const { source, startWorker, heard } = await workbench(t);
  await startWorker(() => {
    throw new ItemError('broken', 'it is broken');
  });
  await source.send('out', { n: 1 }, { urgent: true });
  assert.equal(priorityOf(await heard('heard.ERROR')), 5);
});

test('urgent work that dies is urgent among the dead letters, and again when it is replayed', async (context) => {
  const t = undoStack(context);
  const { url, source, channel, startWorker, heard } = await workbench(t);
  const consumer = await startWorker(
    () => {
      throw new ItemError('broken', 'it is broken');
    },
    { out: {} },
  );
  await channel.assertQueue('dead-worker.IN', { durable: true });
  await source.send('out', { n: 1 }, { urgent: true });
  await source.send('out', { n: 2 });
  await eventually('both are dead', async () => (await channel.checkQueue('dead-worker.IN')).messageCount === 2);
  await consumer.drain();
  const connection = openConnection({ url, name: 'replay', log });
  t.after(() => connection.close());
  await connection.ready;
  assert.equal((await replayDeadLetters(connection, 'dead-worker.IN')).replayed, 2);
  const replayed = [await heard('worker.IN'), await heard('worker.IN')];
  const found = replayed.map((message) => [JSON.parse(message.content.toString()).n, priorityOf(message)]);
  assert.deepEqual(
    new Map(found as [number, unknown][]),
    new Map<number, unknown>([
      [1, 5],
      [2, undefined],
    ]),
  );
});
