// Asks the scaler each second what it sees, in the background: no request of a client ever waits for it.
import { setTimeout as delay } from 'node:timers/promises';
import { ScalerTold } from './scaler-status.ts';

const EVERY_MS = 1_000;
const LIMIT_MS = 2_000;

/** What became of the last question: undefined before there is an answer, else `ok` or why there is none. */
export type WatchState = 'ok' | string | undefined;

export interface ScalerWatch {
  state(): WatchState;
  close(): Promise<void>;
}

export interface ScalerNews {
  /** What it says, each time. */
  told: (status: ScalerTold) => void;
  /** It was asked, and has answered or not. */
  answered: () => void;
  /** There is another reason for no answer, or none any more. */
  changed: (state: WatchState) => void;
}

const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${LIMIT_MS / 1000} s`;
  return error.cause instanceof Error ? error.cause.message : error.message;
};

/** @param url of the scaler, http://host:port */
export function startScalerWatch(url: string, { told, answered, changed }: ScalerNews): ScalerWatch {
  const stopping = new AbortController();
  const address = new URL('/status', url);
  let state: WatchState;

  async function ask(): Promise<string> {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(LIMIT_MS)]);
    const response = await fetch(address, { signal });
    if (response.status !== 200) {
      await response.body?.cancel();
      return `it answers ${response.status}`;
    }
    const read = ScalerTold.safeParse(await response.json());
    if (!read.success) {
      const [issue] = read.error.issues;
      return `its answer is not understood: ${issue?.path.join('.')}: ${issue?.message}`;
    }
    told(read.data);
    return 'ok';
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const next = await ask().catch(reason);
      if (stopping.signal.aborted) return;
      answered();
      if (next !== state) {
        state = next;
        changed(state);
      }
      await delay(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const ended = run();
  return {
    state: () => state,
    close() {
      stopping.abort();
      return ended;
    },
  };
}
