// The typed participant against a real broker: what becomes of a message, whatever its handler does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type Channel, connect } from 'amqplib';
import msgflo from 'msgflo-nodejs';
import { z } from 'zod';
import { ItemError } from '../../services/shared/errors.ts';
import { createLog } from '../../services/shared/log.ts';
import { defineParticipant } from '../../services/shared/messaging/define-participant.ts';
import { readSteps } from '../../services/shared/messaging/envelope.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import {
  type Answer,
  type Delivery,
  type ParticipantDefinition,
  PublishError,
  RetryLater,
  type RunningParticipant,
} from '../../services/shared/messaging/types.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { openBroker, type Scope, startBroker } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { undoStack } from '../helpers/undo.ts';

const log = createLog('test', 'test', 'silent');
const Numbered = z.object({ n: z.number() });
type Handle = (delivery: Delivery<{ n: number }>, context: { signal: AbortSignal }) => Promise<Answer> | Answer;

/** A worker that takes `{n}` on `worker.IN`; it answers on `worker.OUT`. */
function worker(handle: Handle, more: Partial<ParticipantDefinition['inports'][string]> = {}): ParticipantDefinition {
  return {
    role: 'worker',
    component: 'Worker',
    label: 'A worker of a test',
    inports: { in: { schema: Numbered, handle, ...more } as ParticipantDefinition['inports'][string] },
    outports: { out: { unroutable: 'drop' }, error: {} },
  };
}

const sender: ParticipantDefinition = {
  role: 'sender',
  component: 'Sender',
  label: 'Sends',
  inports: {},
  outports: { out: {} },
};

async function start(t: Scope, url: string, definition: ParticipantDefinition, replica = `${definition.role}-1`) {
  const metrics = createMetrics({ role: definition.role, replica });
  const participant = startParticipant(definition, { url, replica, log, metrics });
  t.after(() => participant.drain(1_000));
  await participant.ready;
  return participant;
}

/** A plain channel beside the participants, to wire them and to look at their queues. */
async function plainChannel(t: Scope, url: string): Promise<Channel> {
  const connection = await connect(url);
  t.after(() => connection.close());
  const channel = await connection.createChannel();
  return channel;
}

/** A sender wired to a worker, and a queue that hears each of the worker's out-ports. */
async function wired(t: Scope, handle: Handle, more?: Parameters<typeof worker>[1]) {
  const { url } = await openBroker(t);
  const definition = worker(handle, more);
  const consumer = await start(t, url, definition);
  const source = await start(t, url, sender);
  const channel = await plainChannel(t, url);
  await channel.bindQueue('worker.IN', 'sender.OUT', '');
  for (const port of ['OUT', 'ERROR']) {
    await channel.assertQueue(`heard.${port}`, { durable: true });
    await channel.bindQueue(`heard.${port}`, `worker.${port}`, '');
  }
  await channel.assertQueue('dead-worker.IN', { durable: true });
  const heard = (port: string) =>
    eventually(`a message on ${port}`, async () => {
      const message = await channel.get(port === 'dead' ? 'dead-worker.IN' : `heard.${port}`, { noAck: true });
      return message && { data: JSON.parse(message.content.toString()), headers: message.properties.headers ?? {} };
    });
  const empty = async () => {
    const { messageCount } = await channel.checkQueue('worker.IN');
    return messageCount === 0;
  };
  return { url, consumer, source, channel, heard, empty };
}

const until = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

test('what a handler returns is published with the ids, and the steps so far, of what it was given', async (context) => {
  const t = undoStack(context);
  const { source, heard } = await wired(t, ({ data }) => ({ port: 'out', data: { n: data.n * 2 } }));
  await source.send('out', { n: 21 }, { item: 'job.7', job: 'job' });
  const { data, headers } = await heard('OUT');
  assert.deepEqual(data, { n: 42 });
  assert.equal(headers['x-item'], 'job.7');
  assert.equal(headers['x-job'], 'job');
  const [step] = readSteps(headers['x-steps']);
  assert.equal(step?.role, 'worker');
  assert.ok(step.queuedAt! <= step.startedAt && step.startedAt <= step.finishedAt);
});

