// Dead letters of a real broker: why they died, and what becomes of them when they are replayed or purged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConfirmChannel, connect } from 'amqplib';
import { z } from 'zod';
import { createLog } from '../../services/shared/log.ts';
import { openConnection } from '../../services/shared/messaging/connection.ts';
import {
  listDeadLetters,
  purgeDeadLetters,
  readDeadLetters,
  replayDeadLetters,
} from '../../services/shared/messaging/dead-letters.ts';
import { declareDeadLetters, declareQueue } from '../../services/shared/messaging/declarations.ts';
import { createManagement } from '../../services/shared/messaging/management.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { openBroker, type Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { undoStack } from '../helpers/undo.ts';
import { openWire } from '../helpers/wire.ts';

const silent = createLog('test', 'test', 'silent');
const DEAD = 'dead-x.IN';

async function openAll(t: Scope) {
  const broker = await openBroker(t);
  const plain = await connect(broker.url);
  t.after(() => plain.close());
  const channel = await plain.createConfirmChannel();
  await declareQueue(channel, 'x.IN');
  await declareDeadLetters(channel, 'x.IN');
  const connection = openConnection({ url: broker.url, name: 'dead', log: silent });
  t.after(() => connection.close());
  await connection.ready;
  return { broker, channel, connection };
}

/** Dead letters with the items `job.0`, `job.1`, …, as our workers bury them. */
async function bury(channel: ConfirmChannel, count: number, more: Record<string, unknown> = {}): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const headers = {
      'x-item': `job.${n}`,
      'x-job': 'job',
      'x-attempt': 5,
      'x-sent-at': 1_700_000_000_000,
      traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
      'x-dead-code': 'cannot-send',
      'x-dead-reason': 'the handler sent nothing',
      'x-dead-from': 'x.IN',
      ...more,
    };
    channel.sendToQueue(DEAD, Buffer.from(JSON.stringify({ n })), { headers, persistent: true });
  }
  await channel.waitForConfirms();
}

/** Takes all that waits in a queue. */
async function drain(channel: ConfirmChannel, queue: string) {
  const taken: { n: number; headers: Record<string, unknown> }[] = [];
  for (;;) {
    const message = await channel.get(queue, { noAck: true });
    if (message === false) return taken;
    const { n } = JSON.parse(String(message.content)) as { n: number };
    taken.push({ n, headers: message.properties.headers ?? {} });
  }
}

const numbers = async (channel: ConfirmChannel, queue: string) => (await drain(channel, queue)).map(({ n }) => n);
const upTo = (count: number): number[] => [...Array(count).keys()];

test('the queues of dead letters are listed with what waits in them at this moment', async (context) => {
  const t = undoStack(context);
  const { broker, channel, connection } = await openAll(t);
  await bury(channel, 3);
  assert.deepEqual(await listDeadLetters(connection, createManagement(broker.managementUrl, broker.vhost)), [
    { queue: DEAD, from: 'x.IN', waiting: 3, consumers: 0 },
  ]);
});

test('a message that our worker gives up on tells what was wrong, where, and when', async (context) => {
  const t = undoStack(context);
  const { broker, connection } = await openAll(t);
  const worker = startParticipant(
    {
      role: 'worker',
      component: 'Worker',
      label: 'A worker of a test',
      inports: { in: { schema: z.object({ n: z.number() }), handle: () => undefined } },
      outports: {},
    },
    {
      url: broker.url,
      replica: 'worker-1',
      log: silent,
      metrics: createMetrics({ role: 'worker', replica: 'worker-1' }),
    },
  );
  t.after(() => worker.drain(1_000));
  await worker.ready;
  const before = Date.now();
  const headers = { 'x-item': 'job.1' };
  await connection.publisher.publish({ exchange: '', key: 'worker.IN' }, '{"n":"seven"}', { headers });
  const letter = await eventually('it is dead', async () => {
    const [first] = await readDeadLetters(connection, 'dead-worker.IN', { n: 1 });
    return first;
  });
  const { code, reason, from, item, times, data } = letter;
  assert.deepEqual({ from, item, times, data }, { from: 'worker.IN', item: 'job.1', times: 1, data: { n: 'seven' } });
  assert.match(code, /^[a-z-]+$/);
  assert.match(reason, /n: /);
  assert.ok(letter.diedAt! >= before && letter.diedAt! <= Date.now());
});

