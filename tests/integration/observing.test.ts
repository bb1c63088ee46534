// What the scaler sees of real queues and real consumers: what waits, what is in hand, what came and was done, and who does no work.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type ConfirmChannel, connect } from 'amqplib';
import { createObserver, type Observer } from '../../services/scaler/observing/observer.ts';
import type { PlatformClient, PlatformReplica } from '../../services/scaler/observing/platform-client.ts';
import { createStuckSource } from '../../services/scaler/observing/stuck-source.ts';
import type { RoleSettings } from '../../services/shared/guv/settings.ts';
import { createLog } from '../../services/shared/log.ts';
import { createManagement } from '../../services/shared/messaging/management.ts';
import { type Broker, openBroker, type Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { startWorkerProcess } from '../helpers/participant-process.ts';
import { undoStack } from '../helpers/undo.ts';
import { openWire } from '../helpers/wire.ts';

const log = createLog('test', 'test', 'silent');
/** RabbitMQ's statistics are up to two intervals of 5 s late. */
const STATISTICS_MS = 30_000;

const settings = (role: string, queue = `${role}.IN`): RoleSettings => ({
  role,
  worker: role,
  queues: [queue],
  processing: 1,
  stddev: 0.5,
  deadline: 15,
  percentile: 99,
  target: 13,
  boot: 1,
  concurrency: 1,
  minimum: 0,
  maximum: 5,
  pollinterval: 2,
  history: 120,
  rateWindow: 120,
  policy: 'deadline',
  cooldown: 0,
  fallback: 'hold',
  measure: true,
});

const replica = (more: Partial<PlatformReplica> = {}): PlatformReplica => ({
  id: 'w1',
  name: 'worker-1',
  service: 'worker',
  role: 'worker',
  state: 'ready',
  since: 0,
  requestedAt: 0,
  paused: false,
  cut: false,
  crashLooping: false,
  restarts: 0,
  ...more,
});

/** The platform's answers are those of its own tests; here it says what it is told to say. */
const platformOf = (replicas: readonly PlatformReplica[] = []): PlatformClient => ({
  roles: async () => [],
  replicas: async () => [...replicas],
  set: () => Promise.reject(new Error('nobody changes anything here')),
});

async function observer(t: Scope, broker: Broker, platform = platformOf([replica()])): Promise<Observer> {
  const { managementUrl, url: amqpUrl } = broker;
  const opened = createObserver({ managementUrl, amqpUrl, platform, log });
  t.after(() => opened.close());
  return opened;
}

/** A queue, and a channel on a connection with a replica's name. */
async function channelOn(t: Scope, { url }: Broker, name = 'worker-1', queue = 'worker.IN'): Promise<ConfirmChannel> {
  const connection = await connect(url, { clientProperties: { connection_name: name } });
  t.after(() => connection.close().catch(() => {}));
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(queue, { durable: true });
  return channel;
}

async function publish(channel: ConfirmChannel, count: number, queue = 'worker.IN'): Promise<void> {
  for (let n = 1; n <= count; n += 1)
    channel.sendToQueue(queue, Buffer.from(JSON.stringify({ n })), { persistent: true });
  await channel.waitForConfirms();
}

const look = async (observing: Observer, one = settings('worker')) => (await observing.look([one])).get(one.role)!;

for (const type of ['quorum', 'classic']) {
  test(`what is published to a ${type} queue is seen to wait at once, and counted as come`, async (context) => {
    const t = undoStack(context);
    const broker = await openBroker(t);
    const channel = await channelOn(t, broker, 'publisher', 'other.IN');
    await channel.assertQueue('worker.IN', { durable: true, arguments: { 'x-queue-type': type } });
    const observing = await observer(t, broker);
    const before = await eventually('the empty queue is seen', async () => (await look(observing)).queue);
    await publish(channel, 30);
    const at = Date.now() / 1_000;
    const after = (await eventually('its messages are', async () => {
      const { queue } = await look(observing);
      return queue?.waiting === 30 && queue;
    }))!;
    assert.ok(Date.now() / 1_000 - at < 3, 'before the statistics know it');
    assert.ok(after.sampledAt >= at, 'and so it is dated');
    assert.equal(after.arrived - before.arrived, 30);
    assert.equal(after.acked - before.acked, 0);
  });
}

test('what is taken is in hand, what is acknowledged is done, and counts never fall meanwhile', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const channel = await channelOn(t, broker);
  const observing = await observer(t, broker);
  const before = await eventually('the queue is seen', async () => (await look(observing)).queue);
  await publish(channel, 20);
  await channel.prefetch(8);
  let held = 0;
  let release = false;
  await channel.consume('worker.IN', (message) => {
    held += 1;
    if (release) channel.ack(message!);
  });
  await eventually('eight are held', () => held === 8);
  let last = before;
  const seen = (what: string, inHand: number, acked: number) =>
    eventually(
      what,
      async () => {
        const { queue } = await look(observing);
        if (queue === undefined) return undefined;
        assert.ok(queue.arrived >= last.arrived && queue.acked >= last.acked, 'a count has fallen');
        last = queue;
        return queue.inHand === inHand && queue.acked - before.acked === acked && queue;
      },
      { withinMs: STATISTICS_MS, everyMs: 200 },
    );
  const taken = await seen('eight are in hand', 8, 0);
  assert.equal(taken.waiting, 12);
  release = true;
  channel.ackAll();
  const done = await seen('all are done', 0, 20);
  assert.equal(done.waiting, 0);
  assert.equal(done.arrived - before.arrived, 20);
});