test('the example in the README works as it stands there', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const readme = readFileSync(new URL('../../services/shared/messaging/README.md', import.meta.url), 'utf8');
  const [, example = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const code = stripTypeScriptTypes(example).replace('amqp://lab:lab@localhost', url);
  assert.match(code, new RegExp(url));
  const metrics = createMetrics({ role: 'double', replica: 'double-1' });
  const signals = { once: () => {} }; // the test ends it by itself
  const names = ['defineParticipant', 'startParticipant', 'z', 'log', 'metrics', 'process'];
  const run = new Function(...names, `${code}; return participant;`);
  const participant: RunningParticipant = run(defineParticipant, startParticipant, z, log, metrics, signals);
  t.after(() => participant.drain(1_000));
  await participant.ready;
  const channel = await plainChannel(t, url);
  await channel.assertQueue('heard', { durable: true });
  await channel.bindQueue('heard', 'double.OUT', '');
  channel.sendToQueue('double.IN', Buffer.from('{"n":21}'));
  const message = await eventually('the answer', () => channel.get('heard', { noAck: true }));
  assert.deepEqual(JSON.parse(message.content.toString()), { n: 42 });
});

test('a stock declaration makes a quorum queue, and ours is the same', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  await start(
    t,
    url,
    worker(() => undefined),
  );
  const channel = await plainChannel(t, url);
  await channel.assertQueue('worker.IN', { durable: true, deadLetterExchange: 'dead-worker.IN' });
});

test('the metrics count what became of the messages', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const metrics = createMetrics({ role: 'worker', replica: 'worker-1' });
  const definition = worker(({ data }) => ({ port: 'out', data }));
  const consumer = startParticipant(definition, { url, replica: 'worker-1', log, metrics });
  t.after(() => consumer.drain(1_000));
  await consumer.ready;
  const channel = await plainChannel(t, url);
  await channel.assertQueue('heard.ERROR', { durable: true });
  await channel.bindQueue('heard.ERROR', 'worker.ERROR', '');
  for (const body of ['{"n":1}', '{"n":2}', 'odd']) channel.sendToQueue('worker.IN', Buffer.from(body));
  const page = await eventually('all are counted', async () => {
    const text = await metrics.registry.metrics();
    return /messages_acked_total\{[^}]*\} 3/.test(text) && text;
  });
  assert.match(page, /queuelab_messages_failed_total\{port="in"[^}]*\} 1/);
  assert.match(page, /queuelab_messages_published_total\{port="out"[^}]*\} 2/);
  assert.match(page, /queuelab_messages_in_hand\{port="in"[^}]*\} 0/);
  assert.match(page, /queuelab_messages_unconfirmed\{[^}]*\} 0/);
  assert.match(page, /process_cpu_user_seconds_total/);
});

test('work for which no queue is bound is an error, safe to send again', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const source = await start(t, url, sender);
  await assert.rejects(
    source.send('out', { n: 1 }),
    (error) => error instanceof PublishError && error.code === 'unroutable' && error.safeToRetry,
  );
});

test('RetryLater brings the message back with its attempt counted, and after the last attempt it fails with the reason', async (context) => {
  const t = undoStack(context);
  const attempts: number[] = [];
  const { source, heard } = await wired(
    t,
    ({ attempt }) => {
      attempts.push(attempt);
      throw new RetryLater('the shop is closed', { delayMs: 250 });
    },
    { attempts: 3 },
  );
  await source.send('out', { n: 1 }, { item: 'job.1' });
  const { data } = await heard('ERROR');
  assert.deepEqual(attempts, [1, 2, 3]);
  assert.equal(data.item, 'job.1');
  assert.deepEqual(data.error, {
    code: 'out-of-attempts',
    reason: 'the shop is closed (tried 3 times)',
    role: 'worker',
    attempts: 3,
  });
});

test('an ItemError fails at once, with its code and reason', async (context) => {
  const t = undoStack(context);
  const { source, heard } = await wired(t, () => {
    throw new ItemError('not-a-picture', 'this is a song');
  });
  await source.send('out', { n: 1 });
  assert.deepEqual((await heard('ERROR')).data.error, {
    code: 'not-a-picture',
    reason: 'this is a song',
    role: 'worker',
    attempts: 1,
  });
});

