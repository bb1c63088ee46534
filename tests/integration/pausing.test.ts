// Pausing a role on a real broker: its replicas take not one message until it goes on, whenever they start, and nothing is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Channel, connect } from 'amqplib';
import { z } from 'zod';
import { createLog } from '../../services/shared/log.ts';
import { edgesAmong } from '../../services/shared/messaging/bindings.ts';
import { type BrokerConnection, openConnection } from '../../services/shared/messaging/connection.ts';
import { createManagement } from '../../services/shared/messaging/management.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import { isPaused, pauseRole, resumeRole } from '../../services/shared/messaging/pausing.ts';
import type { Answer, ParticipantDefinition, RunningParticipant } from '../../services/shared/messaging/types.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { openBroker, type Scope, startBroker } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { startWorkerProcess } from '../helpers/participant-process.ts';
import { undoStack } from '../helpers/undo.ts';
import { openWire } from '../helpers/wire.ts';

const log = createLog('test', 'test', 'silent');
const Numbered = z.object({ n: z.number() });
const COUNT = 100;

/** A worker that takes `{n}` on `worker.IN`, answers it on `worker.OUT`, and hears `worker.TOPIC.<replica>` for itself. */
function worker(handle: (n: number) => Promise<void> | void, heard: (n: number) => void = () => {}) {
  const definition: ParticipantDefinition = {
    role: 'worker',
    component: 'Worker',
    label: 'A worker of a test',
    inports: {
      in: {
        schema: Numbered,
        handle: async ({ data }): Promise<Answer> => {
          await handle(data.n);
          return { port: 'out', data };
        },
      },
      topic: { schema: Numbered, perReplica: true, handle: ({ data }) => heard(data.n) },
    },
    outports: { out: {}, error: {} },
  };
  return definition;
}

/** Starts a replica; does not wait until it is ready. */
function startReplica(t: Scope, url: string, definition: ParticipantDefinition, replica = 'worker-1') {
  const metrics = createMetrics({ role: definition.role, replica });
  const participant = startParticipant(definition, { url, replica, log, metrics });
  t.after(() => participant.drain(1_000));
  return participant;
}

/** The connection of whoever pauses. */
async function openControl(t: Scope, url: string): Promise<BrokerConnection> {
  const connection = openConnection({ url, name: 'control', log });
  t.after(() => connection.close());
  await connection.ready;
  return connection;
}

/** A channel beside the participants; `worker.IN` is there, and what comes of it is kept in `heard`. */
async function openChannel(t: Scope, url: string): Promise<Channel> {
  const connection = await connect(url);
  t.after(() => connection.close().catch(() => {})); // gone where the broker was stopped
  connection.on('error', () => {});
  const channel = await connection.createChannel();
  await channel.assertQueue('worker.IN', { durable: true, deadLetterExchange: 'dead-worker.IN' });
  await channel.assertExchange('worker.OUT', 'fanout', { durable: true });
  await channel.assertQueue('heard', { durable: true });
  await channel.bindQueue('heard', 'worker.OUT', '');
  return channel;
}

async function send(url: string, count: number): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  for (let n = 0; n < count; n += 1) {
    channel.sendToQueue('worker.IN', Buffer.from(JSON.stringify({ n })), { persistent: true });
  }
  await channel.waitForConfirms();
  await connection.close();
}

const consumers = async (channel: Channel): Promise<number> => (await channel.checkQueue('worker.IN')).consumerCount;

const waiting = async (channel: Channel): Promise<number> => (await channel.checkQueue('worker.IN')).messageCount;

const nobodyConsumes = (channel: Channel) =>
  eventually('nobody consumes', async () => (await consumers(channel)) === 0);

const pausedSays = (participant: RunningParticipant): unknown => {
  const health = participant.health();
  return health.ok && health.detail?.paused;
};

