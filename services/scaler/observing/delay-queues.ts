// Retries: a job that is to be tried again is acknowledged in its role's queue, waits in a delay queue of the role, and comes back from
// there by dead-lettering. It is work again, so it is an arrival again; but RabbitMQ counts as published only what a channel publishes.
// What left the delay queues is what came back.
//
// Not so after a crash: what a dead worker had in hand waits again and was never acknowledged. That is one arrival and one job, however
// often it is handed out.
import type { QueueCounters } from '../../shared/messaging/management.ts';

export interface Returns {
  /** What has come back so far, by the newest statistics. Never falls. */
  add(all: readonly QueueCounters[]): number;
}

/** The delay queues of one role queue: `delayQueueOf` in names.ts. */
export function createReturns(queue: string): Returns {
  const published = new Map<string, { counter: number; total: number }>();
  const returned = new Map<string, number>();
  return {
    add(all) {
      for (const { name, messages_ready = 0, messages_unacknowledged = 0, message_stats } of all) {
        if (!name.startsWith(`${queue}.delay-`)) continue;
        const counter = message_stats?.publish ?? 0;
        const before = published.get(name) ?? { counter: 0, total: 0 };
        const total = before.total + grown(before.counter, counter);
        published.set(name, { counter, total });
        // A message is counted as published a little before the depth shows it: it has not come back in between.
        const gone = total - messages_ready - messages_unacknowledged;
        returned.set(name, Math.max(returned.get(name) ?? 0, gone));
      }
      let sum = 0;
      for (const count of returned.values()) sum += count;
      return sum;
    },
  };
}

/** What a counter has grown by: it begins again at 0 where the broker was started, or the queue made, again. */
export function grown(before: number, after: number): number {
  return after >= before ? after - before : after;
}