test('a handler that takes too long is cut short and counts as a failed attempt', async (context) => {
  const t = undoStack(context);
  const { source, heard } = await wired(t, (_, { signal }) => until(signal), { attempts: 1, timeoutMs: 50 });
  await source.send('out', { n: 1 });
  assert.match((await heard('ERROR')).data.error.reason, /took longer than 0.05 s/);
});

test('a message that the port does not take goes to ERROR with what is wrong with it', async (context) => {
  const t = undoStack(context);
  const { source, heard } = await wired(t, () => undefined);
  await source.send('out', { n: 'one' });
  assert.match((await heard('ERROR')).data.error.reason, /n: .*expected number/);
});

test('where there is no ERROR port, what fails goes to the dead letters with the reason in its headers', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const failing = worker(() => {
    throw new ItemError('broken', 'it is broken');
  });
  delete failing.outports.error;
  await start(t, url, failing);
  const channel = await plainChannel(t, url);
  await channel.assertQueue('dead-worker.IN', { durable: true });
  channel.sendToQueue('worker.IN', Buffer.from('{"n":1}'));
  const message = await eventually('a dead letter', () => channel.get('dead-worker.IN', { noAck: true }));
  assert.equal(message.content.toString(), '{"n":1}');
  assert.equal(message.properties.headers?.['x-dead-code'], 'broken');
  assert.equal(message.properties.headers?.['x-dead-from'], 'worker.IN');
});

test('what fails goes to the dead letters, too, where nobody is wired to ERROR, and where nobody has declared them', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const failing = worker(() => {
    throw new ItemError('broken', 'it is broken');
  });
  await start(t, url, failing);
  const channel = await plainChannel(t, url);
  channel.sendToQueue('worker.IN', Buffer.from('{"n":1}'));
  const message = await eventually('a dead letter', async () => {
    const other = await connect(url); // asking for a queue that is not there closes the channel that asks
    try {
      const asking = await other.createChannel();
      asking.on('error', () => {});
      return await asking.get('dead-worker.IN', { noAck: true });
    } finally {
      await other.close();
    }
  });
  assert.equal(message.properties.headers?.['x-dead-reason'], 'it is broken');
  assert.equal(message.properties.headers?.['x-dead-from'], 'worker.IN');
});

test('a cancellation ends the handlers that work on its job, and no others', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const started: string[] = [];
  const ended: string[] = [];
  const definition = worker(async ({ job }, { signal }) => {
    started.push(job!);
    await until(signal).catch(() => ended.push(job!));
  });
  definition.inports.cancel = {
    schema: z.object({ job: z.string() }),
    handle: ({ data }, { cancel }) =>
      cancel(({ job }) => job === data.job, new ItemError('cancelled', 'nobody wants it')),
  };
  const consumer = await start(t, url, definition);
  const channel = await plainChannel(t, url);
  await channel.assertQueue('heard.ERROR', { durable: true });
  await channel.bindQueue('heard.ERROR', 'worker.ERROR', '');
  for (const job of ['a', 'b']) channel.sendToQueue('worker.IN', Buffer.from(JSON.stringify({ n: 1, job })));
  await eventually('both are in hand', () => started.length === 2);
  channel.sendToQueue('worker.CANCEL', Buffer.from('{"job":"a"}'));
  const failed = await eventually('one has failed', () => channel.get('heard.ERROR', { noAck: true }));
  const { job, error } = JSON.parse(failed.content.toString());
  assert.deepEqual([job, error.code, error.reason], ['a', 'cancelled', 'nobody wants it']);
  assert.deepEqual(ended, ['a']);
  const health = consumer.health();
  assert.equal(health.ok && health.detail?.inHand, 1);
});

test('random bytes, huge and odd messages never stop a participant', async (context) => {
  const t = undoStack(context);
  const done: number[] = [];
  const { channel, heard } = await wired(t, ({ data }) => void done.push(data.n));
  const odd = ['', '{', '[]', 'null', '"text"', '{"n":"7"}', JSON.stringify({ n: null, x: 'y'.repeat(1_000_000) })];
  for (const body of odd)
    channel.sendToQueue('worker.IN', Buffer.from(body), { headers: { 'x-steps': '[1]', 'x-attempt': 'x' } });
  channel.sendToQueue('worker.IN', Buffer.from([0xff, 0xfe, 0x00, 0x80]));
  channel.sendToQueue('worker.IN', Buffer.from('{"n":1}'));
  await eventually('the good message is done', () => done.length === 1);
  for (let n = 0; n <= odd.length; n += 1) assert.equal((await heard('ERROR')).data.error.code, 'invalid-message');
});

