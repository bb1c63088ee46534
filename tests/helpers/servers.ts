// Starts a RabbitMQ and a PostgreSQL for tests: containers where a Docker engine answers, else private ones on this machine.
import { execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { engineVersion, haveImage } from '../../scripts/docker.ts';
import { freePorts } from '../../scripts/local/free-port.ts';
import { databaseAnswers, startPostgres } from '../../scripts/local/postgres.ts';
import { until } from '../../scripts/local/processes.ts';
import { startRabbitmq } from '../../scripts/local/rabbitmq.ts';
import { findRabbitmq } from '../../scripts/local/rabbitmq-install.ts';
import { createVhost, management, overviewStatus } from '../../scripts/local/rabbitmq-management.ts';

export const RABBITMQ_IMAGE = process.env.RABBITMQ_IMAGE || 'rabbitmq:4-management';
const POSTGRES_IMAGE = process.env.POSTGRES_IMAGE || 'postgres:18';
const READY_MS = 120_000;

export interface BrokerServer {
  /** What it is, for a line that says so. */
  readonly label: string;
  /** amqp://lab:lab@127.0.0.1:port, the same for its whole life */
  readonly url: string;
  readonly managementUrl: string;
  /** Stops it in order; what is durable is kept. */
  stop(): Promise<void>;
  /** SIGKILL, or another signal. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same ports, and waits until it takes connections. */
  start(): Promise<void>;
  /** Raises or clears the memory alarm, in which it takes no messages. Needs a second or two. */
  alarm(on: boolean): Promise<void>;
  /** Ends it and throws its data away. */
  remove(): Promise<void>;
}

export interface DatabaseServer {
  readonly label: string;
  /** `postgres://…` of a server, or `pglite:<folder>`: an empty database of which each test takes a copy. */
  readonly url: string;
  remove(): Promise<void>;
}

/** Why a container cannot be had, or undefined where it can. */
export async function noContainer(image: string): Promise<string | undefined> {
  if ((await engineVersion()) === undefined) return 'no Docker engine answers';
  if (!(await haveImage(image))) return `the image ${image} is not here and cannot be pulled`;
  return undefined;
}

/** testcontainers, told to leave no helper container behind: what starts a container here also removes it. */
async function testcontainers() {
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
  process.env.TESTCONTAINERS_HOST_OVERRIDE ||= '127.0.0.1';
  return import('testcontainers');
}

/** Removes a container when this process dies without having done so: its standard input ends then. */
function guardContainer(id: string): void {
  const script = 'cat >/dev/null; docker rm --force --volumes "$1" >/dev/null 2>&1';
  const guard = spawn('sh', ['-c', script, 'queuelab-guard', id], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
}

/** What rabbitmqctl is told to raise the memory alarm (no memory is little enough), or to clear it. */
const watermark = (alarm: boolean): string[] => ['set_vm_memory_high_watermark', alarm ? '0' : '0.6'];

export async function containerBroker(): Promise<BrokerServer> {
  const { GenericContainer, Wait, getContainerRuntimeClient } = await testcontainers();
  // Ports chosen here stay the same when the container is stopped and started.
  const [amqp, managing] = (await freePorts(2)) as [number, number];
  const container = await new GenericContainer(RABBITMQ_IMAGE)
    .withExposedPorts({ container: 5672, host: amqp }, { container: 15672, host: managing })
    .withEnvironment({
      RABBITMQ_DEFAULT_USER: 'lab',
      RABBITMQ_DEFAULT_PASS: 'lab',
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-rabbit collect_statistics_interval 1000',
    })
    .withWaitStrategy(Wait.forLogMessage(/Server startup complete/))
    .start();
  guardContainer(container.getId());
  const handle = (await getContainerRuntimeClient()).container.getById(container.getId());
  const managementUrl = `http://lab:lab@127.0.0.1:${managing}`;
  return {
    label: RABBITMQ_IMAGE,
    url: `amqp://lab:lab@127.0.0.1:${amqp}`,
    managementUrl,
    stop: async () => void (await handle.stop({ t: 30 })),
    kill: async (signal = 'SIGKILL') => {
      await handle.kill({ signal });
      await handle.wait();
    },
    start: async () => {
      await handle.start();
      await brokerAnswers(managementUrl);
    },
    alarm: async (on) => {
      const { exitCode, output } = await container.exec(['rabbitmqctl', ...watermark(on)]);
      if (exitCode !== 0) throw new Error(`rabbitmqctl failed: ${output}`);
    },
    remove: async () => void (await container.stop({ remove: true, removeVolumes: true, timeout: 0 })),
  };
}

async function brokerAnswers(managementUrl: string): Promise<void> {
  const api = management(managementUrl);
  const up = await until(async () => (await overviewStatus(api)) === 200, { limitMs: READY_MS });
  if (!up) throw new Error(`the broker at ${new URL(managementUrl).host} did not come up within ${READY_MS / 1000} s`);
}

export async function privateBroker(say: (line: string) => void): Promise<BrokerServer> {
  const dir = await mkdtemp(join(tmpdir(), 'queuelab-broker-'));
  let running = await startRabbitmq({ dir, say });
  const { url, managementUrl, amqpPort, managementPort, version } = running;
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    process.kill(running.pids[0]!, signal);
    await running.exited;
  };
  return {
    label: `a private RabbitMQ ${version}`,
    url,
    managementUrl,
    stop: () => running.stop(),
    kill,
    start: async () => {
      running = await startRabbitmq({ dir, amqpPort, managementPort, say });
    },
    alarm: async (on) => {
      // The node can be reached with the surroundings that it was started in alone: its home has the secret, a variable the port.
      const surroundings = (await readFile(`/proc/${running.pids[0]}/environ`, 'utf8')).split('\0').filter(Boolean);
      const env = Object.fromEntries(surroundings.map((entry) => entry.split(/=(.*)/s, 2)));
      await promisify(execFile)(findRabbitmq()!.ctl, ['-n', env.RABBITMQ_NODENAME, ...watermark(on)], { env });
    },
    remove: async () => {
      const ended = await Promise.race([
        running.exited.then(() => true),
        new Promise((later) => setImmediate(later, false)),
      ]);
      if (!ended) await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A broker of its own, with the user `lab` and its password `lab`. */
export async function startBrokerServer(say: (line: string) => void): Promise<BrokerServer> {
  const reason = await noContainer(RABBITMQ_IMAGE);
  if (reason === undefined) return containerBroker();
  say(`${reason}: the tests use a private RabbitMQ`);
  return privateBroker(say);
}

/** Makes a vhost with quorum queues by default, and says how to remove it. */
export async function addVhost(managementUrl: string, vhost: string): Promise<() => Promise<void>> {
  const api = management(managementUrl);
  await createVhost(api, vhost, 'lab');
  return () => api.delete(`vhosts/${encodeURIComponent(vhost)}`);
}

async function containerDatabase(): Promise<DatabaseServer> {
  const { GenericContainer, Wait } = await testcontainers();
  const container = await new GenericContainer(POSTGRES_IMAGE)
    .withExposedPorts(5432)
    .withEnvironment({ POSTGRES_USER: 'lab', POSTGRES_PASSWORD: 'lab', POSTGRES_DB: 'lab' })
    // What a test wrote need not survive a power cut.
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'max_connections=200'])
    .withWaitStrategy(Wait.forListeningPorts())
    .start();
  guardContainer(container.getId());
  const url = `postgres://lab:lab@127.0.0.1:${container.getMappedPort(5432)}/lab`;
  const remove = async () => void (await container.stop({ remove: true, removeVolumes: true, timeout: 0 }));
  if (!(await until(() => databaseAnswers(url), { limitMs: READY_MS }))) {
    await remove();
    throw new Error(`PostgreSQL did not come up within ${READY_MS / 1000} s`);
  }
  return { label: POSTGRES_IMAGE, url, remove };
}

/** An empty database in a folder: copying it takes 50 ms, making it 4 s. */
async function privateDatabase(): Promise<DatabaseServer> {
  const dir = await mkdtemp(join(tmpdir(), 'queuelab-database-'));
  const empty = join(dir, 'empty');
  await (await startPostgres({ dir: empty })).stop();
  return { label: 'PGlite', url: `pglite:${empty}`, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** Starts a PGlite on a copy of an empty database. */
export async function startCopy(empty: string): Promise<{ url: string; remove(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'queuelab-database-'));
  await cp(empty, join(dir, 'data'), { recursive: true });
  const postgres = await startPostgres({ dir: join(dir, 'data') });
  return {
    url: postgres.url,
    remove: async () => {
      await postgres.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A PostgreSQL for many tests, or an empty PGlite database to copy. */
export async function startDatabaseServer(say: (line: string) => void): Promise<DatabaseServer> {
  const reason = await noContainer(POSTGRES_IMAGE);
  if (reason === undefined) return containerDatabase();
  say(`${reason}: the tests use PGlite`);
  return privateDatabase();
}
