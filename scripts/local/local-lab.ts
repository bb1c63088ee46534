// The whole lab without Docker: reads the Compose file, takes RabbitMQ and PGlite for its backends, supervises the rest.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { createPorts, replicaEnvironment } from './addresses.ts';
import { type ComposeService, readComposeFile } from './compose-file.ts';
import { serveControl } from './control-server.ts';
import { freePort, isFree } from './free-port.ts';
import { type Backend, checkService, launchService, postgresBackend, rabbitmqBackend } from './launch.ts';
import { createLogReader } from './log-files.ts';
import type { Runnable } from './replica-set.ts';
import { settingsOf } from './settings.ts';
import { endLeftovers, runningSupervisor, writeState } from './state-file.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';

/** Where people and the lab's own tools find things. */
export interface Addresses {
  frontend?: string;
  coordinator?: string;
  scaler?: string;
  dial?: string;
  vendor?: string;
  management: string;
  amqp: string;
  database: string;
}

export interface LabAbout {
  pid: number;
  rabbitmq?: string;
  addresses: Addresses;
  /** What its services were told to do: settings.ts. */
  settings: Record<string, string>;
  /** Services of the Compose file that plain processes cannot give. */
  leftOut: string[];
}

export interface LocalLab {
  readonly supervisor: Supervisor;
  readonly services: readonly string[];
  about(): LabAbout;
  /** Ends everything in order, whatever fails. */
  close(): Promise<void>;
}

/** Another supervisor runs in this folder. */
export class AlreadyRunning extends Error {
  override readonly name = 'AlreadyRunning';
}

export interface LocalLabOptions {
  /** The folder of docker-compose.yml. */
  root: string;
  env: NodeJS.ProcessEnv;
  say(line: string): void;
  /** Each line of each replica's log. */
  onLog(replica: string, line: string): void;
  /** Somebody asked over the socket to end all. */
  onStopAsked(): void;
}

export const labFolder = (root: string): string => join(root, '.lab');
export const socketFile = (root: string): string => join(labFolder(root), 'supervisor.sock');
export const stateFile = (root: string): string => join(labFolder(root), 'state.json');
export const logFolder = (root: string): string => join(labFolder(root), 'logs');
/** What the supervisor itself says when it runs in the background. Not among the replicas' logs, which it reads. */
export const backgroundLog = (root: string): string => join(labFolder(root), 'lab.log');
export const logFile = (root: string, replica: string): string => join(logFolder(root), `${replica}.log`);

const READ_LOGS_EVERY_MS = 150;

/** The environment, on top of the `.env` file beside the Compose file, as Compose reads them. */
export function composeVariables(root: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const file = join(root, '.env');
  return { ...(existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}), ...env };
}

const BACKENDS = ['rabbitmq', 'postgres'];

/** The published port where it is free, else another, and says so: nothing that a person types depends on it. */
async function backendPort(
  service: ComposeService | undefined,
  target: number,
  say: (line: string) => void,
): Promise<number> {
  const wanted = service?.ports.find((port) => port.target === target)?.from;
  if (wanted === undefined) return freePort();
  if (await isFree(wanted)) return wanted;
  const port = await freePort();
  say(`port ${wanted} for ${service?.name} is taken: it listens on ${port} instead`);
  return port;
}

/** Hands on what the replicas write into their logs. */
function readLogs(root: string, onLog: (replica: string, line: string) => void) {
  const reader = createLogReader(logFolder(root), () => true, onLog);
  // What earlier runs have written is not news.
  reader.last(0);
  let reading = Promise.resolve();
  const read = (): void => {
    reading = reading.then(() => reader.poll());
  };
  const timer = setInterval(read, READ_LOGS_EVERY_MS);
  return {
    async close(): Promise<void> {
      clearInterval(timer);
      read();
      await reading;
    },
  };
}

function password(variables: NodeJS.ProcessEnv, name: string): string {
  return variables[name] || 'lab';
}

/**
 * Builds the lab and takes its folder; starts nothing yet but the control socket.
 * @throws {AlreadyRunning} {ComposeError} {PortTaken}
 */
