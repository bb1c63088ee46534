// Routes that change while messages flow, on a real broker: each message takes the old way or the new one, whatever happens to the
// connection on which they are changed.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'amqplib';
import { z } from 'zod';
import { difference } from '../../services/coordinator/routes/bind-plan.ts';
import { createRerouting } from '../../services/coordinator/routes/rerouting.ts';
import { SWAP_PREFIX } from '../../services/coordinator/routes/swap.ts';
import { createLog } from '../../services/shared/log.ts';
import { type Binding, edgesAmong } from '../../services/shared/messaging/bindings.ts';
import { openConnection } from '../../services/shared/messaging/connection.ts';
import { declareExchange, declareQueue } from '../../services/shared/messaging/declarations.ts';
import { createManagement } from '../../services/shared/messaging/management.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { openBroker } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { undoStack } from '../helpers/undo.ts';
import { openWire } from '../helpers/wire.ts';

const silent = createLog('test', 'test', 'silent');
const SOURCE = 's.OUT';

const to = (tgt: string, src = SOURCE): Binding => ({ type: 'pubsub', src, tgt });
const dealtTo = (tgt: string, src = SOURCE): Binding => ({ type: 'roundrobin', src, tgt });
const sorted = (bindings: readonly Binding[]) => bindings.map((binding) => JSON.stringify(binding)).sort();

type Scope = ReturnType<typeof undoStack>;

/** Numbered messages to a source, about a thousand a second, each confirmed and told where it found no queue. */
async function startTraffic(t: Scope, url: string) {
  const connection = await connect(url, { noDelay: true });
  t.after(() => connection.close());
  const channel = await connection.createConfirmChannel();
  let returned = 0;
  channel.on('return', () => {
    returned += 1;
  });
  const stop = new AbortController();
  let sent = 0;
  const run = async (): Promise<void> => {
    const begunAt = performance.now();
    while (!stop.signal.aborted) {
      const due = Math.floor(performance.now() - begunAt);
      for (; sent < due; sent += 1) {
        channel.publish(SOURCE, '', Buffer.from(JSON.stringify({ n: sent })), { mandatory: true, persistent: true });
      }
      await pause(2);
    }
    await channel.waitForConfirms();
  };
  const running = run();
  return {
    /** Ends it, and says how many were sent, and how many of them had no way. */
    async end() {
      stop.abort();
      await running;
      return { sent, returned };
    },
  };
}

/** A vhost with a source and queues, our side that changes routes, perhaps over a wire of its own, and a plain client. */
async function openAll(context: TestContext, queues: readonly string[], { wired = false } = {}) {
  const t = undoStack(context);
  const { url, managementUrl, vhost } = await openBroker(t);
  const plain = await connect(url);
  t.after(() => plain.close());
  const channel = await plain.createChannel();
  await declareExchange(channel, SOURCE);
  for (const queue of queues) await declareQueue(channel, queue);

  const wire = wired ? await openWire(t, url) : undefined;
  const connection = openConnection({ url: wire?.url ?? url, name: 'rerouting', log: silent });
  t.after(() => connection.close());
  await connection.ready;
  const management = createManagement(managementUrl, vhost);
  const exchanges = async () => (await management.exchanges()).map(({ name }) => name);
  const rerouting = createRerouting(connection);
  const connected = () => eventually('there is a connection', () => connection.state().up);
  const cleanUp = async () => rerouting.cleanUp(await management.bindings(), await exchanges());
  await cleanUp();

  /** Every number in a queue up to now, in order. Empties it. */
  async function numbers(queue: string): Promise<number[]> {
    const found: number[] = [];
    const reader = await plain.createChannel();
    const { promise: end, resolve } = Promise.withResolvers<void>();
    channel.sendToQueue(queue, Buffer.from('{"end":true}'), { persistent: true });
    await reader.consume(
      queue,
      (message) => {
        const { n, end } = JSON.parse(message!.content.toString());
        if (end) resolve();
        else found.push(n);
      },
      { noAck: true },
    );
    await end;
    await reader.close();
    return found;
  }
  return {
    t,
    url,
    wire: wire!,
    channel,
    connected,
    cleanUp,
    numbers,
    apply: (add: Binding[], remove: Binding[] = []) => rerouting.apply({ add, remove }),
    exchanges,
    edges: async () => edgesAmong(await management.bindings()).filter(({ src }) => !src?.startsWith(SWAP_PREFIX)),
    swapExchanges: async () => (await exchanges()).filter((name) => name.startsWith(SWAP_PREFIX)),
  };
}