test('what a killed worker had in hand waits again at once: it has not come a second time, and was not done', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const worker = startWorkerProcess(t, broker.url, { does: 'hang', prefetch: 5 });
  await worker.ready;
  const channel = await channelOn(t, broker, 'publisher', 'other.IN');
  const observing = await observer(t, broker);
  const before = await eventually('the queue is seen', async () => (await look(observing)).queue);
  await publish(channel, 12);
  const held = await eventually(
    'five are in hand, and as come all twelve',
    async () => {
      const { queue } = await look(observing);
      return queue?.inHand === 5 && queue.arrived - before.arrived === 12 && queue;
    },
    { withinMs: STATISTICS_MS, everyMs: 200 },
  );
  assert.equal(held.waiting, 7);
  worker.signal('SIGKILL');
  const back = await eventually('they wait again', async () => {
    const { queue } = await look(observing);
    return queue?.waiting === 12 && queue;
  });
  assert.deepEqual([back.inHand, back.consumers], [0, 0]);
  assert.deepEqual([back.arrived - before.arrived, back.acked - before.acked], [12, 0]);
});

test('a job that comes back from a delay queue has come again', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const channel = await channelOn(t, broker, 'publisher');
  const delay = 'worker.IN.delay-250ms';
  const back = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'worker.IN' };
  await channel.assertQueue(delay, { durable: true, arguments: back });
  const observing = await observer(t, broker);
  const before = await eventually('the queue is seen', async () => (await look(observing)).queue);
  await publish(channel, 3);
  for (let n = 0; n < 4; n += 1) channel.sendToQueue(delay, Buffer.from('{}'), { expiration: '250' });
  await channel.waitForConfirms();
  await eventually(
    'all seven have come, in the statistics too',
    async () => {
      const { queue } = await look(observing);
      return queue?.waiting === 7 && queue.arrived - before.arrived === 7;
    },
    { withinMs: STATISTICS_MS, everyMs: 200 },
  );
});

test('a missing queue is the trouble of its role alone, and over when the queue is made', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const channel = await channelOn(t, broker, 'publisher');
  const observing = await observer(t, broker);
  const roles = [settings('worker'), settings('resize')];
  const seen = await eventually('one of two queues is seen', async () => {
    const readings = await observing.look(roles);
    return readings.get('worker')?.queue && readings;
  });
  assert.equal(seen.get('resize')?.queue, undefined);
  assert.match(seen.get('resize')!.problem!, /there is no queue resize\.IN/);
  assert.deepEqual(observing.state().broker, { ok: true });
  await channel.assertQueue('resize.IN', { durable: true });
  await eventually('the other is seen too', async () => (await observing.look(roles)).get('resize')?.queue);
});

test('while the broker cannot be reached, or does not answer, nothing is seen, and afterwards all of it', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  await channelOn(t, broker);
  const wire = await openWire(t, broker.managementUrl);
  const observing = await observer(t, { ...broker, managementUrl: wire.url });
  await eventually('the queue is seen', async () => (await look(observing)).queue);
  wire.refuse(true);
  const refused = await look(observing);
  assert.equal(refused.queue, undefined);
  assert.match(refused.problem!, /cannot be reached/);
  assert.equal(refused.replicas?.ready, 1, 'what the platform says is another matter');
  assert.equal(observing.state().broker.ok, false);
  wire.refuse(false);
  await eventually('the queue is seen again', async () => (await look(observing)).queue);
  wire.stall();
  const began = Date.now();
  assert.equal((await look(observing)).queue, undefined);
  assert.ok(Date.now() - began < 3_000, 'it does not wait for ever');
  wire.flow();
  await eventually('and again', async () => (await look(observing)).queue);
});