export async function openLocalLab(options: LocalLabOptions): Promise<LocalLab> {
  const { root, say } = options;
  const lab = labFolder(root);
  mkdirSync(lab, { recursive: true, mode: 0o700 });
  const running = runningSupervisor(stateFile(root));
  if (running !== undefined)
    throw new AlreadyRunning(`the lab runs already (process ${running}); ./lab status shows it, ./lab down ends it`);
  const ended = await endLeftovers(stateFile(root));
  if (ended.length > 0) say(`ended what an earlier run had left: ${ended.join(', ')}`);

  const variables = composeVariables(root, options.env);
  const composeFile = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
  const all = readComposeFile(composeFile, variables);
  const settings = settingsOf(composeFile, variables);
  const active = all.filter(({ profiles }) => profiles.length === 0);
  const known = active.filter(({ name, command }) => BACKENDS.includes(name) || command[0] === 'node');
  const leftOut = active.filter((service) => !known.includes(service)).map(({ name }) => name);
  const find = (name: string): ComposeService | undefined => known.find((service) => service.name === name);

  const amqpPort = await backendPort(find('rabbitmq'), 5672, say);
  const managementPort = await backendPort(find('rabbitmq'), 15672, say);
  const databasePort = await freePort();
  const ours = known.filter(({ name }) => !BACKENDS.includes(name));
  const ports = createPorts(ours);
  const fixed = new Map([
    ['rabbitmq:5672', amqpPort],
    ['rabbitmq:15672', managementPort],
    ['postgres:5432', databasePort],
  ]);
  const addresses = await ports.addresses(fixed);
  for (const service of ours) if (service.ports.length > 0) await ports.portOf(service, `${service.name}-1`);

  const logs = readLogs(root, options.onLog);
  const secrets = {
    rabbitmq: password(variables, 'RABBITMQ_PASSWORD'),
    postgres: password(variables, 'POSTGRES_PASSWORD'),
  };
  let rabbitmq: string | undefined;
  const backends: Record<string, Backend> = {
    rabbitmq: rabbitmqBackend({
      dir: join(lab, 'rabbitmq'),
      password: secrets.rabbitmq,
      amqpPort,
      managementPort,
      onVersion: (version) => {
        rabbitmq = version;
      },
    }),
    postgres: postgresBackend({ dir: join(lab, 'postgres'), password: secrets.postgres, port: databasePort }),
  };

  const runnable = (service: ComposeService): Runnable => {
    const backend = BACKENDS.includes(service.name) ? backends[service.name] : undefined;
    if (backend !== undefined) {
      return {
        service,
        most: 1,
        prepare: async () => undefined,
        launch: (replica) => backend.launch(logFile(root, replica), say),
        check: () => backend.check(),
        forget: () => undefined,
      };
    }
    const environment = async (replica: string) =>
      replicaEnvironment(service, replica, {
        port: await ports.portOf(service, replica),
        addresses,
        supervisor: resolve(socketFile(root)),
      });
    return {
      service,
      most: Number.POSITIVE_INFINITY,
      async prepare(replica) {
        const port = await ports.portOf(service, replica);
        return service.environment.PORT === undefined ? undefined : `127.0.0.1:${port}`;
      },
      launch: async (replica) =>
        launchService(service, await environment(replica), { root, lab, logFile: logFile(root, replica) }),
      check: async (replica) => checkService(service, await environment(replica), root),
      forget: ports.release,
    };
  };

  const supervisor = createSupervisor({
    services: known.map(runnable),
    say,
    onChange: () => writeState(stateFile(root), supervisor.processes()),
  });
  writeState(stateFile(root), []);

  const url = async (name: string): Promise<string | undefined> => {
    const service = find(name);
    return service && `http://127.0.0.1:${await ports.portOf(service, `${name}-1`)}`;
  };
  const encoded = { rabbitmq: encodeURIComponent(secrets.rabbitmq), postgres: encodeURIComponent(secrets.postgres) };
  const where: Addresses = {
    frontend: await url('frontend'),
    coordinator: await url('coordinator'),
    scaler: await url('scaler'),
    dial: await url('dial'),
    vendor: await url('vendor'),
    management: `http://lab:${encoded.rabbitmq}@127.0.0.1:${managementPort}`,
    amqp: `amqp://lab:${encoded.rabbitmq}@127.0.0.1:${amqpPort}`,
    database: `postgres://lab:${encoded.postgres}@127.0.0.1:${databasePort}/lab`,
  };
  const about = (): LabAbout => ({ pid: process.pid, rabbitmq, addresses: where, settings, leftOut });
  const control = await serveControl(socketFile(root), { supervisor, about, stopAll: options.onStopAsked });

  return {
    supervisor,
    services: known.map(({ name }) => name),
    about,
    async close() {
      try {
        await supervisor.stop();
      } finally {
        await new Promise((resolve) => {
          control.close(resolve);
          control.closeAllConnections();
        });
        await logs.close();
        for (const file of [socketFile(root), stateFile(root)]) rmSync(file, { force: true });
      }
    },
  };
}
