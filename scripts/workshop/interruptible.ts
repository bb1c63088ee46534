// Work that may be interrupted, but has to put something right before it ends.
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ctrl-C, or another word to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** As shells have it: 130 for Ctrl-C. */
  readonly exitCode: number;

  constructor(signal: (typeof SIGNALS)[number]) {
    super(`interrupted by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Does work that ends in order, with the signal's reason, when its signal fires, which Ctrl-C makes it do. The next Ctrl-C ends the process.
 * @throws what the work throws, {Interrupted} among it
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => stop.abort(new Interrupted(signal as (typeof SIGNALS)[number]));
  for (const signal of SIGNALS) process.once(signal, onSignal);
  try {
    const done = await work(stop.signal);
    stop.signal.throwIfAborted();
    return done;
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}
