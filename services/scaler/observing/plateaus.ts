// What a number of replicas gets done while there is always more to do: throughput by replicas, with how certain it is.
import type { QueueReading } from '../deciding/types.ts';

/** A time in which the number of replicas was the same and jobs waited all along. */
export interface Plateau {
  ready: number;
  seconds: number;
  /** Acknowledged in that time. */
  jobs: number;
  /** When it ended, or the newest reading in it. */
  until: number;
}

/**
 * What more replicas brought, of what they should have: 0 nothing, 1 throughput grew as much as their number. With 95 % certainty it is more
 * than `helps` (against the next smaller number seen) and less than `mayHelp` (against `less`, the number that says it most clearly).
 */
export interface Growth {
  now: Plateau;
  less: Plateau;
  helps: number;
  mayHelp: number;
}

export interface Plateaus {
  add(queue: QueueReading, ready: number): void;
  /** The present number against a smaller one. Undefined where one of them was not seen long enough, or too long ago. */
  growth(): Growth | undefined;
}

/** What replicas that have just begun do in their first seconds says little: caches are cold, connections new. */
const SETTLE_SECONDS = 6;
const LEAST_SECONDS = 10;
/** How far back a smaller number may be compared with: loads and vendors change. */
const MEMORY_SECONDS = 600;
/** A plateau that lasts looks back so far. */
const LONGEST_SECONDS = 60;

export function createPlateaus(): Plateaus {
  let past: Plateau[] = [];
  let now: Plateau | undefined;
  let settledAt = Number.NEGATIVE_INFINITY;
  let ready: number | undefined;
  let last: QueueReading | undefined;

  function end(): void {
    if (now !== undefined && now.seconds >= LEAST_SECONDS)
      past = [...past.filter((plateau) => plateau.ready !== now!.ready), now];
    now = undefined;
  }

  return {
    add(queue, readyNow) {
      const before = last;
      last = queue;
      past = past.filter(({ until }) => until > queue.sampledAt - MEMORY_SECONDS);
      if (readyNow !== ready) {
        end();
        ready = readyNow;
        settledAt = queue.sampledAt + SETTLE_SECONDS;
      }
      // Without jobs that wait, throughput is what comes, whatever the replicas could do.
      if (queue.waiting === 0 || readyNow === 0 || before?.waiting === 0) return end();
      if (before === undefined || before.sampledAt < settledAt || queue.acked < before.acked) return;
      const seconds = queue.sampledAt - before.sampledAt;
      if (seconds <= 0) return;
      const kept = now === undefined ? 1 : Math.min(1, LONGEST_SECONDS / now.seconds);
      now = {
        ready: readyNow,
        seconds: (now?.seconds ?? 0) * kept + seconds,
        jobs: (now?.jobs ?? 0) * kept + queue.acked - before.acked,
        until: queue.sampledAt,
      };
    },
    growth() {
      if (now === undefined || now.seconds < LEAST_SECONDS) return undefined;
      const { ready: replicas } = now;
      const smaller = past.filter((plateau) => plateau.ready < replicas && plateau.jobs > 0);
      if (smaller.length === 0) return undefined;
      const next = smaller.reduce((one, other) => (other.ready > one.ready ? other : one));
      const growths = smaller.map((less) => ({ less, ...growthFrom(less, now!) }));
      const clearest = growths.reduce((one, other) => (other.mayHelp < one.mayHelp ? other : one));
      // The last step counts: four replicas may do four times what one does, and the fifth nothing.
      return { now, less: clearest.less, mayHelp: clearest.mayHelp, helps: growthFrom(next, now).helps };
    },
  };
}

function growthFrom(less: Plateau, now: Plateau): { helps: number; mayHelp: number } {
  const ratio = now.jobs / now.seconds / (less.jobs / less.seconds);
  // Counts of jobs are taken as Poisson: less even than they are in truth, so this errs to the side of not knowing.
  const error = 2 * Math.max(ratio, 0.1) * Math.sqrt(1 / less.jobs + 1 / Math.max(now.jobs, 1));
  const wanted = now.ready / less.ready - 1;
  return { helps: (ratio - error - 1) / wanted, mayHelp: (ratio + error - 1) / wanted };
}
