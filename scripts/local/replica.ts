// One supervised copy of a service.
//
//   down --start--> starting --(its health check says yes)--> healthy <--> unhealthy
//    ^                 |                                         |            |
//    |                 +-----------(it ended by itself)----------+------------+--> waiting --(backoff)--> starting
//    +--(stopped, or killed by a person)-- from any state
//
// What ended by itself is started again; what a person killed stays down until somebody starts it, as in Docker.
import type { Exit } from './processes.ts';

export type ReplicaState = 'down' | 'starting' | 'healthy' | 'unhealthy' | 'waiting';

/** A copy that runs: its processes, the one that counts first. */
export interface Launched {
  pids: readonly number[];
  exited: Promise<Exit>;
  /** Asks it to end in order, and forces it after its grace. */
  stop(): Promise<void>;
}

export interface ReplicaStatus {
  name: string;
  state: ReplicaState;
  pid?: number;
  /** How often it was started again after it ended by itself. */
  restarts: number;
  /** How it ended last, and why it could not be started. */
  lastExit?: string;
  /** Epoch milliseconds. */
  startedAt?: number;
}

export interface ReplicaParts {
  name: string;
  launch(): Promise<Launched>;
  /** Whether it does its work. */
  check(): Promise<boolean>;
  /** While it starts it is asked much more often. Milliseconds. */
  checkEveryMs: number;
  /** Something changed: state or processes. */
  onChange(): void;
  say(line: string): void;
}

export interface Replica {
  readonly name: string;
  status(): ReplicaStatus;
  pids(): readonly number[];
  start(): void;
  /** Ends it in order; it stays down. */
  stop(): Promise<void>;
  /** Sends a signal. One that ends it makes it stay down; resolves when it has ended. False where nothing runs. */
  kill(signal: NodeJS.Signals): Promise<boolean>;
}

/** Waits before starting again what ended by itself, in milliseconds: doubled each time up to a limit, as Docker does. */
const BACKOFF_FIRST_MS = 200;
const BACKOFF_LIMIT_MS = 10_000;
/** After so long without an end the next wait is the first again. */
const STEADY_MS = 10_000;
const STARTING_CHECK_MS = 150;
/** Signals after which a person does not expect the process to come back. */
const FATAL = new Set<NodeJS.Signals>(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGABRT']);

const describe = ({ code, signal }: Exit): string => (signal === null ? `exit code ${code}` : signal);

/** What follows the first line is the end of its output, which is in its log file too. */
const firstLine = (error: unknown): string => (error as Error).message.split(/; the end of its output|\n/, 1)[0]!;

export function createReplica(parts: ReplicaParts): Replica {
  let state: ReplicaState = 'down';
  let wanted = false;
  let launched: Launched | undefined;
  let restarts = 0;
  let backoffMs = BACKOFF_FIRST_MS;
  let lastExit: string | undefined;
  let startedAt: number | undefined;
  let checking: NodeJS.Timeout | undefined;
  let waiting: NodeJS.Timeout | undefined;
  /** The life that runs from a start to the end that follows; `stop` waits for it. */
  let life: Promise<void> = Promise.resolve();

  function become(next: ReplicaState): void {
    if (state === next) return;
    state = next;
    parts.onChange();
  }

  async function check(): Promise<void> {
    const asked = launched;
    const ok = await parts.check();
    if (launched !== asked || asked === undefined) return;
    if (ok) become('healthy');
    else if (state === 'healthy') become('unhealthy');
    checking = setTimeout(() => void check(), state === 'starting' ? STARTING_CHECK_MS : parts.checkEveryMs);
  }

  async function live(): Promise<void> {
    become('starting');
    startedAt = Date.now();
    try {
      launched = await parts.launch();
      parts.onChange();
      // Stopped while it was being launched.
      if (!wanted) void launched.stop();
      void check();
      lastExit = describe(await launched.exited);
    } catch (error) {
      lastExit = firstLine(error);
    }
    clearTimeout(checking);
    launched = undefined;
    if (!wanted) return become('down');
    if (Date.now() - startedAt > STEADY_MS) backoffMs = BACKOFF_FIRST_MS;
    parts.say(`${parts.name} ended by itself (${lastExit}); starting it again in ${backoffMs / 1000} s`);
    become('waiting');
    waiting = setTimeout(() => {
      restarts += 1;
      life = live();
    }, backoffMs);
    backoffMs = Math.min(backoffMs * 2, BACKOFF_LIMIT_MS);
  }

  /** No further start; true where it waited for one and is down now. */
  function unwant(): void {
    wanted = false;
    clearTimeout(waiting);
    if (state === 'waiting') become('down');
  }

  return {
    name: parts.name,
    status: () => ({ name: parts.name, state, pid: launched?.pids[0], restarts, lastExit, startedAt }),
    pids: () => launched?.pids ?? [],
    start() {
      if (wanted) return;
      wanted = true;
      backoffMs = BACKOFF_FIRST_MS;
      // What is still ending ends first.
      life = life.then(live);
    },
    async stop() {
      unwant();
      await launched?.stop();
      await life;
    },
    async kill(signal) {
      const pid = launched?.pids[0];
      if (pid === undefined) return false;
      if (FATAL.has(signal)) unwant();
      process.kill(pid, signal);
      if (FATAL.has(signal)) {
        // A stopped process (SIGSTOP) takes only SIGKILL.
        if (signal !== 'SIGKILL') process.kill(pid, 'SIGCONT');
        await life;
      }
      return true;
    },
  };
}
