// Whether a replica does its work, by asking it (`/healthz`): every 150 ms while it starts. Docker's own health checks come every few
// seconds, and a scaler that waits for them waits longer than the start takes.
import { get } from 'node:http';

const EVERY_MS = 150;
/** After so long it is asked less often. It may be waiting for a broker. */
const QUICK_MS = 30_000;
const SELDOM_MS = 1_000;
const ANSWER_MS = 1_000;

/** Whether a page says that all is well. One that has no such page (404) is up, and that is all there is to know. */
export function answersWell(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    // No agent: a connection that is kept would be one more for the replica to close when it ends.
    const request = get(`http://${address}/healthz`, { agent: false, timeout: ANSWER_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 || response.statusCode === 404);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
    request.on('close', () => resolve(false));
  });
}

/** One run of a container. */
export interface Run {
  id: string;
  /** As Docker writes it: with the id, it names the run. */
  startedAt: string;
  /** Where to ask; undefined where there is no page, or no network. */
  address: string | undefined;
}

interface Asked {
  startedAt: string;
  address: string;
  readyAt?: number;
  timer?: NodeJS.Timeout;
}

/** `onReady` is called when one has become ready. */
export function createReadiness({ onReady, signal }: { onReady: () => void; signal: AbortSignal }) {
  const runs = new Map<string, Asked>();
  signal.addEventListener('abort', () => {
    for (const { timer } of runs.values()) clearTimeout(timer);
    runs.clear();
  });

  function ask(id: string, run: Asked, since: number): void {
    const tryAgain = (): void => ask(id, run, since);
    answersWell(run.address).then((well) => {
      if (runs.get(id) !== run) return; // another run, another address, or gone
      if (well) {
        run.readyAt = Date.now() / 1000;
        onReady();
      } else run.timer = setTimeout(tryAgain, Date.now() - since < QUICK_MS ? EVERY_MS : SELDOM_MS).unref();
    });
  }

  return {
    /** Epoch seconds since when this run is ready, or undefined. Begins to ask where it is not known. */
    readyAt({ id, startedAt, address }: Run): number | undefined {
      const known = runs.get(id);
      if (known?.startedAt === startedAt) {
        if (known.readyAt !== undefined || known.address === address || address === undefined) return known.readyAt;
        clearTimeout(known.timer);
      }
      if (signal.aborted || address === undefined) return undefined;
      const run: Asked = { startedAt, address };
      runs.set(id, run);
      ask(id, run, Date.now());
      return undefined;
    },
    /** It is gone. */
    forget(id: string): void {
      clearTimeout(runs.get(id)?.timer);
      runs.delete(id);
    },
  };
}

export type Readiness = ReturnType<typeof createReadiness>;
