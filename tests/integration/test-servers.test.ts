// The tests' own broker and database: what a test file may rely on.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type ConfirmChannel, type ConsumeMessage, connect } from 'amqplib';
import { Pool } from 'pg';
import { openBroker, startBroker } from '../helpers/broker.ts';
import { openDatabase } from '../helpers/database.ts';

test('two scopes get a vhost each, with quorum queues', async () => {
  const [one, two] = await Promise.all([openBroker({ after }), openBroker({ after })]);
  assert.notEqual(one.vhost, two.vhost);
  await withChannel(one.url, async (channel) => {
    await channel.assertQueue('q', { durable: true });
    await channel.assertQueue('q', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  });
});

test('two scopes get an empty database each', async () => {
  const databases = await Promise.all([openDatabase({ after }), openDatabase({ after })]);
  for (const { url } of databases) {
    const pool = new Pool({ connectionString: url });
    await pool.query('CREATE TABLE only_here (n int)');
    await pool.end();
  }
});

async function withChannel<T>(url: string, use: (channel: ConfirmChannel) => Promise<T>): Promise<T> {
  const connection = await connect(url);
  try {
    return await use(await connection.createConfirmChannel());
  } finally {
    await connection.close();
  }
}

test("a broker of one's own keeps its messages and its address when it is stopped and started", async (t) => {
  const broker = await startBroker(t);
  await withChannel(broker.url, async (channel) => {
    await channel.assertQueue('q', { durable: true });
    channel.sendToQueue('q', Buffer.from('kept'), { persistent: true });
    await channel.waitForConfirms();
  });
  await broker.stop();
  await broker.start();
  await withChannel(broker.url, async (channel) => {
    const message = await new Promise((resolve) => channel.consume('q', resolve, { noAck: true }));
    assert.equal(String((message as ConsumeMessage).content), 'kept');
  });
});