/** The numbers that came out, sorted, when there are so many. */
async function answered(channel: Channel, count: number): Promise<number[]> {
  const numbers: number[] = [];
  await eventually(`${count} have come out`, async () => {
    for (let message = await channel.get('heard', { noAck: true }); message; ) {
      numbers.push(JSON.parse(message.content.toString()).n);
      message = await channel.get('heard', { noAck: true });
    }
    return numbers.length >= count;
  });
  return numbers.sort((a, b) => a - b);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

test('a paused role takes nothing while a hundred messages wait, and works them all, none twice, when it goes on', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const channel = await openChannel(t, url);
  const taken: number[] = [];
  const replicas = ['worker-1', 'worker-2'].map((name) =>
    startReplica(
      t,
      url,
      worker((n) => void taken.push(n)),
      name,
    ),
  );
  await Promise.all(replicas.map(({ ready }) => ready));
  const control = await openControl(t, url);
  await pauseRole(control, 'worker');
  await nobodyConsumes(channel);
  assert.deepEqual(replicas.map(pausedSays), [true, true]);
  await send(url, COUNT);
  await eventually('all of them wait', async () => (await waiting(channel)) === COUNT);
  assert.deepEqual(taken, []);
  await resumeRole(control, 'worker');
  assert.deepEqual(await answered(channel, COUNT), upTo(COUNT));
  assert.equal(taken.length, COUNT);
  assert.deepEqual(replicas.map(pausedSays), [false, false]);
});

test('what is in hand when a role is paused is finished and answered', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const channel = await openChannel(t, url);
  const released = Promise.withResolvers<void>();
  const taken: number[] = [];
  const definition = worker((n) => {
    taken.push(n);
    return released.promise;
  });
  const participant = startReplica(t, url, { ...definition, prefetch: 2 });
  await participant.ready;
  await send(url, 5);
  await eventually('two are in hand', () => taken.length === 2);
  await pauseRole(await openControl(t, url), 'worker');
  await eventually('it has stopped', () => pausedSays(participant)); // the queue counts its consumer until all is answered
  released.resolve();
  assert.deepEqual(await answered(channel, 2), [0, 1]);
  assert.equal(await waiting(channel), 3);
  assert.equal(taken.length, 2);
});

test('a replica that starts while its role is paused takes not one message', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const channel = await openChannel(t, url);
  await pauseRole(await openControl(t, url), 'worker');
  await send(url, COUNT);
  let taken = 0;
  const participant = startReplica(
    t,
    url,
    worker(() => {
      taken += 1;
    }),
  );
  await participant.ready;
  assert.equal(pausedSays(participant), true);
  assert.equal(await consumers(channel), 0);
  const first = await channel.get('worker.IN');
  assert.ok(first);
  assert.equal(first.fields.redelivered, false, 'nobody ever had it in hand');
  channel.nack(first);
  assert.equal(taken, 0);
});

test('a replica that starts in the moment of a pause, or of its end, obeys it', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const channel = await openChannel(t, url);
  const control = await openControl(t, url);
  for (let round = 0; round < 8; round += 1) {
    const pausing = round % 2 === 0;
    await (pausing ? resumeRole : pauseRole)(control, 'worker');
    let undone: () => Promise<void> = async () => {};
    const scope = undoStack({
      after(undo) {
        undone = undo;
      },
    });
    const participant = startReplica(
      scope,
      url,
      worker(() => {}),
    );
    const change = (pausing ? pauseRole : resumeRole)(control, 'worker');
    await Promise.all([change, participant.ready]);
    await eventually('it obeys', async () => (await consumers(channel)) === (pausing ? 0 : 1));
    assert.equal(pausedSays(participant), pausing);
    await undone();
  }
});

test('while a role is paused, a port that each replica hears for itself is heard', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const channel = await openChannel(t, url);
  const heard: number[] = [];
  const definition = worker(
    () => {},
    (n) => void heard.push(n),
  );
  const participant = startReplica(t, url, definition);
  await participant.ready;
  await pauseRole(await openControl(t, url), 'worker');
  await nobodyConsumes(channel);
  channel.sendToQueue('worker.TOPIC.worker-1', Buffer.from('{"n":7}'));
  await eventually('it is heard', () => heard.length === 1);
  const health = participant.health();
  assert.deepEqual(health.ok && health.detail?.consuming, ['worker.TOPIC.worker-1']);
});

