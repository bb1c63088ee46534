// Starts the real RabbitMQ, privately: own node name, own data, own port mapper (epmd), loopback only. Nothing of it is left after stop.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ManagementApi } from '../../services/shared/messaging/management.ts';
import { freePorts } from './free-port.ts';
import { endOfLog, openLog } from './log-files.ts';
import { type Exit, endChild, exitOf, until } from './processes.ts';
import { ensureRabbitmq, type RabbitmqPrograms } from './rabbitmq-install.ts';
import { createVhost, management, overviewStatus } from './rabbitmq-management.ts';

const START_LIMIT_MS = 120_000;
const STOP_GRACE_MS = 30_000;
const USER = 'lab';
const NODE = 'queuelab@localhost';

export interface RabbitmqOptions {
  /** Where its data, configuration and log are kept, made where it is missing. The same folder again continues with what was queued. */
  dir: string;
  password?: string;
  /** Default: any free port. */
  amqpPort?: number;
  managementPort?: number;
  say?(line: string): void;
  /** What it writes goes here; default: `output.log` in its folder. */
  logFile?: string;
}

export interface RunningRabbitmq {
  /** amqp://lab:…@127.0.0.1:port (the vhost `/`) */
  readonly url: string;
  /** http://lab:…@127.0.0.1:port */
  readonly managementUrl: string;
  readonly amqpPort: number;
  readonly managementPort: number;
  /** 3.10.8, 4.1.0, … */
  readonly version: string;
  /** The broker itself, first, and its port mapper. */
  readonly pids: readonly number[];
  /** The broker's end; its port mapper has ended too then. */
  readonly exited: Promise<Exit>;
  /** Ends it in order. */
  stop(): Promise<void>;
}

/** What the lab sets in Docker too. RabbitMQ 3 does not know the default queue type as a setting: each vhost gets it. */
function labSettings(): string {
  const text = readFileSync(new URL('../../services/rabbitmq/lab.conf', import.meta.url), 'utf8');
  return text.replace(/^default_queue_type.*$/m, '');
}

function configuration(ports: { amqp: number; management: number }, password: string): string {
  return `# Written at each start.
listeners.tcp.1 = 127.0.0.1:${ports.amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = ${ports.management}
default_user = ${USER}
default_pass = ${password}
log.file = false
log.console = true
log.console.level = warning
${labSettings()}`;
}

/** No variable of the caller gets through: a stray RABBITMQ_… would move the node to other data. */
function environment(dir: string, ports: { epmd: number; distribution: number }): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    // Holds the Erlang cookie: what may talk to this node is what can read this folder.
    HOME: dir,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(ports.epmd),
    RABBITMQ_NODENAME: NODE,
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_CONF_ENV_FILE: join(dir, 'rabbitmq-env.conf'),
    RABBITMQ_CONFIG_FILE: join(dir, 'rabbitmq.conf'),
    RABBITMQ_CONFIG_FILES: join(dir, 'conf.d'),
    RABBITMQ_ADVANCED_CONFIG_FILE: fileURLToPath(new URL('../../services/rabbitmq/advanced.config', import.meta.url)),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, 'enabled_plugins'),
    RABBITMQ_GENERATED_CONFIG_DIR: join(dir, 'config'),
    RABBITMQ_MNESIA_BASE: join(dir, 'data'),
    RABBITMQ_LOG_BASE: join(dir, 'log'),
    // Makes the start script become the broker instead of staying its parent: one process, one id, one signal.
    RUNNING_UNDER_SYSTEMD: 'true',
  };
}