/** Holds where every number from 0 was found exactly once. */
function assertOnce(found: readonly number[], sent: number): void {
  const distinct = new Set(found);
  assert.deepEqual(
    { lost: sent - distinct.size, doubled: found.length - distinct.size },
    { lost: 0, doubled: 0 },
    `of ${sent} sent`,
  );
}

test('a hundred swaps under a thousand messages a second lose and double nothing, and other queues notice nothing', async (context) => {
  const { t, url, apply, numbers, edges, swapExchanges } = await openAll(context, ['a', 'b', 'all']);
  await apply([to('a'), to('all')]);
  const traffic = await startTraffic(t, url);
  for (let n = 0; n < 50; n += 1) {
    assert.equal((await apply([to('b')], [to('a')])).swapped, 1);
    await apply([to('a')], [to('b')]);
  }
  const { sent, returned } = await traffic.end();
  const [a, b] = [await numbers('a'), await numbers('b')];
  assert.equal(returned, 0);
  assert.ok(a.length > 0 && b.length > 0 && sent > 500, `${a.length} and ${b.length} of ${sent}`);
  assertOnce([...a, ...b], sent);
  assertOnce(await numbers('all'), sent);
  assert.deepEqual(sorted(await edges()), sorted([to('a'), to('all')]));
  await eventually('nothing is left of the swaps', async () => (await swapExchanges()).length === 0);
});

test('the messages from before a swap are in the old queue, all later ones in the new', async (context) => {
  const { t, url, apply, numbers } = await openAll(context, ['a', 'b']);
  await apply([to('a')]);
  const traffic = await startTraffic(t, url);
  await apply([to('b')], [to('a')]);
  const { sent } = await traffic.end();
  const [a, b] = [await numbers('a'), await numbers('b')];
  assert.deepEqual(
    [...a, ...b],
    Array.from({ length: sent }, (_, n) => n),
  );
});

test('several queues turn to several others at one moment', async (context) => {
  const { t, url, apply, numbers } = await openAll(context, ['a1', 'a2', 'b1', 'b2', 'b3', 'all']);
  const [a, b] = [
    [to('a1'), to('a2')],
    [to('b1'), to('b2'), to('b3')],
  ];
  await apply([...a, to('all')]);
  const traffic = await startTraffic(t, url);
  for (let n = 0; n < 15; n += 1) {
    await apply(b, a);
    await apply(a, b);
  }
  const { sent } = await traffic.end();
  const got = Object.fromEntries(
    await Promise.all(['a1', 'a2', 'b1', 'b2', 'b3', 'all'].map(async (queue) => [queue, await numbers(queue)])),
  );
  assert.deepEqual(got.a2, got.a1);
  assert.deepEqual(got.b2, got.b1);
  assert.deepEqual(got.b3, got.b1);
  assertOnce([...got.a1, ...got.b1], sent);
  assertOnce(got.all, sent);
});

