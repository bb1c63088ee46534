// When to look at the replicas: soon after anything has happened, once for a burst of events, and now and then without one.
import type { Log } from '../shared/log.ts';

/** Events come in bursts: those of one burst are looked at together. */
const BURST_MS = 30;
/** For what no event tells: a network that was taken away, a replica that stays up, a role that is new in guv.yaml. */
const EVERY_MS = 5_000;

export function createLooking({ refresh, log }: { refresh: () => Promise<void>; log: Log }) {
  let looking = false;
  let again = false;
  let trouble: string | undefined;

  async function lookNow(): Promise<void> {
    again = false;
    try {
      await refresh();
      trouble = undefined;
    } catch (error) {
      const because = (error as Error).message;
      if (because !== trouble) log.warn({ err: error }, 'the replicas cannot be seen');
      trouble = because;
    }
    looking = false;
    if (again) look();
  }

  /** Looks soon, and once for all who ask meanwhile. */
  function look(): void {
    if (looking) again = true;
    else {
      looking = true;
      setTimeout(lookNow, BURST_MS).unref();
    }
  }

  return {
    look,
    /** Looks now and then until the signal. */
    follow(signal: AbortSignal): void {
      const timer = setInterval(look, EVERY_MS).unref();
      signal.addEventListener('abort', () => clearInterval(timer));
      look();
    },
    /** Why the last look saw nothing; undefined where it saw. */
    trouble: (): string | undefined => trouble,
  };
}
