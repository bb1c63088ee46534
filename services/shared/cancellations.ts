// The jobs that were cancelled, as one replica has heard. It forgets the oldest: the front end repeats what still matters.
import { ItemError } from './errors.ts';
import { CANCELLED, Cancellation, type FailedItem } from './messages.ts';
import type { Delivery, HandlerContext } from './messaging/types.ts';

export interface Cancellations {
  add(job: string): void;
  has(job: string): boolean;
}

/** Keeps the last `limit` ids: ten thousand of them take about a megabyte. */
export function createCancellations(limit = 10_000): Cancellations {
  // A Set iterates in the order of insertion, so that its first value is the oldest.
  const jobs = new Set<string>();
  return {
    add(job) {
      jobs.delete(job);
      jobs.add(job);
      for (const oldest of jobs) {
        if (jobs.size <= limit) break;
        jobs.delete(oldest);
      }
    },
    has: (job) => jobs.has(job),
  };
}

const REASON = 'The job was cancelled.';

/** The in-port on which every replica hears of them: what it has not begun it will not begin, what it works on it drops. */
export function cancelPort(cancelled: Cancellations) {
  return {
    schema: Cancellation,
    perReplica: true,
    handle({ data }: Delivery<Cancellation>, { cancel }: HandlerContext): void {
      cancelled.add(data.job);
      cancel(({ job }) => job === data.job, new ItemError(CANCELLED, REASON));
    },
  };
}

/** What a role answers for an item of a cancelled job, in place of the work. `attempts`: how often it was tried before. */
export function cancelledItem(
  { item, job, index }: Pick<FailedItem, 'item' | 'job' | 'index'>,
  { role, attempts }: { role: string; attempts: number },
): { port: 'error'; data: FailedItem } {
  const data: FailedItem = {
    item,
    job,
    index,
    error: { code: CANCELLED, reason: REASON, role, attempts },
  };
  return { port: 'error', data };
}