test('a swap from pubsub to roundrobin and back, with dead letters, loses and doubles nothing', async (context) => {
  const { t, url, apply, numbers, edges, exchanges } = await openAll(context, ['a', 'b', 'dead']);
  const dead: Binding = { type: 'roundrobin', tgt: 'b', deadletter: 'dead' };
  await apply([to('a')]);
  const traffic = await startTraffic(t, url);
  for (let n = 0; n < 10; n += 1) {
    await apply([dealtTo('b'), dead], [to('a')]);
    assert.deepEqual(sorted(await edges()), sorted([{ ...dealtTo('b'), deadletter: 'dead' }]));
    await apply([dealtTo('a')], [dealtTo('b'), dead]);
    await apply([to('a')], [dealtTo('a')]);
    assert.deepEqual(sorted(await edges()), sorted([to('a')]));
  }
  const { sent } = await traffic.end();
  assertOnce([...(await numbers('a')), ...(await numbers('b'))], sent);
  assert.ok(!(await exchanges()).includes(`out-${SOURCE}`), 'it went with its last edge');
});

/** A worker that tells each number it is handed, and sends it on where it has an out-port. */
async function startWorker(t: Scope, url: string, role: string, heard: number[], { out = false } = {}) {
  const participant = startParticipant(
    {
      role,
      component: 'Worker',
      label: 'Tells what it hears',
      inports: {
        in: {
          schema: z.object({ n: z.number() }),
          prefetch: 100,
          handle({ data }) {
            heard.push(data.n);
            return out ? { port: 'out', data } : undefined;
          },
        },
      },
      outports: out ? { out: {}, error: {} } : { error: {} },
    },
    { url, replica: `${role}-1`, log: silent, metrics: createMetrics({ role, replica: `${role}-1` }) },
  );
  t.after(async () => void (await participant.drain(1_000)));
  await participant.ready;
}

test('participants handle each item once while the edges between them come, go and turn', async (context) => {
  const { t, url, channel, apply } = await openAll(context, []);
  await channel.assertQueue('fbp', { durable: true });
  const heard = { first: [] as number[], second: [] as number[], third: [] as number[], also: [] as number[] };
  await startWorker(t, url, 'first', heard.first, { out: true });
  for (const role of ['second', 'third', 'also'] as const) await startWorker(t, url, role, heard[role]);
  const out = (role: string) => to(`${role}.IN`, 'first.OUT');
  await apply([to('first.IN'), out('second')]);
  const traffic = await startTraffic(t, url);
  for (let n = 0; n < 20; n += 1) {
    await apply([out('third'), out('also')], [out('second')]);
    await apply([out('second')], [out('third')]);
    await apply([], [out('also')]);
  }
  const { sent } = await traffic.end();
  await eventually('every item has been handled', () => heard.second.length + heard.third.length >= sent);
  assertOnce(heard.first, sent);
  assertOnce([...heard.second, ...heard.third], sent);
  assert.ok(heard.third.length > 0);
  assert.equal(new Set(heard.also).size, heard.also.length, 'a third edge doubles nothing while it comes and goes');
});

test('a stage that is put between two others has its way on before the first item comes to it', async (context) => {
  const { t, url, channel, apply, numbers } = await openAll(context, ['end']);
  await channel.assertQueue('fbp', { durable: true });
  const heard: number[] = [];
  await startWorker(t, url, 'between', heard, { out: true });
  await apply([to('end')]);
  const traffic = await startTraffic(t, url);
  await apply([to('between.IN'), to('end', 'between.OUT')], [to('end')]);
  await eventually('items take the new way', () => heard.length > 50);
  const { sent } = await traffic.end();
  const found = await numbers('end');
  await eventually('every item is at the end', async () => {
    found.push(...(await numbers('end')));
    return found.length >= sent;
  });
  assertOnce(found, sent);
});

