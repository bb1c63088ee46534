// Finds RabbitMQ's programs on this machine; installs them from the distribution where that is possible without asking.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { exitOf } from './processes.ts';

export interface RabbitmqPrograms {
  server: string;
  ctl: string;
  epmd: string;
}

/** RabbitMQ is not here; the message ends with the one line that installs it. */
export class RabbitmqMissing extends Error {
  override readonly name = 'RabbitmqMissing';
}

// The scripts in Debian's and Red Hat's /usr/sbin insist on the system's own user; those behind them run for anyone.
const BEHIND_THE_WRAPPERS = ['/usr/lib/rabbitmq/bin'];
const OFTEN_NOT_ON_THE_PATH = [
  '/usr/local/sbin',
  '/opt/homebrew/sbin',
  '/usr/sbin',
  '/usr/lib/erlang/bin',
  '/usr/lib64/erlang/bin',
];

/** Where a distribution asks whether it may start a service that was just installed. */
const POLICY = '/usr/sbin/policy-rc.d';

function find(program: string): string | undefined {
  const onPath = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of [...BEHIND_THE_WRAPPERS, ...onPath, ...OFTEN_NOT_ON_THE_PATH]) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  return undefined;
}

/** The programs, where all of them are here. */
export function findRabbitmq(): RabbitmqPrograms | undefined {
  const [server, ctl, epmd] = [find('rabbitmq-server'), find('rabbitmqctl'), find('epmd')];
  return server !== undefined && ctl !== undefined && epmd !== undefined ? { server, ctl, epmd } : undefined;
}

/** The line that a person types to install RabbitMQ. */
export function installLine(
  platform: NodeJS.Platform = process.platform,
  has = (program: string) => find(program) !== undefined,
): string {
  if (platform === 'darwin') return 'brew install rabbitmq';
  if (platform === 'win32') return 'choco install rabbitmq';
  const managers = [
    ['apt-get', 'sudo apt-get install -y rabbitmq-server'],
    ['dnf', 'sudo dnf install -y rabbitmq-server'],
    ['pacman', 'sudo pacman -S rabbitmq'],
    ['zypper', 'sudo zypper install rabbitmq-server'],
    ['apk', 'sudo apk add rabbitmq-server'],
    ['brew', 'brew install rabbitmq'],
  ] as const;
  const known = managers.find(([program]) => has(program));
  return known?.[1] ?? 'see https://www.rabbitmq.com/docs/download';
}

function epmdPids(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'epmd';
    } catch {
      return false;
    }
  });
}

async function apt(...args: string[]): Promise<boolean> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { code } = await exitOf(spawn('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] }));
  return code === 0;
}

/** Installs the package, and leaves no server of the system running: the lab starts its own. */
async function installFromDistribution(): Promise<void> {
  const before = epmdPids();
  const ownPolicy = !existsSync(POLICY);
  if (ownPolicy) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const install = ['install', '-y', '--no-install-recommends', 'rabbitmq-server'];
    if (!(await apt(...install))) {
      await apt('update');
      await apt(...install);
    }
  } finally {
    if (ownPolicy) rmSync(POLICY, { force: true });
  }
  if (existsSync('/run/systemd/system')) {
    spawnSync('systemctl', ['disable', '--now', 'rabbitmq-server', 'epmd.socket', 'epmd.service'], { stdio: 'ignore' });
  }
  // The package's set-up starts Erlang's port mapper and leaves it.
  for (const pid of epmdPids().filter((pid) => !before.includes(pid))) process.kill(Number(pid), 'SIGTERM');
}

/**
 * RabbitMQ's programs; on Debian and Ubuntu, as root, installed from the distribution where they are missing.
 * @throws {RabbitmqMissing}
 */
export async function ensureRabbitmq(say: (line: string) => void): Promise<RabbitmqPrograms> {
  const here = findRabbitmq();
  if (here !== undefined) return here;
  if (find('apt-get') !== undefined && process.getuid?.() === 0) {
    say('RabbitMQ is not installed: installing it from the distribution (apt-get install rabbitmq-server)');
    await installFromDistribution();
    const installed = findRabbitmq();
    if (installed !== undefined) return installed;
  }
  throw new RabbitmqMissing(`RabbitMQ is not installed. To install it: ${installLine()}`);
}
