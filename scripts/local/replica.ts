// One supervised copy of a service. Its states and how they follow each other: services/platform/drivers/process/supervisor-api.ts.
// What ended by itself is started again; what a person killed stays down until somebody starts it, as in Docker.
import { constants } from 'node:os';
import type { Ending } from '../../services/platform/driver.ts';
import type { SupervisedReplica, SupervisedState } from '../../services/platform/drivers/process/supervisor-api.ts';
import { watchHealth } from './health-watch.ts';
import { type Exit, signalPid } from './processes.ts';

/** A copy that runs: its processes, the one that counts first. */
export interface Launched {
  pids: readonly number[];
  exited: Promise<Exit>;
  /** Asks it to end in order, and forces it after its grace. */
  stop(): Promise<void>;
}

export interface ReplicaParts {
  name: string;
  /** `host:port` of its page, where it has one. */
  address?: string;
  launch(): Promise<Launched>;
  /** Whether it does its work. */
  check(): Promise<boolean>;
  /** While it starts it is asked much more often. Milliseconds. */
  checkEveryMs: number;
  /** Something changed: state, processes, or whether it is paused. */
  onChange(): void;
  say(line: string): void;
}

/** What has to be there before the first launch. Resolves at once when the signal fires. */
export type Beforehand = (signal: AbortSignal) => Promise<void>;

export interface Replica {
  readonly name: string;
  status(): SupervisedReplica;
  pids(): readonly number[];
  /** Starts what is down, and at once what waits to be started again. */
  start(beforehand?: Beforehand): void;
  /** Ends it in order; it stays down. */
  stop(): Promise<Ending>;
  /**
   * Sends a signal; false where nothing runs. One that ends it makes it stay down. Resolves when it is sent, with SIGKILL when
   * it has ended.
   */
  signal(signal: NodeJS.Signals): Promise<boolean>;
}

/** Waits before starting again what ended by itself, in milliseconds: doubled each time up to a limit, as Docker does. */
const BACKOFF_FIRST_MS = 200;
const BACKOFF_LIMIT_MS = 10_000;
/** After so long without an end the next wait is the first again. */
const STEADY_MS = 10_000;
/** Signals after which a person does not expect the process to come back. */
const FATAL = new Set<NodeJS.Signals>(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGABRT']);

const describe = ({ code, signal }: Exit): string => (signal === null ? `exit code ${code}` : signal);

const exitCodeOf = ({ code, signal }: Exit): number => code ?? 128 + (signal === null ? 0 : constants.signals[signal]);

/** What follows the first line is the end of its output, which is in its log file too. */
const firstLine = (error: unknown): string => (error as Error).message.split(/; the end of its output|\n/, 1)[0]!;

export function createReplica(parts: ReplicaParts): Replica {
  let state: SupervisedState = 'down';
  let since = Date.now();
  let requestedAt = since;
  /** From the moment when it is asked for until it is told to end. */
  let order: AbortController | undefined;
  let launched: Launched | undefined;
  /** Told to end in order: not twice, for services take a second SIGTERM as an order to end at once. */
  let stopping: Promise<void> | undefined;
  let health: ReturnType<typeof watchHealth> | undefined;
  let paused = false;
  let restarts = 0;
  let backoffMs = BACKOFF_FIRST_MS;
  let waiting: NodeJS.Timeout | undefined;
  let lastExit: Exit | undefined;
  /** Why it could not be started. */
  let problem: string | undefined;
  /** The life that runs from a start to the end that follows; `stop` waits for it. */
  let life: Promise<void> = Promise.resolve();

  function become(next: SupervisedState): void {
    if (state === next) return;
    state = next;
    since = Date.now();
    parts.onChange();
  }

  /** Launches it and resolves with its end. */
  async function run(wanted: AbortSignal): Promise<Exit> {
    const own = await parts.launch();
    launched = own;
    // Told to end while it was being launched.
    if (wanted.aborted) stopping = own.stop();
    parts.onChange();
    const watch = watchHealth({
      check: parts.check,
      everyMs: parts.checkEveryMs,
      onAnswer: (healthy) => {
        if (wanted.aborted) watch.end();
        else if (healthy) become('healthy');
        else if (state === 'healthy') become('unhealthy');
      },
    });
    health = watch;
    try {
      return await own.exited;
    } finally {
      watch.end();
      [launched, stopping, health, paused] = [undefined, undefined, undefined, false];
    }
  }

  async function live(wanted: AbortSignal, beforehand?: Beforehand): Promise<void> {
    if (wanted.aborted) return;
    become('starting');
    await beforehand?.(wanted);
    if (wanted.aborted) return become('down');
    const launchedAt = Date.now();
    try {
      [lastExit, problem] = [await run(wanted), undefined];
    } catch (error) {
      [lastExit, problem] = [undefined, firstLine(error)];
    }
    if (wanted.aborted) return become('down');
    if (Date.now() - launchedAt > STEADY_MS) backoffMs = BACKOFF_FIRST_MS;
    parts.say(`${parts.name} ended by itself (${howItEnded()}); starting it again in ${backoffMs / 1000} s`);
    become('waiting');
    waiting = setTimeout(() => again(wanted), backoffMs);
    backoffMs = Math.min(backoffMs * 2, BACKOFF_LIMIT_MS);
  }

  function again(wanted: AbortSignal): void {
    clearTimeout(waiting);
    restarts += 1;
    requestedAt = Date.now();
    life = live(wanted);
  }

  const howItEnded = (): string | undefined => problem ?? (lastExit && describe(lastExit));

  /** No further start; what waited for one is down now. */
  function tellToEnd(next: 'draining' | 'down'): void {
    order?.abort();
    order = undefined;
    clearTimeout(waiting);
    if (state === 'waiting') become('down');
    else if (state !== 'down' && next === 'draining') become('draining');
  }

  return {
    name: parts.name,
    status: () => ({
      name: parts.name,
      state,
      since,
      requestedAt,
      pid: launched?.pids[0],
      restarts,
      paused,
      lastExit: howItEnded(),
      exitCode: lastExit && exitCodeOf(lastExit),
      address: parts.address,
    }),
    pids: () => launched?.pids ?? [],
    start(beforehand) {
      if (order !== undefined) {
        if (state === 'waiting') again(order.signal);
        return;
      }
      const own = new AbortController();
      order = own;
      requestedAt = Date.now();
      backoffMs = BACKOFF_FIRST_MS;
      // What is still ending ends first.
      life = life.then(() => live(own.signal, beforehand));
    },
    async stop() {
      const ran = launched !== undefined;
      tellToEnd('draining');
      stopping ??= launched?.stop();
      await stopping;
      await life;
      return ran && lastExit?.signal === 'SIGKILL' ? 'killed' : 'drained';
    },
    async signal(signal) {
      const pid = launched?.pids[0];
      if (pid === undefined) return false;
      const fatal = FATAL.has(signal);
      if (fatal) tellToEnd(signal === 'SIGKILL' ? 'down' : 'draining');
      if (!signalPid(pid, signal)) return false;
      // A stopped process (SIGSTOP) takes only SIGKILL.
      if (fatal && signal !== 'SIGKILL') signalPid(pid, 'SIGCONT');
      if (signal === 'SIGKILL') await life;
      const stopped = signal === 'SIGSTOP' || (paused && !fatal && signal !== 'SIGCONT');
      if (stopped !== paused) {
        paused = stopped && launched !== undefined;
        parts.onChange();
        // Whether it goes on with its work is of interest now.
        if (!stopped) health?.ask();
      }
      return true;
    },
  };
}
