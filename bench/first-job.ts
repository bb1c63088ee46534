// How long a person waits for the lab, and what it costs their laptop. Its own Compose project on free ports, on images
// that are built before the clock starts.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ConsumeMessage, connect } from 'amqplib';
import { v7 as uuid } from 'uuid';
import { freeLabPorts } from '../scripts/local/lab-ports.ts';
import { itemId } from '../services/shared/messages.ts';
import { readSteps } from '../services/shared/messaging/envelope.ts';
import type { Figures } from './main.ts';
import { median } from './statistics.ts';
import { undoable } from './undo.ts';

const exec = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const WORKER_STARTS = 7;
const START_LIMIT_MS = 30_000;

const seconds = (ms: number): number => Math.round(ms) / 1000;

/** Asks until there is an answer, every few milliseconds, for a minute. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 60_000; Date.now() < end; await pause(5)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error('no answer within a minute');
}

async function firstImage(url: string): Promise<number> {
  const started = performance.now();
  const response = await fetch(`${url}/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ images: [{ source: 'sample:harbour', width: 320, height: 240 }] }),
  });
  if (response.status !== 202) throw new Error(`the first job was answered ${response.status}`);
  const { id } = (await response.json()) as { id: string };
  await until(async () => {
    const job = (await (await fetch(`${url}/jobs/${id}`)).json()) as { state: string };
    return job.state === 'done' ? job : undefined;
  });
  return performance.now() - started;
}

/** Memory of all containers of the project, in MiB, as Docker counts it. */
async function memory(compose: (...args: string[]) => Promise<string>): Promise<number> {
  const ids = (await compose('ps', '-q')).trim().split('\n');
  const { stdout } = await exec('docker', ['stats', '--no-stream', '--format', '{{.MemUsage}}', ...ids]);
  const units: Record<string, number> = { B: 1 / 2 ** 20, KiB: 1 / 1024, MiB: 1, GiB: 1024 };
  return stdout
    .trim()
    .split('\n')
    .reduce((sum, line) => {
      const [, amount, unit] = /^([\d.]+)(\w+)/.exec(line) ?? [];
      return sum + Number(amount) * (units[unit ?? ''] ?? Number.NaN);
    }, 0);
}

/** Starts a process, and ends it when `message` resolves to the times of its first message. */
async function startToMessage(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  message: () => Promise<{ startedAt: number }>,
): Promise<number> {
  const cache = { NODE_COMPILE_CACHE: `${root}/.lab/compile-cache` }; // warm, as in the image
  const started = Date.now();
  const worker = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...cache, ...env },
    stdio: 'ignore',
  });
  try {
    return (await message()).startedAt - started;
  } finally {
    const ended = once(worker, 'exit');
    worker.kill('SIGTERM');
    await ended;
  }
}

/**
 * From the start of a process to the first message in its hands, which waits in its queue: one of our workers, whose answer
 * says when it began, and the plain one, turn by turn. Plain processes against the lab's broker.
 */
async function workerStarts(amqpUrl: string): Promise<{ ours: number[]; plain: number[] }> {
  const broker = await connect(amqpUrl);
  const channel = await broker.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, 'resize.OUT', '');
  await channel.assertQueue('bench.plain', { durable: true });
  // Heard, not asked for: asking every few milliseconds would take the broker's time from the worker that starts.
  let heard = Promise.withResolvers<ConsumeMessage>();
  await channel.consume(queue, (message) => message && heard.resolve(message), { noAck: true });
  const answer = async () => {
    const late = pause(START_LIMIT_MS, undefined, { ref: false }).then(() => {
      throw new Error(`the worker took no message within ${START_LIMIT_MS / 1000} s`);
    });
    const message = await Promise.race([heard.promise, late]);
    heard = Promise.withResolvers();
    const steps = message.properties.headers?.['x-steps'];
    return steps ? readSteps(steps)[0]! : (JSON.parse(message.content.toString()) as { startedAt: number }[])[0]!;
  };
  const ours = (): Promise<number> => {
    const job = uuid();
    const task = {
      item: itemId(job, 0),
      job,
      index: 0,
      source: 'sample:tiny',
      width: 32,
      height: 32,
      fit: 'cover',
      format: 'jpeg',
    };
    channel.sendToQueue('resize.IN', Buffer.from(JSON.stringify(task)), { persistent: true });
    return startToMessage(
      ['services/resize/main.ts'],
      { AMQP_URL: amqpUrl, PORT: '0', REPLICA: `bench-${job}` },
      answer,
    );
  };
  const plain = (): Promise<number> => {
    channel.sendToQueue('bench.plain', Buffer.from('{}'), { persistent: true });
    return startToMessage(['bench/plain-worker.ts', amqpUrl, 'bench.plain', queue], {}, answer);
  };
  try {
    await ours(); // the first ones fill the compile cache
    await plain();
    const starts = { ours: [] as number[], plain: [] as number[] };
    for (let n = 0; n < WORKER_STARTS; n += 1) {
      starts.ours.push(await ours());
      starts.plain.push(await plain());
    }
    return starts;
  } finally {
    await channel.deleteQueue('bench.plain');
    await broker.close();
  }
}

export async function run(progress: (line: string) => void): Promise<Figures> {
  const ports = await freeLabPorts();
  const env = { ...process.env, ...ports, COMPOSE_PROJECT_NAME: `queuelab-bench-${process.pid}` };
  const compose = async (...args: string[]): Promise<string> =>
    (await exec('docker', ['compose', ...args], { cwd: root, env, maxBuffer: 2 ** 26 })).stdout;
  const down = undoable(async () => void (await compose('down', '--volumes', '--timeout', '5')));
  const url = `http://127.0.0.1:${ports.FRONTEND_PORT}`;

  progress('building the image');
  await compose('build', 'frontend');
  try {
    progress('starting the lab');
    const started = performance.now();
    await compose('up', '--wait');
    const healthy = performance.now() - started;
    progress('sending the first job');
    const first = await firstImage(url);
    progress('waiting half a minute for the idle lab');
    await pause(30_000);
    const idle = await memory(compose);

    progress('starting workers');
    await compose('stop', 'resize');
    const amqpUrl = `amqp://lab:${process.env.RABBITMQ_PASSWORD || 'lab'}@127.0.0.1:${ports.RABBITMQ_PORT}`;
    const { ours, plain } = await workerStarts(amqpUrl);

    const size = async (image: string): Promise<number> =>
      Number((await exec('docker', ['image', 'inspect', '--format', '{{.Size}}', image])).stdout);
    const over =
      (await size(process.env.LAB_IMAGE || 'queuelab')) - (await size(process.env.NODE_IMAGE || 'node:24-slim'));
    return {
      'from up to all healthy': { value: seconds(healthy), unit: 's', wanted: '< 30' },
      'from the first POST to its finished image': { value: seconds(first), unit: 's', wanted: '< 5' },
      'memory of the idle lab': { value: Math.round(idle), unit: 'MiB', wanted: '< 1024' },
      'our image over its base': { value: Math.round(over / 1e6), unit: 'MB', wanted: '< 150' },
      'worker: process start to first message': {
        value: seconds(median(ours)),
        unit: 's',
        wanted: '< 0.3',
        samples: ours.map(seconds),
      },
      'the same for a plain amqplib worker': { value: seconds(median(plain)), unit: 's', samples: plain.map(seconds) },
    };
  } finally {
    progress('taking it down');
    await down();
  }
}
