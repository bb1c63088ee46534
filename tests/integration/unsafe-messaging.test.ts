// Messaging without its guarantees against a real broker: that it loses what it says it loses, and that nobody gets it unasked.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from 'amqplib';
import { z } from 'zod';
import { createLog, type Log } from '../../services/shared/log.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import { type ParticipantDefinition, RetryLater } from '../../services/shared/messaging/types.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { openBroker, type Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { startWorkerProcess } from '../helpers/participant-process.ts';
import type { WorkerOptions } from '../helpers/participant-program.ts';
import { undoStack } from '../helpers/undo.ts';
import { openWire } from '../helpers/wire.ts';

const silent = createLog('test', 'test', 'silent');
const forEver = () => new Promise<never>(() => {});

const worker = (handle: (delivery: { data: { n: number }; attempt: number }) => unknown): ParticipantDefinition => ({
  role: 'worker',
  component: 'Worker',
  label: 'A worker of a test',
  inports: { in: { schema: z.object({ n: z.number() }), handle, prefetch: 5 } as never },
  outports: { out: {}, error: {} },
});

function start(t: Scope, url: string, definition: ParticipantDefinition, { unsafe = true, log = silent } = {}) {
  const metrics = createMetrics({ role: 'worker', replica: 'worker-1' });
  const participant = startParticipant(definition, { url, replica: 'worker-1', log, metrics, unsafe });
  t.after(() => participant.drain(0));
  return { participant, metrics };
}

/** The queue of a worker, a queue that hears its answers, and a channel to look at them. */
async function workbench(t: Scope) {
  const { url } = await openBroker(t);
  const connection = await connect(url);
  t.after(() => connection.close());
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('worker.IN', { durable: true, deadLetterExchange: 'dead-worker.IN' });
  await channel.assertExchange('worker.OUT', 'fanout', { durable: true });
  await channel.assertQueue('heard', { durable: true });
  await channel.bindQueue('heard', 'worker.OUT', '');
  return {
    url,
    channel,
    waiting: async () => (await channel.checkQueue('worker.IN')).messageCount,
    heard: () => eventually('an answer', () => channel.get('heard', { noAck: true })),
    /** Puts so many into the worker's queue, safely. */
    async fill(count: number, headers?: Record<string, unknown>): Promise<void> {
      for (let n = 0; n < count; n += 1) {
        channel.sendToQueue('worker.IN', Buffer.from(JSON.stringify({ n })), { persistent: true, headers });
      }
      await channel.waitForConfirms();
    },
  };
}

/** Kills a worker that has five of fifty messages in its hands; answers how many it has begun with, and how many wait again. */
async function killed(t: Scope, options: WorkerOptions, headers?: Record<string, unknown>) {
  const bench = await workbench(t);
  const doomed = startWorkerProcess(t, bench.url, { does: 'hang', prefetch: 5, ...options });
  await doomed.ready;
  await bench.fill(50, headers);
  await eventually('five are in hand', () => doomed.began().length === 5);
  // An unsafe worker gets all that there is: until then it would only lose less.
  if (options.unsafe) await eventually('the broker has handed out all', async () => (await bench.waiting()) === 0);
  doomed.signal('SIGKILL');
  await doomed.ended;
  await eventually('the broker has seen its end', async () => {
    const { consumerCount } = await bench.channel.checkQueue('worker.IN');
    return consumerCount === 0;
  });
  return { began: doomed.began().length, waiting: await bench.waiting() };
}

test('an unsafe worker works on no more than its prefetch, and takes all that was handed out to its grave', async (context) => {
  assert.deepEqual(await killed(undoStack(context), { unsafe: true }), { began: 5, waiting: 0 });
});

test('no header and no variable of its environment makes a worker unsafe', async (context) => {
  const t = undoStack(context);
  const before = process.env.UNSAFE_MESSAGING;
  t.after(async () => {
    if (before === undefined) delete process.env.UNSAFE_MESSAGING;
    else process.env.UNSAFE_MESSAGING = before;
  });
  process.env.UNSAFE_MESSAGING = '1'; // a service reads it and says so to its participant; the participant does not
  assert.deepEqual(await killed(t, {}, { unsafe: 1, 'x-unsafe': 'true' }), { began: 5, waiting: 50 });
});

test('no definition makes a worker unsafe', async (context) => {
  const t = undoStack(context);
  const bench = await workbench(t);
  const begun = Promise.withResolvers<void>();
  const definition = worker(() => {
    begun.resolve();
    return forEver();
  });
  const asking = { ...definition, unsafe: true, inports: { in: { ...definition.inports.in, unsafe: true } } };
  const { participant, metrics } = start(t, bench.url, asking as ParticipantDefinition, { unsafe: false });
  await bench.fill(1);
  await begun.promise;
  const health = participant.health();
  assert.equal(health.ok && 'unsafe' in health.detail!, false);
  assert.equal((await metrics.unsafe.get()).values[0]?.value, 0);
  await participant.drain(0);
  assert.equal(await bench.waiting(), 1, 'what it did not finish is back');
});

test('what an unsafe worker sends is transient, and vanishes without an error where no queue is bound', async (context) => {
  const t = undoStack(context);
  const bench = await workbench(t);
  const { participant } = start(
    t,
    bench.url,
    worker(({ data }) => ({ port: 'out', data })),
  );
  await participant.ready;
  await bench.fill(1);
  assert.equal((await bench.heard()).properties.deliveryMode, 1);
  await bench.channel.unbindQueue('heard', 'worker.OUT', '');
  await participant.send('out', { n: 2 });
  await bench.channel.bindQueue('heard', 'worker.OUT', '');
  await participant.send('out', { n: 3 });
  assert.equal((await bench.heard()).content.toString(), '{"n":3}');
});

test('an unsafe worker takes a message for sent when there is no broker to take it', async (context) => {
  const t = undoStack(context);
  const { participant } = start(t, 'amqp://lab:lab@127.0.0.1:9', worker(forEver)); // the discard port: nobody listens
  await participant.send('out', { n: 1 }, {}, { timeoutMs: 10 });
  assert.equal(participant.connected(), false);
});

test('what an unsafe worker answers while its connection is cut is lost, and its work does not come back', async (context) => {
  const t = undoStack(context);
  const bench = await workbench(t);
  const wire = await openWire(t, bench.url);
  const begun = Promise.withResolvers<void>();
  const work = Promise.withResolvers<void>();
  const definition = worker(async ({ data }) => {
    begun.resolve();
    await work.promise;
    return { port: 'out', data };
  });
  const { participant } = start(t, wire.url, definition);
  await bench.fill(1);
  await begun.promise;
  wire.refuse(true);
  wire.cut();
  await eventually('it has noticed', () => !participant.connected());
  work.resolve();
  wire.refuse(false);
  await eventually('it is back', () => participant.connected());
  await participant.send('out', { n: 1 });
  assert.equal((await bench.heard()).content.toString(), '{"n":1}', 'the first that is heard is a later one');
  assert.equal(await bench.waiting(), 0);
});

test('an unsafe worker tries again later, as any other', async (context) => {
  const t = undoStack(context);
  const bench = await workbench(t);
  const definition = worker(({ data, attempt }) => {
    if (attempt === 1) throw new RetryLater('not at the first attempt', { delayMs: 250 });
    return { port: 'out', data };
  });
  start(t, bench.url, definition);
  await bench.fill(10);
  for (let n = 0; n < 10; n += 1) await bench.heard();
});

test('an unsafe worker shouts about it: at once and each minute, in its health and as a metric', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const warnings: unknown[] = [];
  const log = { ...silent, info() {}, warn: (...said: unknown[]) => warnings.push(said.at(-1)) } as unknown as Log;
  const shouted = () => warnings.filter((said) => /UNSAFE MESSAGING/.test(String(said))).length;
  context.mock.timers.enable({ apis: ['setInterval'] });
  const { participant, metrics } = start(t, url, worker(forEver), { log });
  assert.equal(shouted(), 1);
  context.mock.timers.tick(180_000);
  assert.equal(shouted(), 4);
  context.mock.timers.reset();
  await participant.ready;
  const health = participant.health();
  assert.equal(health.ok && health.detail?.unsafe, true);
  assert.match(await metrics.registry.metrics(), /^queuelab_messaging_unsafe\{.*\} 1$/m);
});
