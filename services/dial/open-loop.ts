// The pace of an open loop: calls for each job when it is due, whatever has become of those before. What is sent is not its business.
//
// A closed loop waits for an answer before it goes on, so a slow system slows its own load down and hides how slow it is (coordinated
// omission). Here nothing is waited for: what was due while the process could not run is made up for at once, and each call says when it was due.

export interface OpenLoopOptions {
  /** When the next job is due, at each call: seconds from the start, never before the last one; Infinity at the end. */
  next: () => number;
  /**
   * Called once for each job, in order, and must not wait. What it throws ends the loop.
   * @param n from 0 up
   * @param dueAt when it was due, in milliseconds as `performance.now()` gives them: latency counts from there, not from the call
   */
  send: (n: number, dueAt: number) => void;
  /** Ends it: nothing is called for after that. */
  signal?: AbortSignal;
  /** The start, as `performance.now()` gives it. Default: now. */
  startedAt?: number;
}

export interface OpenLoop {
  /** Resolves after the last job, or when the signal has fired. Rejects with what `next` or `send` throws. */
  readonly done: Promise<void>;
}

/** Timers take no more than 2^31 ms; whoever waits longer looks again. */
const LONGEST_TIMER_MS = 3_600_000;
/** Sending many at once shall not keep the process from reading answers: after so long it lets others run. */
const LONGEST_TURN_MS = 20;

export function startOpenLoop({ next, send, signal, startedAt = performance.now() }: OpenLoopOptions): OpenLoop {
  let timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  let n = 0;
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();

  function quiet(): void {
    clearTimeout(timer as NodeJS.Timeout);
    clearImmediate(timer as NodeJS.Immediate);
    signal?.removeEventListener('abort', end);
  }

  function end(): void {
    quiet();
    resolve();
  }

  /** Calls for all that is due, and sets a timer for what is not. */
  function turn(dueAt: number): void {
    const startedTurn = performance.now();
    let now = startedTurn;
    while (dueAt <= now) {
      if (now - startedTurn > LONGEST_TURN_MS) {
        timer = setImmediate(attempt, dueAt);
        return;
      }
      send(n, dueAt);
      n += 1;
      if (signal?.aborted) return;
      dueAt = startedAt + next() * 1_000;
      now = performance.now();
    }
    if (dueAt === Number.POSITIVE_INFINITY) end();
    else timer = setTimeout(attempt, Math.min(dueAt - now, LONGEST_TIMER_MS), dueAt);
  }

  function attempt(dueAt: number): void {
    try {
      turn(dueAt);
    } catch (error) {
      quiet();
      reject(error);
    }
  }

  signal?.addEventListener('abort', end, { once: true });
  // Not at once: the caller has `done` in its hands before anything is sent.
  if (signal?.aborted) end();
  else timer = setImmediate(() => attempt(startedAt + next() * 1_000));
  return { done };
}
