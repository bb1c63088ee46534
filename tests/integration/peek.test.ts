// Looking into queues of a real broker, quorum and classic: what is seen, and that nothing is changed by it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConfirmChannel, connect } from 'amqplib';
import { createLog } from '../../services/shared/log.ts';
import { openConnection } from '../../services/shared/messaging/connection.ts';
import { peekQueue } from '../../services/shared/messaging/peek.ts';
import { openBroker, type Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { undoStack } from '../helpers/undo.ts';

const silent = createLog('test', 'test', 'silent');

/** With a delivery limit RabbitMQ 3.10 puts what is handed back where 4 puts it: the lab's role queues have one by policy. */
const limited = { 'x-queue-type': 'quorum', 'x-delivery-limit': 100 };

async function openAll(t: Scope, queue: Record<string, unknown> = limited) {
  const { url } = await openBroker(t);
  const plain = await connect(url);
  t.after(() => plain.close());
  const channel = await plain.createConfirmChannel();
  await channel.assertQueue('x.IN', { durable: true, arguments: queue });
  const connection = openConnection({ url, name: 'peek', log: silent });
  t.after(() => connection.close());
  await connection.ready;
  return { channel, connection };
}

async function fill(channel: ConfirmChannel, count: number, bytes = 0): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    channel.sendToQueue('x.IN', Buffer.from(JSON.stringify({ n, padding: 'x'.repeat(bytes) })), { persistent: true });
  }
  await channel.waitForConfirms();
}

const numberOf = (data: unknown): number => (data as { n: number }).n;

/** Takes all that waits. */
async function drain(channel: ConfirmChannel): Promise<number[]> {
  const taken: number[] = [];
  for (;;) {
    const message = await channel.get('x.IN', { noAck: true });
    if (message === false) return taken;
    taken.push(numberOf(JSON.parse(String(message.content))));
  }
}

const upTo = (count: number): number[] => [...Array(count).keys()];

for (const [type, queue] of Object.entries({ quorum: limited, classic: { 'x-queue-type': 'classic' } })) {
  test(`the order of a ${type} queue is kept, however often and how far it is looked into`, async (context) => {
    const t = undoStack(context);
    const { channel, connection } = await openAll(t, queue);
    await fill(channel, 100);
    for (const n of [1, 40, 100, 7, 1_000]) {
      const seen = await peekQueue(connection, 'x.IN', { n });
      assert.deepEqual(
        seen.map(({ data }) => numberOf(data)),
        upTo(Math.min(n, 100)),
      );
    }
    assert.deepEqual(await drain(channel), upTo(100));
  });

  test(`all messages of a ${type} queue wait again when the look into it is over`, async (context) => {
    const t = undoStack(context);
    const { channel, connection } = await openAll(t, queue);
    await fill(channel, 60);
    for (let round = 0; round < 5; round += 1) {
      await peekQueue(connection, 'x.IN', { n: 60 });
      assert.equal((await channel.checkQueue('x.IN')).messageCount, 60);
    }
  });
}

test('looking 30 times does not wear out the delivery limit that RabbitMQ 4 gives every quorum queue', async (context) => {
  const t = undoStack(context);
  const { channel, connection } = await openAll(t, { 'x-queue-type': 'quorum' });
  await fill(channel, 3);
  for (let round = 0; round < 30; round += 1) await peekQueue(connection, 'x.IN', { n: 3 });
  assert.deepEqual(await drain(channel), upTo(3));
});

test('what is known of a message is told, and nothing is made up', async (context) => {
  const t = undoStack(context);
  const { channel, connection } = await openAll(t);
  const headers = { 'x-item': 'job.1', 'x-job': 'job', 'x-attempt': 2, 'x-sent-at': 1_700_000_000_000, mine: true };
  channel.sendToQueue('x.IN', Buffer.from('no JSON'), { headers });
  channel.sendToQueue('x.IN', Buffer.from('{"item":"job.2"}'));
  await channel.waitForConfirms();
  const [first, second] = await peekQueue(connection, 'x.IN', { n: 2 });
  const { headers: seen, ...known } = first!;
  assert.deepEqual(known, {
    position: 1,
    size: 7,
    data: 'no JSON',
    item: 'job.1',
    job: 'job',
    attempt: 2,
    sentAt: 1_700_000_000_000,
    redelivered: false,
    deaths: [],
  });
  assert.equal(seen.mine, true);
  assert.deepEqual([second!.item, second!.job, second!.attempt, second!.sentAt], ['job.2', undefined, 1, undefined]);
});

test('a message that was looked at is marked as redelivered from then on', async (context) => {
  const t = undoStack(context);
  const { channel, connection } = await openAll(t);
  await fill(channel, 1);
  assert.equal((await peekQueue(connection, 'x.IN', { n: 1 }))[0]!.redelivered, false);
  assert.equal((await peekQueue(connection, 'x.IN', { n: 1 }))[0]!.redelivered, true);
});

test('what consumers have in hand is not seen', async (context) => {
  const t = undoStack(context);
  const { channel, connection } = await openAll(t);
  await fill(channel, 3);
  const inHand = await eventually('a message in hand', () => channel.get('x.IN'));
  assert.deepEqual(
    (await peekQueue(connection, 'x.IN', { n: 10 })).map(({ data }) => numberOf(data)),
    [1, 2],
  );
  channel.nack(inHand);
});

test('no more than 32 MiB are taken at a time, and one message more', async (context) => {
  const t = undoStack(context);
  const { channel, connection } = await openAll(t);
  await fill(channel, 12, 4 * 1024 * 1024);
  assert.equal((await peekQueue(connection, 'x.IN', { n: 12 })).length, 8);
  assert.equal((await channel.checkQueue('x.IN')).messageCount, 12);
});

test('work goes on, and none is lost or doubled, while somebody looks', async (context) => {
  const t = undoStack(context);
  const { channel, connection } = await openAll(t);
  await fill(channel, 300);
  const times = new Map<number, number>();
  await channel.prefetch(5);
  await channel.consume('x.IN', (message) => {
    const n = numberOf(JSON.parse(String(message!.content)));
    times.set(n, (times.get(n) ?? 0) + 1);
    channel.ack(message!);
  });
  await eventually('all are worked', async () => {
    await peekQueue(connection, 'x.IN', { n: 20 });
    return times.size === 300;
  });
  assert.ok([...times.values()].every((count) => count === 1));
  assert.equal((await channel.checkQueue('x.IN')).messageCount, 0);
});

test('a queue that is not there is refused with 404', async (context) => {
  const t = undoStack(context);
  const { connection } = await openAll(t);
  await assert.rejects(peekQueue(connection, 'nobody.IN', { n: 1 }), { code: 404 });
});
