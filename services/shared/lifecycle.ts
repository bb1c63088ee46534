// What a service opens it also closes, in reverse, whatever fails. Two signals: the first drains, the second forces.
//
//   starting --> running --(SIGTERM, SIGINT, the supervisor gone)--> draining --> exit 0
//                   |                                                   |
//                   +--(uncaught error)--> exit 1                       +--(second signal, or the limit)--> exit 1
import { flushCompileCache } from 'node:module';
import { ConfigError, readConfig } from './config.ts';
import { createLog, type Log, logLevel, replicaName } from './log.ts';

/** What a service's start function gets. */
export interface Life {
  readonly log: Log;
  readonly replica: string;
  /** Registers what undoes the step just taken; called in reverse order at the end. */
  onStop(what: string, undo: () => Promise<void> | void): void;
}

/** How long all undo steps may take together before the process ends anyway, in milliseconds. */
const STOP_LIMIT_MS = 25_000;

/**
 * Runs a service: calls `start`, and undoes what it registered when a signal comes. A wrong environment variable ends the
 * process with exit code 2 and one line for each problem on standard error.
 * With `LAB_LOAD_ONLY=1` it only loads the code, to fill Node's compile cache while an image is built.
 * Under a supervisor (`LAB_SUPERVISED=1`) the end of standard input means that the supervisor is gone: drain and end.
 */
export function runService(name: string, start: (life: Life) => Promise<void>): void {
  if (process.env.LAB_LOAD_ONLY === '1') {
    flushCompileCache();
    return;
  }
  const replica = replicaName(name);
  let log: Log;
  try {
    log = createLog(name, replica, readConfig({ logLevel }).logLevel);
  } catch (error) {
    if (error instanceof ConfigError) refuse(name, error);
    throw error;
  }
  const undoSteps: { what: string; undo: () => Promise<void> | void }[] = [];
  let stopping = false;

  const stop = async (reason: string, code: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, 'stopping');
    const limit = setTimeout(() => {
      log.error({ limitMs: STOP_LIMIT_MS }, 'did not stop within the limit: ending at once');
      process.exit(1);
    }, STOP_LIMIT_MS);
    limit.unref();
    for (const { what, undo } of undoSteps.reverse()) {
      try {
        await undo();
      } catch (error) {
        log.error({ err: error }, `could not stop ${what}`);
        code = 1;
      }
    }
    log.info('stopped');
    flushCompileCache();
    process.exit(code);
  };

  const fail = (error: unknown): void => {
    log.fatal({ err: error }, 'failed');
    if (stopping) process.exit(1);
    void stop('error', 1);
  };

  const onSignal = (signal: string): void => {
    if (stopping) {
      log.warn({ signal }, 'asked again to stop: ending at once');
      process.exit(1);
    }
    void stop(signal, 0);
  };

  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  if (process.env.LAB_SUPERVISED === '1') {
    process.stdin.on('end', () => void stop('the supervisor is gone', 0));
    process.stdin.on('error', () => {});
    process.stdin.resume();
    process.stdin.unref?.();
  }

  const life: Life = { log, replica, onStop: (what, undo) => void undoSteps.push({ what, undo }) };
  start(life).then(
    () => log.info('running'),
    (error: unknown) => {
      if (error instanceof ConfigError) refuse(name, error);
      fail(error);
    },
  );
}

/** Ends the process for what stands in its environment: one line for each problem, exit code 2. */
function refuse(name: string, { problems }: ConfigError): never {
  for (const problem of problems) process.stderr.write(`${name}: ${problem}\n`);
  process.exit(2);
}
