// One contender, one run: a queue with all messages in it, and how fast they come out at the other end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ChannelModel, connect } from 'amqplib';
import { body, IN, OUT } from './flow.ts';

const SINK = 'sink';
const POLL_MS = 10;
/** Nothing came out for so long: it hangs. */
const STUCK_MS = 20_000;
/** The first part is not counted: the process starts, the code is compiled, buffers fill. */
const WARM_UP = 0.1;
const WARM_UP_MS = 2_000;

/** What came out until when. */
interface Reading {
  count: number;
  /** Milliseconds. */
  at: number;
}

export interface Run {
  messages: number;
  bytes: number;
  /** For who takes too long for all of them: so much time is measured, and nothing is checked at the end. */
  seconds?: number;
  /** For the contender, after the broker's address. */
  argument?: string;
}

/** Fresh queues, with `count` messages of `bytes` bytes on the input, all confirmed. */
async function fill(connection: ChannelModel, count: number, bytes: number): Promise<void> {
  const channel = await connection.createConfirmChannel();
  for (const queue of [IN, SINK]) await channel.deleteQueue(queue);
  await channel.assertQueue('fbp', { durable: true });
  await channel.assertQueue(IN, { durable: true, deadLetterExchange: `dead-${IN}` });
  await channel.assertExchange(OUT, 'fanout', { durable: true });
  await channel.assertQueue(SINK, { durable: true });
  await channel.bindQueue(SINK, OUT, '');
  for (let n = 0; n < count; n += 1) {
    channel.sendToQueue(IN, body(n, bytes), { persistent: true, contentType: 'application/json' });
    if (n % 1_000 === 999) await channel.waitForConfirms();
  }
  await channel.waitForConfirms();
  await channel.close();
}

/**
 * Messages a second through a contender's process, once it is warm.
 * @throws where one was lost, came twice, or stayed unanswered.
 */
export async function runContender(
  file: string,
  url: string,
  { messages, bytes, seconds, argument }: Run,
): Promise<number> {
  const connection = await connect(url, { noDelay: true });
  const program = fileURLToPath(new URL(file, import.meta.url));
  await fill(connection, messages, bytes);
  const channel = await connection.createChannel();
  const arrived = async () => (await channel.checkQueue(SINK)).messageCount;
  const contender = spawn(process.execPath, [program, url, ...(argument ? [argument] : [])], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(contender, 'exit');
  try {
    let first: Reading | undefined;
    let last: Reading = { at: performance.now(), count: 0 };
    const warm = ({ at, count }: Reading): boolean =>
      seconds === undefined ? count >= messages * WARM_UP : count > 0 && at - last.at > WARM_UP_MS;
    const over = ({ at, count }: Reading): boolean =>
      count === messages || (seconds !== undefined && first !== undefined && at - first.at >= seconds * 1000);
    for (;;) {
      await pause(POLL_MS);
      const now = { count: await arrived(), at: performance.now() };
      if (contender.exitCode !== null) throw new Error(`${file} ended with ${contender.exitCode}`);
      if (first === undefined) {
        if (warm(now)) first = now;
        if (seconds !== undefined) continue;
      }
      if (now.count > last.count) last = now;
      else if (now.at - last.at > STUCK_MS) throw new Error(`${file} stopped after ${last.count} of ${messages}`);
      if (over(now)) break;
    }
    contender.kill('SIGTERM');
    if (seconds === undefined) {
      await ended;
      const left = (await channel.checkQueue(IN)).messageCount;
      const out = await arrived();
      if (left !== 0 || out !== messages) throw new Error(`${file}: ${left} left and ${out} of ${messages} came out`);
    }
    return (last.count - first!.count) / ((last.at - first!.at) / 1000);
  } finally {
    contender.kill('SIGKILL');
    await ended;
    await connection.close();
  }
}
