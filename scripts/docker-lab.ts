// The lab on Docker: every hand is a plain `docker compose` command, printed before it is run.
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { CannotRun } from './command.ts';
import { composeVersion, engineVersion } from './docker.ts';
import { cutOff, placesOf, putBack } from './docker-networks.ts';
import type { LabAddresses, ReplicaHealth, ReplicaView, RunningLab, ServiceView, Target } from './lab-view.ts';
import { readComposeFile } from './local/compose-file.ts';
import { composeVariables } from './local/local-lab.ts';
import { renderLogLine } from './local/log-line.ts';
import { exitOf } from './local/processes.ts';
import { paint } from './terminal.ts';

const run = promisify(execFile);

interface Container {
  Service: string;
  Name: string;
  State: string;
  Health: string;
  ExitCode: number;
}

async function ask(...args: string[]): Promise<string> {
  return (await run('docker', ['compose', ...args], { maxBuffer: 16 * 1024 * 1024 })).stdout.trim();
}

/** As a shell takes it for one word. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** Prints a `docker` command as a person would type it, and runs it; answers with its exit code. */
export async function aloud(...args: string[]): Promise<number> {
  console.log(paint('dim', `$ docker ${args.map(quoted).join(' ')}`));
  const { code } = await exitOf(spawn('docker', args, { stdio: 'inherit' }));
  return code ?? 1;
}

/** The same for a `docker compose` command. */
export const composeAloud = (...args: string[]): Promise<number> => aloud('compose', ...args);

/** The same; @throws {CannotRun} where it fails, after what docker itself said. */
export async function must(...args: string[]): Promise<void> {
  if ((await aloud(...args)) !== 0) throw new CannotRun('docker failed, see above');
}

/** Compose answers with an array in some versions and with a line for each in others. */
function containers(json: string): Container[] {
  if (json === '') return [];
  return json.startsWith('[') ? JSON.parse(json) : json.split('\n').map((line) => JSON.parse(line));
}

function health({ State, Health }: Container): ReplicaHealth {
  if (State === 'restarting') return 'waiting';
  if (State !== 'running' && State !== 'paused') return 'down';
  if (Health === 'unhealthy') return 'unhealthy';
  return Health === 'starting' ? 'starting' : 'healthy';
}

function view(container: Container): ReplicaView {
  const { Name: name, State, ExitCode } = container;
  const seen = { name, state: health(container) };
  if (State === 'paused') return { ...seen, detail: 'paused', paused: true };
  if (State === 'exited') return { ...seen, detail: `exit code ${ExitCode}`, exitCode: ExitCode };
  return { ...seen, detail: '' };
}

async function services(): Promise<ServiceView[]> {
  const all = containers(await ask('ps', '--all', '--format', 'json'));
  const file = readComposeFile(readFileSync('docker-compose.yml', 'utf8'), composeVariables('.', process.env));
  // In the order of the file, which is the order of the diagram.
  const names = file.filter(({ name, profiles }) => profiles.length === 0 || all.some((one) => one.Service === name));
  return names.map(({ name }) => ({
    name,
    replicas: all
      .filter((one) => one.Service === name)
      .map(view)
      .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })),
  }));
}

/** Where a port of a service is published, or undefined. */
async function published(service: string, port: number): Promise<string | undefined> {
  try {
    return (await ask('port', service, String(port))).replace('0.0.0.0', '127.0.0.1') || undefined;
  } catch {
    return undefined;
  }
}

async function addresses(): Promise<LabAddresses> {
  const [frontend, coordinator, scaler, dial, amqp, management] = await Promise.all([
    published('frontend', 8080),
    published('coordinator', 3569),
    published('scaler', 3570),
    published('dial', 3571),
    published('rabbitmq', 5672),
    published('rabbitmq', 15672),
  ]);
  const password = encodeURIComponent(composeVariables('.', process.env).RABBITMQ_PASSWORD || 'lab');
  return {
    frontend: frontend && `http://${frontend}`,
    coordinator: coordinator && `http://${coordinator}`,
    scaler: scaler && `http://${scaler}`,
    dial: dial && `http://${dial}`,
    amqp: amqp && `amqp://lab:${password}@${amqp}`,
    management: management && `http://lab:${password}@${management}`,
  };
}

async function logs(service: string | undefined, options: { follow: boolean; lines: number }): Promise<void> {
  const args = ['logs', '--no-color', `--tail=${options.lines}`, ...(options.follow ? ['--follow'] : [])];
  const child = spawn('docker', ['compose', ...args, ...(service ? [service] : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = exitOf(child);
  for await (const line of createInterface({ input: child.stdout })) {
    // `resize-1  | {…}`
    const [, replica, rest] = /^(\S+)\s+\| ?(.*)$/.exec(line) ?? [];
    console.log(replica === undefined ? line : renderLogLine(replica, rest ?? ''));
  }
  await exited;
}

/** The containers that a target means, by name. */
async function namesOf({ service, replica }: Target): Promise<string[]> {
  if (replica !== undefined) return [replica];
  return (await services()).find(({ name }) => name === service)?.replicas.map(({ name }) => name) ?? [];
}

/** One of Compose's verbs for a service, which are the engine's for a container. */
const each =
  (verb: string) =>
  ({ service, replica }: Target): Promise<void> =>
    replica === undefined ? must('compose', verb, service) : must(verb, replica);

export const dockerLab: RunningLab = {
  mode: 'docker',
  services,
  addresses,
  up: async (chosen) => (await composeAloud('up', '--build', '--wait', ...chosen)) === 0,
  kill: ({ service, replica }, signal) =>
    replica === undefined ? must('compose', 'kill', '-s', signal, service) : must('kill', '-s', signal, replica),
  scale: (service, replicas) =>
    must('compose', 'up', '--detach', '--no-recreate', '--wait', '--scale', `${service}=${replicas}`, service),
  restart: each('restart'),
  stop: each('stop'),
  start: each('start'),
  pause: each('pause'),
  resume: each('unpause'),
  places: placesOf,
  async cut(target) {
    for (const name of await namesOf(target)) await cutOff(name, must);
  },
  async heal(target, places = {}) {
    const siblings = await namesOf({ service: target.service });
    for (const name of await namesOf(target)) await putBack(name, { places: places[name], siblings }, must);
  },
  logs,
};

/** Whether Docker could run the lab. */
export async function dockerIsHere(): Promise<boolean> {
  return (await engineVersion()) !== undefined && (await composeVersion()) !== undefined;
}

/** The lab on Docker, where any of its containers is there. */
export async function findDockerLab(): Promise<RunningLab | undefined> {
  if (!(await dockerIsHere())) return undefined;
  return (await ask('ps', '--all', '--quiet')) === '' ? undefined : dockerLab;
}
