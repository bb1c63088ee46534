// One coordinator at a time on a vhost: `fbp` is a work queue, and two would each hear half of the participants. Whoever holds an
// exclusive queue is at work; the broker takes it away with the holder's connection, and the next who waits gets it.
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../shared/log.ts';
import type { BrokerConnection } from '../shared/messaging/connection.ts';

const LOCK = 'fbp-coordinator';
const RESOURCE_LOCKED = 405;
/** How soon a waiting coordinator notices that it may begin. */
const TRY_EVERY_MS = 500;

export interface Leadership {
  /** Whether it waits for another coordinator to end. */
  standingBy(): boolean;
  /** Resolves when this one may work. Rejects when it was ended before. */
  won: Promise<void>;
  /**
   * Takes the lock again on a new connection. Resolves with false where another coordinator was faster: two must not be at work, so
   * this one has to end.
   */
  renew(): Promise<boolean>;
  stop(): void;
}

export function seekLeadership(connection: BrokerConnection, log: Log): Leadership {
  const stopped = new AbortController();
  let waiting = false;

  /** Whether this connection holds the lock now. Rejects where the broker is away. */
  async function take(): Promise<boolean> {
    try {
      await connection.withChannel((channel) =>
        channel.assertQueue(LOCK, {
          exclusive: true,
          durable: false,
          autoDelete: true,
          arguments: { 'x-queue-type': 'classic' },
        }),
      );
      return true;
    } catch (error) {
      if ((error as { code?: number }).code === RESOURCE_LOCKED) return false;
      throw error;
    }
  }

  async function seek(): Promise<void> {
    await connection.ready;
    for (;;) {
      stopped.signal.throwIfAborted();
      const taken = await take().catch((error: unknown) => {
        log.warn({ err: (error as Error).message }, 'cannot ask for the place of coordinator: trying on');
      });
      if (taken) break;
      if (taken === false && !waiting) {
        waiting = true;
        log.warn('another coordinator is at work on this vhost: standing by, to take over when it ends');
      }
      await pause(TRY_EVERY_MS, undefined, { signal: stopped.signal });
    }
    if (waiting) log.info('the other coordinator has ended: taking over');
    waiting = false;
  }

  const won = seek();
  won.catch(() => {}); // whoever waits is told
  return { standingBy: () => waiting, won, renew: take, stop: () => stopped.abort() };
}