test('a message that a foreign worker rejects tells where and when, in the words of the broker', async (context) => {
  const t = undoStack(context);
  const { channel, connection } = await openAll(t);
  channel.sendToQueue('x.IN', Buffer.from('{"n":1,"item":"job.1"}'));
  const message = await eventually('a message to reject', () => channel.get('x.IN'));
  channel.nack(message, false, false);
  const letter = await eventually('it is dead', async () => (await readDeadLetters(connection, DEAD, { n: 1 }))[0]);
  const { code, from, item, times, deaths } = letter;
  assert.deepEqual({ code, from, item, times }, { code: 'rejected', from: 'x.IN', item: 'job.1', times: 1 });
  assert.equal(deaths.length, 1);
  assert.ok(Math.abs(letter.diedAt! - Date.now()) < 60_000);
});

test('all are replayed in their order to where they died, with attempts counted anew and without their deaths', async (context) => {
  const t = undoStack(context);
  const { channel, connection } = await openAll(t);
  await bury(channel, 40, { 'x-steps': '[]', mine: 'kept' });
  const seen: number[] = [];
  const before = Date.now();
  const replay = await replayDeadLetters(connection, DEAD, { onReplayed: (replayed) => seen.push(replayed) });
  assert.deepEqual(replay, { replayed: 40, kept: [] });
  assert.equal(seen.at(-1), 40);
  const arrived = await drain(channel, 'x.IN');
  assert.deepEqual(
    arrived.map(({ n }) => n),
    upTo(40),
  );
  const { 'x-sent-at': sentAt, 'x-delivery-count': _, ...headers } = arrived[3]!.headers;
  assert.ok((sentAt as number) >= before);
  assert.deepEqual(headers, {
    'x-item': 'job.3',
    'x-job': 'job',
    traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
    'x-steps': '[]',
    mine: 'kept',
  });
  assert.deepEqual(await drain(channel, DEAD), []);
});

test('some are replayed by their items, and the others stay in their order', async (context) => {
  const t = undoStack(context);
  const { channel, connection } = await openAll(t);
  await bury(channel, 40);
  const { replayed } = await replayDeadLetters(connection, DEAD, { items: ['job.7', 'job.30', 'job.99'] });
  assert.equal(replayed, 2);
  assert.deepEqual(await numbers(channel, 'x.IN'), [7, 30]);
  assert.deepEqual(
    await numbers(channel, DEAD),
    upTo(40).filter((n) => n !== 7 && n !== 30),
  );
});

test('the first few are replayed', async (context) => {
  const t = undoStack(context);
  const { channel, connection } = await openAll(t);
  await bury(channel, 10);
  assert.equal((await replayDeadLetters(connection, DEAD, { n: 3 })).replayed, 3);
  assert.deepEqual(await numbers(channel, 'x.IN'), upTo(3));
  assert.deepEqual(await numbers(channel, DEAD), [3, 4, 5, 6, 7, 8, 9]);
});

test('no more are replayed a second than asked for', async (context) => {
  const t = undoStack(context);
  const { channel, connection } = await openAll(t);
  await bury(channel, 6);
  const startedAt = performance.now();
  await replayDeadLetters(connection, DEAD, { perSecond: 10 });
  assert.ok(performance.now() - startedAt >= 499, 'five pauses of 100 ms');
});