test('messages of a batch port are handled together, and each has its own fate', async (context) => {
  const t = undoStack(context);
  const sizes: number[] = [];
  const { url } = await openBroker(t);
  const definition = worker(() => undefined);
  definition.inports.in = {
    schema: Numbered,
    prefetch: 20,
    batch: { size: 10, waitMs: 20 },
    async handleBatch(deliveries: readonly Delivery<{ n: number }>[]) {
      sizes.push(deliveries.length);
      return deliveries.map(({ data }) => (data.n === 3 ? new ItemError('three', 'not three') : { port: 'out', data }));
    },
  };
  await start(t, url, definition);
  const channel = await plainChannel(t, url);
  for (const port of ['OUT', 'ERROR']) {
    await channel.assertQueue(`heard.${port}`, { durable: true });
    await channel.bindQueue(`heard.${port}`, `worker.${port}`, '');
  }
  for (let n = 0; n < 10; n += 1) channel.sendToQueue('worker.IN', Buffer.from(JSON.stringify({ n })));
  const count = async (queue: string) => (await channel.checkQueue(queue)).messageCount;
  await eventually(
    'nine are done and one has failed',
    async () => (await count('heard.OUT')) === 9 && (await count('heard.ERROR')) === 1,
  );
  assert.ok(Math.max(...sizes) > 1, `batches of ${sizes}`);
});

test('a drain finishes what is in hand and takes no more', async (context) => {
  const t = undoStack(context);
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const started: number[] = [];
  const { consumer, source, channel, heard } = await wired(
    t,
    async ({ data }) => {
      started.push(data.n);
      await released;
      return { port: 'out', data };
    },
    { prefetch: 2 },
  );
  for (let n = 0; n < 5; n += 1) await source.send('out', { n });
  await eventually('two are in hand', () => started.length === 2);
  const drained = consumer.drain();
  release();
  await drained;
  assert.deepEqual([(await heard('OUT')).data.n, (await heard('OUT')).data.n].sort(), [0, 1]);
  const left = await eventually('three are left', async () => {
    const { messageCount } = await channel.checkQueue('worker.IN');
    return messageCount === 3 && channel.get('worker.IN');
  });
  assert.equal(left.fields.redelivered, false, 'what was not started was never handed out');
});

test('replicas that end under load, one after the other, are handed nothing that they do not do', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const channel = await plainChannel(t, url);
  const total = 2_000;
  const taken: Delivery<{ n: number }>[] = [];
  const definition = worker(
    async (delivery) => {
      taken.push(delivery);
      await pause(delivery.data.n % 3);
      return { port: 'out', data: delivery.data };
    },
    { prefetch: 2 },
  );
  const first = await start(t, url, definition);
  await first.drain();
  for (let n = 0; n < total; n += 1) channel.sendToQueue('worker.IN', Buffer.from(JSON.stringify({ n })));
  await eventually('all wait', async () => (await channel.checkQueue('worker.IN')).messageCount === total);
  for (let replica = 0; replica < 40; replica += 1) {
    const before = taken.length;
    const ending = await start(t, url, definition);
    await eventually('it is at work', () => taken.length >= before + 5, { everyMs: 1 });
    await ending.drain();
  }
  assert.ok(taken.length < total, 'there was work at every end');
  const left: boolean[] = [];
  for (let message = await channel.get('worker.IN'); message; message = await channel.get('worker.IN'))
    left.push(message.fields.redelivered);
  assert.equal(left.length, total - taken.length);
  assert.equal(taken.filter(({ redelivered }) => redelivered).length, 0, 'of those that were done');
  assert.equal(left.filter(Boolean).length, 0, 'of those that are left');
});

