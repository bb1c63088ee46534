// A worker in a process of its own (participant-program.ts), which a test may stop by any signal. It ends with its scope.
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Scope } from './broker.ts';
import { eventually } from './eventually.ts';
import type { Report, WorkerOptions } from './participant-program.ts';

const program = fileURLToPath(new URL('./participant-program.ts', import.meta.url));

export interface WorkerProcess {
  /** Everything that it told so far, in order. */
  readonly reports: readonly Report[];
  /** Resolves when it is connected and consuming; rejects where it ends before that. */
  readonly ready: Promise<void>;
  /** How it ended, when all that it told has been heard. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** The numbers of the messages that it began to work on. */
  began(): number[];
  /** Resolves when it has told of this event. */
  told(event: Report['event']): Promise<void>;
  /** What it has written so far: its warnings and errors. */
  output(): string;
  /** Sends it a signal; does not wait. */
  signal(signal: NodeJS.Signals): void;
}

/** Starts a worker on the broker at `url`; does not wait until it is ready. */
export function startWorkerProcess(scope: Scope, url: string, options: WorkerOptions = {}): WorkerProcess {
  const child = fork(program, {
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      AMQP_URL: url,
      WORKER: JSON.stringify(options),
      REPLICA: `worker-${randomUUID().slice(0, 8)}`,
      LOG_LEVEL: 'warn',
    },
  });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => (output += chunk));
  const reports: Report[] = [];
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {}); // a test that kills it at once does not ask
  child.on('message', (message) => {
    const report = message as Report;
    reports.push(report);
    if (report.event === 'ready') ready.resolve();
  });
  const ended = Promise.all([once(child, 'exit'), once(child, 'disconnect')]).then(([[code, signal]]) => {
    ready.reject(new Error(`the worker ended (${code ?? signal}) before it was ready: ${output}`));
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  scope.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    reports,
    ready: ready.promise,
    ended,
    began: () => reports.flatMap((report) => (report.event === 'began' ? [report.n] : [])),
    told: async (event) => {
      await eventually(`the worker tells: ${event}`, () => reports.some((report) => report.event === event));
    },
    output: () => output,
    signal: (signal) => void child.kill(signal),
  };
}