/** Ends broker and port mapper when this process dies, however it dies: its standard input ends then. */
function spawnGuard(broker: ChildProcess, epmd: ChildProcess): ChildProcess {
  // Counted, for in a container without an init a dead process can stay a zombie, which `kill -0` takes for alive.
  const script = `cat >/dev/null; kill -TERM "$1"; n=0
    while kill -0 "$1" && [ "$n" -lt ${STOP_GRACE_MS / 200} ]; do sleep 0.2; n=$((n + 1)); done
    kill -KILL "$1"; kill -TERM "$2"`;
  const guard = spawn('sh', ['-c', script, 'queuelab-guard', String(broker.pid), String(epmd.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
  return guard;
}

/** The vhost `/` as a broker makes it at its first start has no default queue type before RabbitMQ 4: it is made again. */
async function ensureDefaultVhost(broker: ManagementApi): Promise<void> {
  const vhost = await broker.get<{ default_queue_type?: string }>('vhosts/%2F');
  if (vhost.default_queue_type === 'quorum') return;
  await broker.delete('vhosts/%2F');
  await createVhost(broker, '/', USER);
}

/** The password of the last start in this folder, which the broker still holds; undefined at the first. */
function lastPassword(dir: string): string | undefined {
  const file = join(dir, 'rabbitmq.conf');
  return existsSync(file) ? /^default_pass = (.*)$/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
}

async function changePassword(programs: RabbitmqPrograms, env: NodeJS.ProcessEnv, password: string): Promise<void> {
  await promisify(execFile)(programs.ctl, ['-n', NODE, 'change_password', USER, password], { env });
}

/**
 * Starts a broker and waits until it takes connections, with the user `lab` (no guest), management, statistics each
 * second, and quorum queues by default. It ends by itself when this process does.
 * @throws {RabbitmqMissing} where it is not installed and cannot be.
 */
export async function startRabbitmq(options: RabbitmqOptions): Promise<RunningRabbitmq> {
  const { password = 'lab' } = options;
  const dir = resolve(options.dir);
  const programs = await ensureRabbitmq(options.say ?? (() => undefined));
  const [amqp, managing, epmdPort, distribution] = (await freePorts(4)) as [number, number, number, number];
  const ports = { amqp: options.amqpPort ?? amqp, management: options.managementPort ?? managing };
  for (const folder of [dir, join(dir, 'conf.d'), join(dir, 'log')])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  const before = lastPassword(dir);
  let passwordIsOld = before !== undefined && before !== password;
  writeFileSync(join(dir, 'rabbitmq.conf'), configuration(ports, password), { mode: 0o600 });
  writeFileSync(join(dir, 'enabled_plugins'), '[rabbitmq_management].\n');
  writeFileSync(join(dir, 'rabbitmq-env.conf'), '');

  const env = environment(dir, { epmd: epmdPort, distribution });
  const epmd = spawn(programs.epmd, [], { env, stdio: 'ignore', detached: true });
  const epmdExited = exitOf(epmd);
  const logFile = options.logFile ?? join(dir, 'output.log');
  const log = openLog(logFile);
  const broker = spawn(programs.server, [], { env, cwd: dir, stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  const guard = spawnGuard(broker, epmd);
  const exited = exitOf(broker).then(async (exit) => {
    guard.kill('SIGKILL');
    await endChild(epmd, epmdExited, 2_000);
    return exit;
  });
  const credentials = `${USER}:${encodeURIComponent(password)}`;
  const managementUrl = `http://${credentials}@127.0.0.1:${ports.management}`;
  const api = management(managementUrl);
  const stop = () => endChild(broker, exited, STOP_GRACE_MS);
  const gone = new AbortController();
  void exited.then(() => gone.abort());
  const up = await until(
    async () => {
      const status = await overviewStatus(api);
      if (status === 401 && passwordIsOld) {
        passwordIsOld = false;
        await changePassword(programs, env, password);
      }
      return status === 200;
    },
    { limitMs: START_LIMIT_MS, everyMs: 150, signal: gone.signal },
  );
  if (!up) {
    await stop();
    throw new Error(`RabbitMQ did not start; the end of its output:\n${endOfLog(logFile)}`);
  }
  await ensureDefaultVhost(api);
  const { rabbitmq_version: version } = await api.get<{ rabbitmq_version: string }>('overview');
  return {
    url: `amqp://${credentials}@127.0.0.1:${ports.amqp}`,
    managementUrl,
    amqpPort: ports.amqp,
    managementPort: ports.management,
    version,
    pids: [broker.pid!, epmd.pid!],
    exited,
    stop,
  };
}