test('nothing is changed where a queue or a source to be bound is not there', async (context) => {
  const { apply, edges, swapExchanges } = await openAll(context, ['a', 'b']);
  await apply([to('a')]);
  const before = sorted(await edges());
  await assert.rejects(apply([to('b'), to('nowhere')], [to('a')]), { code: 404 });
  await assert.rejects(apply([to('b'), to('b', 'nobody.OUT')], [to('a')]), { code: 404 });
  await assert.rejects(apply([dealtTo('b'), { type: 'roundrobin', tgt: 'b', deadletter: 'nowhere' }]), { code: 404 });
  assert.deepEqual(sorted(await edges()), before);
  assert.deepEqual(await swapExchanges(), []);
  await apply([to('b')], [to('a')]);
  assert.deepEqual(sorted(await edges()), sorted([to('b')]));
});

test('what is gone already is no hindrance to its removal', async (context) => {
  const { channel, apply, edges } = await openAll(context, ['a', 'b', 'c']);
  await apply([to('a'), to('b')]);
  await channel.deleteQueue('a');
  await apply([], [to('a')]);
  await apply([to('c')], [to('a'), to('b')]);
  assert.deepEqual(sorted(await edges()), sorted([to('c')]));
  await apply([to('b')], [to('a')]);
  await apply([], [to('c', 'nobody.OUT')]);
  assert.deepEqual(sorted(await edges()), sorted([to('b'), to('c')]));
});

test('changes are refused until what may have been cut short is cleaned up', async (context) => {
  const { t, url, wire, connected, cleanUp, apply, edges } = await openAll(context, ['a', 'b'], { wired: true });
  await apply([to('a')]);
  const connection = openConnection({ url, name: 'another', log: silent });
  t.after(() => connection.close());
  await connection.ready;
  const another = createRerouting(connection);
  await assert.rejects(another.apply({ add: [to('b')], remove: [] }), /clean up first/);
  const swapping = apply([to('b')], [to('a')]);
  wire.cutAfter(800);
  await assert.rejects(swapping);
  await connected();
  await cleanUp();
  const now = await edges();
  assert.equal(now.length, 1);
  const { add, remove } = difference(now, [to('b')]);
  await apply(add, remove);
  assert.deepEqual(sorted(await edges()), sorted([to('b')]));
});

test('wherever a swap is cut short, nothing is lost or doubled, and cleaning up leaves one way or the other', async (context) => {
  const BYTES_A_STEP = 30; // less than one command to the broker
  const all = await openAll(context, ['a', 'b', 'all'], { wired: true });
  const { t, url, wire, apply, connected, cleanUp, numbers, edges, swapExchanges } = all;
  await apply([to('a'), to('all')]);
  const traffic = await startTraffic(t, url);
  let at = 'a';
  let unfinished = 0;
  const ends = { back: 0, on: 0 };
  for (let bytes = 1; ; bytes += BYTES_A_STEP) {
    const other = at === 'a' ? 'b' : 'a';
    const cuts = wire.cuts();
    wire.cutAfter(bytes);
    await apply([to(other)], [to(at)]).catch(() => {});
    const isCut = () => wire.cuts() > cuts;
    await eventually('it is cut short, or through', async () => isCut() || (await swapExchanges()).length === 0);
    if (!isCut()) break; // that many bytes are more than a swap takes
    // As the coordinator does, until it is through: RabbitMQ may end a connection whose commands meet those of one that has just died.
    unfinished += await eventually('it is cleaned up', async () => {
      await connected();
      return cleanUp();
    });
    const now = await edges();
    assert.ok(
      [sorted([to('a'), to('all')]), sorted([to('b'), to('all')])].some((way) => `${way}` === `${sorted(now)}`),
    );
    assert.deepEqual(await swapExchanges(), []);
    const is = now.find(({ tgt }) => tgt !== 'all')!.tgt;
    ends[is === at ? 'back' : 'on'] += 1;
    at = is;
  }
  const { sent, returned } = await traffic.end();
  assert.ok(unfinished > 5 && ends.back > 5 && ends.on > 2, JSON.stringify({ unfinished, ...ends }));
  assert.equal(returned, 0);
  assertOnce([...(await numbers('a')), ...(await numbers('b'))], sent);
  assertOnce(await numbers('all'), sent);
});
