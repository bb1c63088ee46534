// The lab without Docker: talks to the supervisor that runs in the terminal of `npm start`, or in the background.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SupervisedReplica } from '../services/platform/drivers/process/supervisor-api.ts';
import { CannotRun } from './command.ts';
import { notHealthy, type ReplicaView, type RunningLab, type ServiceView, type Target } from './lab-view.ts';
import { findSupervisor, type SupervisorClient } from './local/control-client.ts';
import { backgroundLog, logFolder, socketFile, stateFile } from './local/local-lab.ts';
import { createLogReader } from './local/log-files.ts';
import { renderLogLine } from './local/log-line.ts';
import { exitOf, until } from './local/processes.ts';
import { endLeftovers, runningSupervisor } from './local/state-file.ts';

/** Installing RabbitMQ and creating a database are part of the first start. */
const UP_LIMIT_MS = 300_000;
const DOWN_LIMIT_MS = 120_000;
const FOLLOW_EVERY_MS = 300;
const ROOT = '.';

function view({ name, state, restarts, paused, lastExit, exitCode }: SupervisedReplica): ReplicaView {
  const again = restarts > 0 ? [`started again ${restarts} times`] : [];
  const over = state !== 'healthy' && state !== 'draining';
  const ended = lastExit !== undefined && over ? [lastExit] : [];
  const detail = [...(paused ? ['paused'] : []), ...ended, ...again].join(', ');
  return { name, state, detail, paused, ...(state === 'down' ? { exitCode } : {}) };
}

async function services(supervisor: SupervisorClient): Promise<ServiceView[]> {
  const status = await supervisor.status();
  return status.services.map(({ name, replicas }) => ({
    name,
    replicas: replicas.map(view),
  }));
}

/** Waits until all chosen services, or the one replica that counts, are healthy, or says which are not. */
async function untilHealthy(supervisor: SupervisorClient, chosen: readonly string[], only?: string): Promise<boolean> {
  let left: string[] = [];
  const healthy = await until(
    async () => {
      const all = await services(supervisor);
      const those = chosen.length === 0 ? all : all.filter(({ name }) => chosen.includes(name));
      const counting = those.map(({ name, replicas }) => ({
        name,
        replicas: replicas.filter((replica) => only === undefined || replica.name === only),
      }));
      left = notHealthy(counting);
      return left.length === 0;
    },
    { limitMs: UP_LIMIT_MS, everyMs: 200 },
  );
  if (!healthy) console.error(`not healthy: ${left.join(', ')}; ./lab logs <service> may say why`);
  return healthy;
}

async function logs(service: string | undefined, { follow, lines }: { follow: boolean; lines: number }): Promise<void> {
  const wanted = (replica: string): boolean => service === undefined || replica.replace(/-\d+$/, '') === service;
  const show = (replica: string, line: string): void => console.log(renderLogLine(replica, line));
  const reader = createLogReader(logFolder(ROOT), wanted, show);
  for (const { replica, line } of reader.last(lines)) show(replica, line);
  while (follow) {
    await wait(FOLLOW_EVERY_MS);
    await reader.poll();
  }
}

/** Processes of one machine share its network. */
function noNetwork(): never {
  throw new CannotRun(
    'without Docker no replica has a network of its own to be taken from: ./lab pause does the like for a worker (its connections ' +
      'stay open and silent until the heartbeat ends them), ./lab fault broker stop cuts off all of them',
  );
}

function supervisedLab(supervisor: SupervisorClient): RunningLab {
  async function signal({ service, replica }: Target, name: string): Promise<void> {
    const reached = await supervisor.kill(service, name, replica);
    const none = `nothing of ${replica ?? service} was running`;
    console.log(reached.length === 0 ? none : `${name} sent to ${reached.join(', ')}`);
  }

  return {
    mode: 'local',
    services: () => services(supervisor),
    addresses: async () => (await supervisor.status()).addresses,
    async up(chosen) {
      for (const service of chosen) await supervisor.start(service);
      if (chosen.length === 0) await supervisor.startAll();
      return untilHealthy(supervisor, chosen);
    },
    kill: signal,
    async scale(service, replicas) {
      await supervisor.scale(service, replicas);
      if (replicas > 0 && !(await untilHealthy(supervisor, [service])))
        throw new CannotRun(`${service} did not become healthy`);
      console.log(`${service}: ${replicas} running`);
    },
    async restart({ service, replica }) {
      if (replica === undefined) await supervisor.restart(service);
      else await supervisor.restartOne(replica);
      const what = replica ?? service;
      if (!(await untilHealthy(supervisor, [service], replica))) throw new CannotRun(`${what} did not become healthy`);
      console.log(`${what} restarted`);
    },
    async stop({ service, replica }) {
      if (replica === undefined) await supervisor.stop(service);
      else await supervisor.kill(service, 'SIGTERM', replica);
      console.log(`${replica ?? service} stopped`);
    },
    async start({ service, replica }) {
      // One that is down has nothing to end first.
      if (replica === undefined) await supervisor.start(service);
      else await supervisor.restartOne(replica);
      console.log(`${replica ?? service} started`);
    },
    pause: (target) => signal(target, 'SIGSTOP'),
    resume: (target) => signal(target, 'SIGCONT'),
    places: async () => noNetwork(),
    cut: async () => noNetwork(),
    heal: async () => noNetwork(),
    logs,
  };
}

export async function findLocalLab(): Promise<RunningLab | undefined> {
  const supervisor = await findSupervisor(socketFile(ROOT));
  return supervisor && supervisedLab(supervisor);
}

/** Starts a supervisor in the background and waits until the lab is healthy. @throws {CannotRun} with the end of its log. */
export async function startInBackground(): Promise<boolean> {
  mkdirSync(logFolder(ROOT), { recursive: true, mode: 0o700 });
  const file = backgroundLog(ROOT);
  const log = openSync(file, 'w', 0o600);
  const child = spawn(process.execPath, [fileURLToPath(new URL('lab.ts', import.meta.url)), 'start'], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  let ended = false;
  void exitOf(child).then(() => {
    ended = true;
  });
  let supervisor: SupervisorClient | undefined;
  await until(
    async () => {
      supervisor = await findSupervisor(socketFile(ROOT));
      return supervisor !== undefined || ended;
    },
    { limitMs: UP_LIMIT_MS },
  );
  if (supervisor === undefined) {
    const said = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .slice(-5)
      .join('\n')
      .replace(/^lab: /, '');
    throw new CannotRun(`the lab did not start: ${said}`);
  }
  child.unref();
  return untilHealthy(supervisor, []);
}

/** Ends the local lab, and what a killed supervisor left; false where there was nothing. */
export async function stopLocalLab(): Promise<boolean> {
  const supervisor = await findSupervisor(socketFile(ROOT));
  if (supervisor === undefined) return (await endLeftovers(stateFile(ROOT))).length > 0;
  await supervisor.stopAll();
  const gone = await until(async () => runningSupervisor(stateFile(ROOT)) === undefined, { limitMs: DOWN_LIMIT_MS });
  if (!gone) throw new CannotRun(`the lab did not stop within ${DOWN_LIMIT_MS / 1000} s`);
  return true;
}