test('a pause outlives the broker: who connects again takes nothing until the role goes on', async (context) => {
  const t = undoStack(context);
  const broker = await startBroker(t);
  const { url } = broker;
  await openChannel(t, url);
  const control = await openControl(t, url);
  let taken = 0;
  const participant = startReplica(
    t,
    url,
    worker(() => {
      taken += 1;
    }),
  );
  await participant.ready;
  await pauseRole(control, 'worker');
  await eventually('it is paused', () => pausedSays(participant));
  await broker.stop();
  await eventually('it knows', () => !participant.health().ok);
  await broker.start();
  await eventually('it is back', () => participant.health().ok, { withinMs: 60_000 });
  assert.equal(pausedSays(participant), true);
  const channel = await openChannel(t, url);
  await send(url, 10);
  assert.equal(await consumers(channel), 0);
  assert.equal(taken, 0);
  await eventually('whoever pauses is back', () => control.state().up);
  assert.equal(await isPaused(control, 'worker'), true);
  await resumeRole(control, 'worker');
  assert.deepEqual(await answered(channel, 10), upTo(10));
});

test('a replica whose connection was cut does what was said in the meantime', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const channel = await openChannel(t, url);
  const control = await openControl(t, url);
  const wire = await openWire(t, url);
  const participant = startReplica(
    t,
    wire.url,
    worker(() => {}),
  );
  await participant.ready;
  for (const paused of [true, false]) {
    wire.refuse(true);
    wire.cut();
    await eventually('it knows', () => !participant.health().ok);
    await (paused ? pauseRole : resumeRole)(control, 'worker');
    wire.refuse(false);
    await eventually('it is back', () => participant.health().ok);
    assert.equal(pausedSays(participant), paused);
    await eventually('it obeys', async () => (await consumers(channel)) === (paused ? 0 : 1));
  }
});

test('a worker that is told to end while its role is paused ends at once', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const channel = await openChannel(t, url);
  await pauseRole(await openControl(t, url), 'worker');
  await send(url, 10);
  const process = startWorkerProcess(t, url);
  await process.ready;
  const started = Date.now();
  process.signal('SIGTERM');
  assert.deepEqual(await process.ended, { code: 0, signal: null });
  assert.ok(Date.now() - started < 2_000, `${Date.now() - started} ms`);
  assert.equal(await waiting(channel), 10);
});

test('pausing what is paused and resuming what is not change nothing, and a role that nobody plays can be paused', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const control = await openControl(t, url);
  assert.equal(await isPaused(control, 'nobody'), false);
  for (const change of [pauseRole, pauseRole]) await change(control, 'nobody');
  assert.equal(await isPaused(control, 'nobody'), true);
  for (const change of [resumeRole, resumeRole]) await change(control, 'nobody');
  assert.equal(await isPaused(control, 'nobody'), false);
});

test('odd words to a role change nothing, and the next true one counts', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const channel = await openChannel(t, url);
  const participant = startReplica(
    t,
    url,
    worker(() => {}),
  );
  await participant.ready;
  for (const odd of ['', 'stop', '{', 'null', '[]', '{"command":"stop"}', '{"protocol":"network","command":"halt"}']) {
    channel.publish('control-worker', '', Buffer.from(odd));
  }
  channel.publish('control-worker', '', Buffer.from('{"protocol":"network","command":"stop"}'));
  await eventually('it is paused', () => pausedSays(participant));
  await resumeRole(await openControl(t, url), 'worker');
  await eventually('it takes work again', async () => (await consumers(channel)) === 1);
});

test('nobody who lists the edges of a graph takes the word to a role for one', async (context) => {
  const t = undoStack(context);
  const { url, managementUrl, vhost } = await openBroker(t);
  const participant = startReplica(
    t,
    url,
    worker(() => {}),
  );
  await participant.ready;
  const bindings = await createManagement(managementUrl, vhost).bindings();
  const words = bindings.filter(({ source }) => source === 'control-worker');
  assert.equal(words.length, 1);
  assert.deepEqual(edgesAmong(bindings), []);
});