test('a replay that is told to stop leaves the rest in its order', async (context) => {
  const t = undoStack(context);
  const { channel, connection } = await openAll(t);
  await bury(channel, 10);
  const stop = new AbortController();
  const onReplayed = (replayed: number): void => {
    if (replayed === 4) stop.abort();
  };
  const { replayed } = await replayDeadLetters(connection, DEAD, { perSecond: 50, signal: stop.signal, onReplayed });
  assert.equal(replayed, 4);
  assert.deepEqual(await numbers(channel, DEAD), [4, 5, 6, 7, 8, 9]);
});

test('what dies again at once is not replayed again', async (context) => {
  const t = undoStack(context);
  const { channel, connection } = await openAll(t);
  await bury(channel, 20);
  await channel.consume('x.IN', (message) => channel.nack(message!, false, false));
  assert.equal((await replayDeadLetters(connection, DEAD)).replayed, 20);
  await eventually('all are dead again', async () => (await channel.checkQueue(DEAD)).messageCount === 20);
  const [letter] = await readDeadLetters(connection, DEAD, { n: 1 });
  assert.equal(letter!.code, 'rejected');
  assert.equal(letter!.times, 1);
});

test('a dead letter whose queue is gone stays, and is reported, and the others are replayed', async (context) => {
  const t = undoStack(context);
  const { channel, connection } = await openAll(t);
  await bury(channel, 2, { 'x-dead-from': 'gone.IN' });
  await bury(channel, 2);
  assert.deepEqual(await replayDeadLetters(connection, DEAD), {
    replayed: 2,
    kept: [{ to: 'gone.IN', count: 2, why: 'there is no queue gone.IN' }],
  });
  assert.deepEqual(await numbers(channel, DEAD), [0, 1]);
});

test('a replay that loses its connection loses no message', async (context) => {
  const t = undoStack(context);
  const { broker, channel } = await openAll(t);
  await bury(channel, 100);
  const wire = await openWire(t, broker.url);
  const connection = openConnection({ url: wire.url, name: 'dead', log: silent });
  t.after(() => connection.close());
  await connection.ready;
  const onReplayed = (replayed: number): void => {
    if (replayed === 30) wire.cut();
  };
  await assert.rejects(replayDeadLetters(connection, DEAD, { onReplayed }));
  await eventually('what it had in hand is back', async () => {
    const counts = await Promise.all(['x.IN', DEAD].map((queue) => channel.checkQueue(queue)));
    return counts.reduce((sum, { messageCount }) => sum + messageCount, 0) >= 100;
  });
  const [back, dead] = [await numbers(channel, 'x.IN'), await numbers(channel, DEAD)];
  assert.deepEqual(
    [...new Set([...back, ...dead])].sort((a, b) => a - b),
    upTo(100),
  );
  assert.ok(back.length + dead.length <= 101, 'at most the one on its way is there twice');
});

test('some are thrown away by their items, or all, and it answers how many', async (context) => {
  const t = undoStack(context);
  const { channel, connection } = await openAll(t);
  await bury(channel, 10);
  assert.equal(await purgeDeadLetters(connection, DEAD, { items: ['job.2', 'job.4'] }), 2);
  assert.equal((await channel.checkQueue(DEAD)).messageCount, 8);
  assert.equal(await purgeDeadLetters(connection, DEAD), 8);
  assert.equal((await channel.checkQueue(DEAD)).messageCount, 0);
});

test('dead letters of an item are found behind others', async (context) => {
  const t = undoStack(context);
  const { channel, connection } = await openAll(t);
  await bury(channel, 30);
  const found = await readDeadLetters(connection, DEAD, { n: 10, items: ['job.20'] });
  assert.deepEqual(
    found.map(({ item, position }) => [item, position]),
    [['job.20', 21]],
  );
});

for (const [what, work] of Object.entries({
  read: readDeadLetters,
  replay: replayDeadLetters,
  purge: purgeDeadLetters,
})) {
  test(`a queue of dead letters that is not there is refused with 404: ${what}`, async (context) => {
    const t = undoStack(context);
    const { connection } = await openAll(t);
    await assert.rejects(work(connection, 'dead-nobody.IN', { n: 1 }), { code: 404 });
  });
}
