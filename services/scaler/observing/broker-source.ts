// Asks the broker for all queues at once: its statistics in one answer, what waits in each by a passive declaration, and whether the
// statistics are being made at all. One queue's trouble is that queue's alone; the broker's trouble is said, and never thrown.
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../../shared/log.ts';
import type { BrokerConnection } from '../../shared/messaging/connection.ts';
import { type Management, ManagementError, type QueueCounters } from '../../shared/messaging/management.ts';
import { createReturns, type Returns } from './delay-queues.ts';
import {
  createQueueTrack,
  type QueueCount,
  type QueueNow,
  type QueueStatistics,
  type QueueTrack,
} from './queue-count.ts';

/** A queue, or why it could not be observed, or not well: then in words. */
export interface SeenQueue {
  count?: QueueCount;
  problem?: string;
}

export interface BrokerSource {
  /** What is known of these queues at `at` (epoch seconds); `problem` where the broker itself could not be asked. Never rejects. */
  look(queues: readonly string[], at: number): Promise<{ queues: Map<string, SeenQueue>; problem?: string }>;
}

/** A connection, and a declaration, that is not there by then is done without: the statistics are there. */
const CONNECT_LIMIT_MS = 1_000;
const DECLARE_LIMIT_MS = 1_000;

export function createBrokerSource(parts: {
  management: Management;
  /** Without one, what waits is known as late as all else. */
  connection: BrokerConnection | undefined;
  log: Log;
}): BrokerSource {
  const { management, connection, log } = parts;
  const followed = new Map<string, { track: QueueTrack; returns: Returns; last?: QueueStatistics }>();
  const heart = createHeart();
  /** The first look waits a moment for the connection: statistics alone are late. */
  const connected = connection && Promise.race([connection.ready, pause(CONNECT_LIMIT_MS, undefined, { ref: false })]);
  /** Whether messages that pass are counted: asked once, and again after each failure (it may be another broker). */
  let counting: Promise<boolean> | undefined;

  const counts = async (): Promise<boolean> => {
    counting ??= management
      .statistics()
      .then(({ rates_mode, disable_stats }) => rates_mode !== 'none' && disable_stats !== true);
    return counting;
  };

  /** What waits right now, where the broker says it in time; a queue that was just deleted costs all of them that. */
  async function declared(queues: readonly string[]): Promise<Map<string, QueueNow>> {
    const answers = new Map<string, QueueNow>();
    if (!connection?.state().up || queues.length === 0) return answers;
    const asked = connection.withChannel(async (channel) => {
      for (const queue of queues) {
        const { messageCount, consumerCount } = await channel.checkQueue(queue);
        answers.set(queue, { waiting: messageCount, consumers: consumerCount });
      }
    });
    const timer = Promise.withResolvers<void>();
    const late = setTimeout(timer.resolve, DECLARE_LIMIT_MS);
    await Promise.race([asked, timer.promise]).catch((error: unknown) => {
      log.debug({ err: error }, 'a queue did not say what waits in it');
    });
    clearTimeout(late);
    asked.catch(() => {}); // late, and nobody waits for it
    return new Map(answers); // what comes later is not of this moment
  }

  function follow(queue: string, all: readonly QueueCounters[], at: number, now: QueueNow | undefined): SeenQueue {
    const listed = all.find(({ name }) => name === queue);
    if (listed === undefined) {
      followed.delete(queue);
      return { problem: `there is no queue ${queue}` };
    }
    const known = followed.get(queue) ?? { track: createQueueTrack(), returns: createReturns(queue) };
    followed.set(queue, known);
    const statistics = statisticsOf(listed, known.returns.add(all)) ?? known.last ?? firstOf(now);
    if (statistics === undefined) return { problem: `the broker has no statistics of ${queue} yet` };
    const { track } = known;
    known.last = statistics;
    track.add(at, statistics, { now, aliveAt: heart.beatAt() });
    const { still, ...count } = track.count();
    if (still === undefined) return { count };
    return { count, problem: `the broker's statistics of ${queue} have stood still for ${Math.round(still)} s` };
  }

  return {
    async look(queues, at) {
      try {
        await connected;
        const [all, uptimes, counted] = await Promise.all([
          management.queueCounters(),
          management.nodeUptimes().catch(() => undefined), // wants more rights than the rest
          counts(),
        ]);
        if (!Array.isArray(all))
          throw new ManagementError('the management API answered with something else than queues');
        if (!counted)
          throw new ManagementError(
            'the broker does not count the messages that pass (rates_mode = none in its settings)',
          );
        heart.beat(at, uptimes);
        const listed = queues.filter((queue) => all.some(({ name }) => name === queue));
        const now = await declared(listed);
        return { queues: new Map(queues.map((queue) => [queue, follow(queue, all, at, now.get(queue))])) };
      } catch (error) {
        counting = undefined;
        const problem = error instanceof Error ? error.message : String(error);
        return { queues: new Map(queues.map((queue) => [queue, { problem }])), problem };
      }
    },
  };
}

/** A queue's numbers; undefined where its depth is not known. Counters that are missing are 0: nothing has passed it since the broker began. */
function statisticsOf(queue: QueueCounters, returned: number): QueueStatistics | undefined {
  const { messages_ready: waiting, messages_unacknowledged: inHand, consumers = 0, message_stats: stats } = queue;
  if (waiting === undefined || inHand === undefined) return undefined;
  return {
    waiting,
    inHand,
    consumers,
    arrived: (stats?.publish ?? 0) + returned,
    acked: (stats?.ack ?? 0) + (stats?.deliver_no_ack ?? 0) + (stats?.get_no_ack ?? 0),
  };
}

/** What is known of a queue before its first statistics, some seconds after it was made or the broker was started: what waits there. */
const firstOf = (now: QueueNow | undefined): QueueStatistics | undefined =>
  now && { ...now, inHand: 0, arrived: 0, acked: 0 };

/** When the broker was last seen to make statistics: its nodes' uptimes are among them. */
function createHeart() {
  let known = '';
  let beatAt: number | undefined;
  return {
    beat(at: number, uptimes: unknown): void {
      const text = uptimes === undefined ? '' : JSON.stringify(uptimes);
      if (text === '') beatAt = undefined;
      else if (text !== known) beatAt = at;
      known = text;
    },
    beatAt: () => beatAt,
  };
}