test('while the connection stalls that says what waits, the statistics do', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const channel = await channelOn(t, broker, 'publisher');
  const wire = await openWire(t, broker.url);
  const observing = await observer(t, { ...broker, url: wire.url });
  await publish(channel, 3);
  await eventually('the queue is seen', async () => (await look(observing)).queue?.waiting === 3);
  wire.stall();
  await publish(channel, 4);
  await eventually('what came since is seen', async () => (await look(observing)).queue?.waiting === 7, {
    withinMs: STATISTICS_MS,
    everyMs: 200,
  });
});

test('a wrong password and an answer that is none leave all roles unobserved, with the reason', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const wrong = new URL(broker.managementUrl);
  wrong.password = 'wrong';
  const refused = await observer(t, { ...broker, managementUrl: wrong.href });
  assert.match((await look(refused)).problem!, /401/);
  const garbage = createServer((_request, response) => response.end('<html>'));
  t.after(async () => void garbage.close());
  await new Promise<void>((resolve) => garbage.listen(0, '127.0.0.1', resolve));
  const managementUrl = `http://lab:lab@127.0.0.1:${(garbage.address() as AddressInfo).port}`;
  const confused = await observer(t, { ...broker, managementUrl });
  const reading = await look(confused);
  assert.equal(reading.queue, undefined);
  assert.match(reading.problem!, /something else than the management API/);
});

test('without the platform nothing is said of replicas, and the queues are seen', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  await channelOn(t, broker);
  const away: PlatformClient = { ...platformOf(), replicas: () => Promise.reject(new Error('the platform is away')) };
  const observing = await observer(t, broker, away);
  const reading = await eventually('the queue is seen', async () => {
    const one = await look(observing);
    return one.queue && one;
  });
  assert.equal(reading.replicas, undefined);
  assert.equal(reading.problem, 'the platform is away');
  assert.deepEqual(observing.state().platform, { ok: false, problem: 'the platform is away' });
});

test('a role of which nothing runs has no replicas; one that the platform does not know is not observed', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const none = { ready: 0, starting: 0, draining: 0, exited: 0, dead: 0 };
  const roles = async () => [{ role: 'worker', service: 'worker', replicas: none, composeReplicas: 1, most: 4 }];
  const observing = await observer(t, broker, { ...platformOf(), roles });
  const readings = await observing.look([settings('worker'), settings('stranger')]);
  assert.deepEqual(readings.get('worker')?.replicas, { ready: 0, starting: [], draining: 0, broken: 0 });
  assert.equal(readings.get('stranger')?.replicas, undefined);
  assert.match(readings.get('stranger')!.problem!, /the platform knows no role stranger/);
});

test('a consumer that takes jobs and acknowledges none is found stuck, its neighbour is not; with an ack it is well', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const holding = await channelOn(t, broker, 'worker-1');
  const working = await channelOn(t, broker, 'worker-2', 'other.IN');
  await publish(holding, 5);
  await holding.prefetch(2);
  await holding.consume('worker.IN', () => {});
  await working.prefetch(2);
  await working.consume('other.IN', (message) => {
    working.ack(message!);
    working.sendToQueue('other.IN', message!.content); // always something to do
  });
  await publish(working, 2, 'other.IN');
  const source = createStuckSource(createManagement(broker.managementUrl, broker.vhost));
  const replicas = [replica(), replica({ id: 'w2', name: 'worker-2' })];
  let clock = 0; // looks count as 5 s each: the source would pass over those that come sooner
  const stuck = async () => {
    clock += 5;
    return source.look(replicas, clock, () => 20);
  };
  const found = await eventually(
    'somebody is stuck',
    async () => {
      const [one, ...others] = await stuck();
      assert.deepEqual(others, []);
      return one;
    },
    { withinMs: 60_000, everyMs: 2_500 },
  );
  assert.deepEqual([found.replica, found.role, found.inHand], ['worker-1', 'worker', 2]);
  holding.ackAll();
  await eventually('nobody is stuck', async () => (await stuck()).length === 0, { withinMs: 60_000, everyMs: 2_500 });
});