test('what a drain cannot finish in time is handed back to the queue', async (context) => {
  const t = undoStack(context);
  const { consumer, source, channel } = await wired(t, (_, { signal }) => until(signal));
  await source.send('out', { n: 1 });
  await eventually('it is in hand', async () => (await channel.checkQueue('worker.IN')).messageCount === 0);
  await consumer.drain(50);
  await eventually('it is back', async () => (await channel.checkQueue('worker.IN')).messageCount === 1);
});

test('every replica hears a port that is per replica', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const heard: string[] = [];
  const listener = (name: string): ParticipantDefinition => ({
    role: 'listener',
    component: 'Listener',
    label: 'Listens',
    inports: { topic: { schema: Numbered, perReplica: true, handle: () => void heard.push(name) } },
    outports: {},
  });
  const source = await start(t, url, sender);
  await start(t, url, listener('a'), 'listener-a');
  await start(t, url, listener('b'), 'listener-b');
  const channel = await plainChannel(t, url);
  for (const name of ['a', 'b']) await channel.bindQueue(`listener.TOPIC.listener-${name}`, 'sender.OUT', '');
  await source.send('out', { n: 1 });
  await eventually('both have heard it', () => heard.length === 2);
  assert.deepEqual(heard.sort(), ['a', 'b']);
});

test('a stock msgflo-nodejs participant takes our messages and ours takes its answers', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const got: unknown[] = [];
  const source = await start(t, url, sender);
  await start(
    t,
    url,
    worker(({ data }) => void got.push(data)),
  );
  // Nothing was registered in this process: this is the transport that the library comes with.
  const stock = new msgflo.participant.Participant(
    msgflo.transport.getClient(url),
    { component: 'Double', inports: [{ id: 'in' }], outports: [{ id: 'out' }] },
    (_port, data, done) => done('out', null, { n: (data as { n: number }).n * 2 }),
    'stock',
  );
  const call = (run: (callback: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => run((error) => (error ? reject(error) : resolve())));
  await call((callback) =>
    (stock as unknown as { messaging: { connect(done: typeof callback): void } }).messaging.connect(callback),
  );
  await call((callback) => stock.setupPorts(callback));
  t.after(() => call((callback) => stock.stop(callback)));
  const channel = await plainChannel(t, url);
  await channel.bindQueue('stock.IN', 'sender.OUT', '');
  await channel.bindQueue('worker.IN', 'stock.OUT', '');
  await source.send('out', { n: 21 });
  await eventually('the answer has come', () => got.length === 1);
  assert.deepEqual(got, [{ n: 42 }]);
});

test('a participant whose broker is stopped waits, and goes on by itself when it is back', async (context) => {
  const t = undoStack(context);
  const broker = await startBroker(t);
  const seen: number[] = [];
  const consumer: RunningParticipant = await start(
    t,
    broker.url,
    worker(({ data }) => void seen.push(data.n)),
  );
  const send = async (n: number): Promise<void> => {
    const connection = await connect(broker.url);
    const channel = await connection.createConfirmChannel();
    channel.sendToQueue('worker.IN', Buffer.from(JSON.stringify({ n })), { persistent: true });
    await channel.waitForConfirms();
    await connection.close();
  };
  await send(1);
  await eventually('the first is done', () => seen.length === 1);
  await broker.stop();
  await eventually('it knows', () => !consumer.health().ok);
  await broker.start();
  await eventually('it is back', () => consumer.health().ok);
  await send(2);
  await eventually('the second is done', () => seen.length === 2);
});

test('a queue that is deleted under its consumer is declared and consumed again', async (context) => {
  const t = undoStack(context);
  const seen: number[] = [];
  const { url, channel } = await wired(t, ({ data }) => void seen.push(data.n));
  await channel.deleteQueue('worker.IN');
  await eventually('it is there again, and consumed', async () => {
    const other = await connect(url); // asking for a queue that is not there closes the channel that asks
    try {
      const asking = await other.createChannel();
      asking.on('error', () => {});
      return (await asking.checkQueue('worker.IN')).consumerCount === 1;
    } finally {
      await other.close();
    }
  });
  channel.sendToQueue('worker.IN', Buffer.from('{"n":1}'));
  await eventually('the message is done', () => seen.length === 1);
});
