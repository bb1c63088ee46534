// How each kind of replica is launched and asked for its health: our services as processes, RabbitMQ, PGlite.
import { execFile, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import type { ComposeService } from './compose-file.ts';
import { openLog } from './log-files.ts';
import { databaseAnswers, startPostgres } from './postgres.ts';
import { endChild, exitOf } from './processes.ts';
import { startRabbitmq } from './rabbitmq.ts';
import { management, overviewStatus } from './rabbitmq-management.ts';
import type { Launched } from './replica.ts';

/** What the image says of Node, without the image. `lab`: the folder for what is kept. */
export const nodeSettings = (lab: string) => ({
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE || join(lab, 'compile-cache'),
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --max-semi-space-size=8`.trim(),
});

/** A service of ours, in a process group of its own: Ctrl-C in the terminal reaches the supervisor alone. */
export function launchService(
  service: ComposeService,
  env: Record<string, string>,
  options: { root: string; lab: string; logFile: string },
): Launched {
  const [program = '', ...args] = service.command;
  const log = openLog(options.logFile);
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd: options.root,
    // Standard input is a pipe: its end tells the service that the supervisor is gone.
    stdio: ['pipe', log, log],
    detached: true,
    env: { ...process.env, ...nodeSettings(options.lab), ...env },
  });
  closeSync(log);
  child.stdin?.on('error', () => undefined);
  const exited = exitOf(child);
  return {
    pids: child.pid === undefined ? [] : [child.pid],
    exited,
    stop: () => endChild(child, exited, service.stopGraceMs),
  };
}

/** Runs the Compose file's own health check, with the replica's environment. Without one a running process is a healthy one. */
export function checkService(service: ComposeService, env: Record<string, string>, root: string): Promise<boolean> {
  const [program, ...args] = service.healthcheck?.command ?? [];
  if (program === undefined) return Promise.resolve(true);
  const options = { cwd: root, env: { ...process.env, ...env }, timeout: service.healthcheck?.timeoutMs };
  return new Promise((resolve) => {
    execFile(program, args, options, (error) => resolve(error === null));
  });
}

export interface Backend {
  launch(logFile: string, say: (line: string) => void): Promise<Launched>;
  check(): Promise<boolean>;
}

export function rabbitmqBackend(options: {
  dir: string;
  password: string;
  amqpPort: number;
  managementPort: number;
  onVersion(version: string): void;
}): Backend {
  const api = management(`http://lab:${encodeURIComponent(options.password)}@127.0.0.1:${options.managementPort}`);
  return {
    async launch(logFile, say) {
      const running = await startRabbitmq({ ...options, logFile, say });
      options.onVersion(running.version);
      return running;
    },
    check: async () => (await overviewStatus(api)) === 200,
  };
}

export function postgresBackend(options: { dir: string; password: string; port: number }): Backend {
  const url = `postgres://lab:${encodeURIComponent(options.password)}@127.0.0.1:${options.port}/lab`;
  return {
    async launch(logFile) {
      const running = await startPostgres({ ...options, logFile });
      return { pids: [running.pid], exited: running.exited, stop: running.stop };
    },
    check: () => databaseAnswers(url),
  };
}
