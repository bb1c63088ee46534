// The broker of the no-Docker mode: private, durable, with the conventions that MsgFlo participants rely on.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ConfirmChannel, type ConsumeMessage, connect } from 'amqplib';
import { engineVersion } from '../../scripts/docker.ts';
import { signalPid, until } from '../../scripts/local/processes.ts';
import { type RunningRabbitmq, startRabbitmq } from '../../scripts/local/rabbitmq.ts';
import { findRabbitmq } from '../../scripts/local/rabbitmq-install.ts';
import { management } from '../../scripts/local/rabbitmq-management.ts';

const STOCK = { durable: true, arguments: { 'x-dead-letter-exchange': 'dead-worker.IN' } };
// Without Docker it is installed where it is missing, for other tests want it too; with Docker nobody expects that.
const missing = findRabbitmq() === undefined && (await engineVersion()) !== undefined;
const options = { skip: missing && 'needs RabbitMQ on this machine' };
let dir: string;
let broker: RunningRabbitmq;

before(async () => {
  if (missing) return;
  dir = await mkdtemp(join(tmpdir(), 'queuelab-test-'));
  broker = await startRabbitmq({ dir, password: 'first' });
});
after(async () => {
  if (missing) return;
  await broker.stop();
  await rm(dir, { recursive: true, force: true });
});

async function withChannel<T>(use: (channel: ConfirmChannel) => Promise<T>): Promise<T> {
  const connection = await connect(broker.url);
  try {
    return await use(await connection.createConfirmChannel());
  } finally {
    await connection.close();
  }
}

/**
 * RabbitMQ confirms before it has written which log belongs to a new queue: that stays in memory for up to 3 s, and
 * a SIGKILL within them loses the queue's messages. So wait until its table of names is on the disk.
 */
async function untilNamed(queue: string): Promise<void> {
  const names = join(dir, 'data/queuelab@localhost/quorum/queuelab@localhost/names.dets');
  const written = await until(async () => (await readFile(names)).includes(queue), { limitMs: 10_000 });
  assert(written, `${queue} did not appear in ${names}`);
}

test('a queue declared as stock participants do is a quorum queue, and may be declared again', options, async () => {
  await withChannel(async (channel) => {
    await channel.assertQueue('worker.IN', STOCK);
    await channel.assertQueue('worker.IN', STOCK);
  });
  const queue = await management(broker.managementUrl).get<{ type: string }>('queues/%2F/worker.IN');
  assert.equal(queue.type, 'quorum');
});

test('there is no guest', options, async () => {
  await assert.rejects(connect(`amqp://guest:guest@127.0.0.1:${broker.amqpPort}`));
});

test('after a crash, on the same ports and with another password, the queued messages are there', options, async () => {
  await withChannel(async (channel) => {
    await channel.assertQueue('worker.IN', STOCK);
    channel.sendToQueue('worker.IN', Buffer.from('kept'), { persistent: true });
    await channel.waitForConfirms();
  });
  await untilNamed('worker.IN');
  const { amqpPort, managementPort, pids } = broker;
  process.kill(pids[0]!, 'SIGKILL');
  await broker.exited;
  broker = await startRabbitmq({ dir, password: 'second', amqpPort, managementPort });
  await withChannel(async (channel) => {
    const message = await new Promise((resolve) => channel.consume('worker.IN', resolve, { noAck: true }));
    assert.equal(String((message as ConsumeMessage).content), 'kept');
  });
});

test('nothing of it is left after stop, its port mapper included', options, async () => {
  await broker.stop();
  assert.deepEqual(
    broker.pids.filter((pid) => signalPid(pid, 0)),
    [],
  );
});
