// What accepting is measured on: a real RabbitMQ and a real PostgreSQL in containers, the front end and the bare handler beside it as
// processes of their own. Work that is accepted stays in the queue: nobody takes it, so that only accepting is measured.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type ChannelModel, connect } from 'amqplib';
import { Client } from 'pg';
import { freePorts } from '../../scripts/local/free-port.ts';
import { databaseAnswers } from '../../scripts/local/postgres.ts';
import { until } from '../../scripts/local/processes.ts';
import { addVhost, containerBroker } from '../../tests/helpers/servers.ts';
import { undoable } from '../undo.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const POSTGRES_IMAGE = process.env.POSTGRES_IMAGE || 'postgres:18';
const READY_MS = 60_000;
const VHOST = 'accept';
const EXCHANGE = 'web.IMAGES';
const QUEUE = 'resize.IN';

/** A process that takes jobs. */
export interface Accepting {
  /** Where it takes them: `http://127.0.0.1:port/jobs`. */
  readonly jobs: string;
  /** Resident memory in MB; NaN where there is no /proc. */
  memory(): Promise<number>;
  end(): Promise<void>;
}

export interface Stage {
  frontEnd(): Promise<Accepting>;
  bareHandler(): Promise<Accepting>;
  /** Takes all messages out of the queue and all jobs out of the ledger. */
  empty(): Promise<void>;
  /** Messages in the queue. */
  waiting(): Promise<number>;
  sql(statement: string): Promise<void>;
  remove(): Promise<void>;
}

/** PostgreSQL as the lab has it: what it has committed is on the disk. */
async function openPostgres(): Promise<{ url: string; remove(): Promise<void> }> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer(POSTGRES_IMAGE)
    .withExposedPorts(5432)
    .withEnvironment({ POSTGRES_USER: 'lab', POSTGRES_PASSWORD: 'lab', POSTGRES_DB: 'lab' })
    .withSharedMemorySize(128 * 1024 * 1024)
    .withWaitStrategy(Wait.forListeningPorts())
    .start();
  const url = `postgres://lab:lab@127.0.0.1:${container.getMappedPort(5432)}/lab`;
  const remove = async () => void (await container.stop({ remove: true, removeVolumes: true, timeout: 0 }));
  if (await until(() => databaseAnswers(url), { limitMs: READY_MS })) return { url, remove };
  await remove();
  throw new Error(`PostgreSQL did not come up within ${READY_MS / 1000} s`);
}

/** The queue that the first worker role would take from, wired to the front end as the coordinator would do it. */
async function wire(connection: ChannelModel) {
  const channel = await connection.createChannel();
  await channel.assertExchange(EXCHANGE, 'fanout', { durable: true });
  await channel.assertQueue(QUEUE, { durable: true, deadLetterExchange: `dead-${QUEUE}` });
  await channel.bindQueue(QUEUE, EXCHANGE, '');
  return channel;
}

async function startAccepting(
  args: readonly string[],
  port: number,
  env: NodeJS.ProcessEnv,
  ready: string,
): Promise<Accepting> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  const end = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended; // again, at once, where it has ended before
  };
  const answers = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`${args[0]} ended with ${child.exitCode}`);
    const response = await fetch(`http://127.0.0.1:${port}${ready}`).catch(() => undefined);
    // The bare handler has no such page: that it says so is enough.
    return response !== undefined && response.status < 500;
  };
  if (!(await until(answers, { limitMs: READY_MS }))) {
    await end();
    throw new Error(`${args[0]} does not answer within ${READY_MS / 1000} s`);
  }
  return {
    jobs: `http://127.0.0.1:${port}/jobs`,
    async memory() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6;
    },
    end,
  };
}

export async function openStage(progress: (line: string) => void): Promise<Stage> {
  progress('starting RabbitMQ and PostgreSQL');
  const broker = await containerBroker();
  const undo = [broker.remove];
  const remove = undoable(async () => {
    for (const step of undo.reverse()) await step().catch((error: unknown) => progress(String(error)));
  });
  const kept = async (starting: Promise<Accepting>): Promise<Accepting> => {
    const accepting = await starting;
    undo.push(accepting.end);
    return accepting;
  };
  try {
    const postgres = await openPostgres();
    undo.push(postgres.remove);
    await addVhost(broker.managementUrl, VHOST);
    const amqpUrl = `${broker.url}/${VHOST}`;
    const connection = await connect(amqpUrl, { noDelay: true });
    undo.push(() => connection.close());
    const channel = await wire(connection);
    const sql = new Client({ connectionString: postgres.url });
    await sql.connect();
    undo.push(() => sql.end());
    return {
      async frontEnd() {
        const [port] = (await freePorts(1)) as [number];
        const env = {
          AMQP_URL: amqpUrl,
          MANAGEMENT_URL: broker.managementUrl,
          DATABASE_URL: postgres.url,
          VENDOR_URL: 'http://127.0.0.1:9', // nobody asks it: no image gets that far
          HOST: '127.0.0.1',
          PORT: String(port),
          LOG_LEVEL: 'error',
        };
        return kept(startAccepting(['services/frontend/main.ts'], port, env, '/readyz'));
      },
      async bareHandler() {
        const [port] = (await freePorts(1)) as [number];
        return kept(startAccepting(['bench/accept/bare-handler.ts', amqpUrl, EXCHANGE, String(port)], port, {}, '/'));
      },
      async empty() {
        await channel.purgeQueue(QUEUE);
        await sql.query('TRUNCATE jobs CASCADE');
      },
      waiting: async () => (await channel.checkQueue(QUEUE)).messageCount,
      sql: async (statement) => void (await sql.query(statement)),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
