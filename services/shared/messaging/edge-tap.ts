// Hears what passes over an exchange, an edge's source: all of a slow flow, and of a fast one a sample that costs it next to nothing.
//
//   shut --(the budget is full again)--> open --(it is spent)--> shut
//     \                                    |
//      +---- the source is gone, or close() +--> ended         a lost connection: shut, and open again on the next one
//
// A queue that is bound gets a copy of every message, and that costs a flow at full speed a third to a half of it. So the sample is taken by
// the broker's routing: open is bound, shut is unbound. The budget is a bucket that fills evenly. A flow below it never empties it, and
// is heard whole; one above it is heard in a short burst every BUCKET_SECONDS. More and smaller bursts would show more than
// one moment, but what costs is the binding that comes and goes, two metadata writes, and not what is heard: each takes 9 to 18 ms of a
// flow at full speed, and two, four and ten a second took 4, 6 and 10 % of it, each give or take 4 (RabbitMQ 4.3, two busy cores).
//
// A bound tap makes a `mandatory` message routable, as the taps of `data-taps.ts` do: close it before its edge goes.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { Log } from '../log.ts';
import { TAP_PREFIX } from './bindings.ts';
import type { BrokerConnection } from './connection.ts';
import { decodeData, readEnvelope } from './envelope.ts';
import type { Envelope } from './types.ts';

export interface TappedMessage {
  /** When the tap heard it, epoch milliseconds. */
  at: number;
  /** Bytes of its body. */
  size: number;
  /** JSON, or text. Undefined where larger than `maxBytes`. */
  data: unknown;
  /** Where neither the headers nor `data` name an item, its id is made up. */
  envelope: Envelope;
  /** The tap was shut for a while before this one: how much passed meanwhile is not known. */
  sampled: boolean;
}

export interface EdgeTap {
  /**
   * Resolves when the broker has unbound it: from then on it makes nothing routable. Where the connection is lost, it goes with the
   * connection, as soon as the broker misses that.
   */
  close(): Promise<void>;
}

export interface EdgeTapOptions {
  /** At most so many messages a second, in the mean; up to twice as many come together. Default 50. */
  perSecond?: number;
  /** Larger bodies are not shown. Default 256 KiB. */
  maxBytes?: number;
  /** No sampling: every message, but for what a slow listener is behind by more than 1000 messages or 16 MiB. Costs a fast flow a third or more. */
  all?: boolean;
  log: Log;
}

const DEFAULT_PER_SECOND = 50;
const DEFAULT_MAX_BYTES = 256 * 1024;
const BUCKET_SECONDS = 2;
/** A slow listener loses the oldest messages beyond these; the flow does not wait for it. */
const MOST_MESSAGES = 1_000;
const MOST_BYTES = 16 * 1024 * 1024;
/** What is on the way to us unanswered; the rest waits, or is dropped, in the broker. */
const PREFETCH = 100;
/** The same without sampling: a flow at full speed brings some hundred before an answer is back. */
const PREFETCH_ALL = 500;
const TRY_AGAIN_MS = 500;
/** An open tap is bound again so often: it notices that its source is gone, and hears one that was deleted and is back. */
const WATCH_EVERY_MS = 2_000;
const NOT_FOUND = 404;

/** What may be shown: a bucket that fills evenly. */
interface Budget {
  /** Takes one, where there is one. */
  take(): boolean;
  spent(): boolean;
  /** How long until it is full, milliseconds. */
  fullInMs(): number;
}

const unlimited: Budget = { take: () => true, spent: () => false, fullInMs: () => 0 };

function createBudget(perSecond: number): Budget {
  const holds = Math.max(1, perSecond * BUCKET_SECONDS);
  let left = holds;
  let filledAt = performance.now();
  const filled = (): number => {
    const now = performance.now();
    left = Math.min(holds, left + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
    return left;
  };
  return {
    take() {
      if (filled() < 1) return false;
      left -= 1;
      return true;
    },
    spent: () => filled() < 1,
    fullInMs: () => Math.ceil(((holds - filled()) / perSecond) * 1000),
  };
}

/**
 * Opens a tap. What `onMessage` throws is logged, and the tap goes on. Where the source goes, the tap ends with a line in the log.
 * What passes at once is heard at once: `onMessage` may be called before this has resolved.
 * Rejects with the broker's 404 where the source is not there, and where there is no connection.
 */
export async function openEdgeTap(
  connection: BrokerConnection,
  source: string,
  { perSecond = DEFAULT_PER_SECOND, maxBytes = DEFAULT_MAX_BYTES, all = false, log }: EdgeTapOptions,
  onMessage: (message: TappedMessage) => void,
): Promise<EdgeTap> {
  const budget = all ? unlimited : createBudget(perSecond);
  const closing = new AbortController();
  const opened = Promise.withResolvers<void>();
  let hasOpened = false;
  let isOpen = false;
  let sampled = false;
  let shown = 0;
  let dropped = 0;

  function show(message: ConsumeMessage): void {
    const size = message.content.length;
    const data = size > maxBytes ? undefined : decodeData(message.content);
    shown += 1;
    try {
      onMessage({ at: Date.now(), size, data, envelope: readEnvelope(message, data), sampled });
    } catch (error) {
      log.warn({ err: error, source }, 'a listener at a tap has failed');
    }
    sampled = false;
  }

  /** Declares the tap's queue on a channel and takes what comes. */
  async function consume(channel: Channel, answers: Answers, onSpent: () => void): Promise<string> {
    const { queue } = await channel.assertQueue(`${TAP_PREFIX}${randomUUID()}`, {
      exclusive: true,
      autoDelete: true,
      durable: false,
      arguments: {
        'x-queue-type': 'classic',
        'x-max-length': MOST_MESSAGES,
        'x-max-length-bytes': MOST_BYTES,
        'x-overflow': 'drop-head',
      },
    });
    await channel.prefetch(all ? PREFETCH_ALL : PREFETCH);
    await channel.consume(queue, (message) => {
      if (message === null) {
        answers.end();
        void channel.close().catch(() => {}); // somebody deleted the queue: a new channel makes a new one
        return;
      }
      answers.take(message);
      if (isOpen && budget.take()) show(message);
      else dropped += 1;
      // Nothing is answered from here until the tap is shut: the broker sends no more than the prefetch.
      if (isOpen && budget.spent()) onSpent();
      else answers.answer();
    });
    return queue;
  }

  /** From bound to unbound. */
  async function burst(channel: Channel, queue: string, until: Promise<void>): Promise<void> {
    isOpen = true;
    await channel.bindQueue(queue, source, '');
    hasOpened = true;
    opened.resolve();
    while (await isLater(until, WATCH_EVERY_MS)) await channel.bindQueue(queue, source, '');
    await channel.unbindQueue(queue, source, '');
    isOpen = false;
    sampled = true;
    dropped += (await channel.purgeQueue(queue)).messageCount;
  }

  /** The tap on one channel, until it is closed, or the channel is. */
  async function listen(channel: Channel): Promise<void> {
    const lost = new AbortController();
    const answers = acknowledging(channel);
    channel.on('close', () => {
      answers.end();
      lost.abort();
    });
    const over = AbortSignal.any([closing.signal, lost.signal]);
    let shut = Promise.withResolvers<void>();
    over.addEventListener('abort', () => shut.resolve());
    const queue = await consume(channel, answers, () => shut.resolve());
    while (!over.aborted) {
      await burst(channel, queue, shut.promise);
      answers.answer();
      shut = Promise.withResolvers<void>();
      await pause(budget.fullInMs(), undefined, { signal: over }).catch(() => {});
    }
    answers.end();
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await connection.withChannel(listen);
      } catch (error) {
        opened.reject(error);
        if (!hasOpened) return;
        if ((error as { code?: unknown }).code === NOT_FOUND) {
          log.warn({ source }, 'the source of a tap is gone, and with it the tap');
          return;
        }
        log.info({ source, err: (error as Error).message }, 'a tap was lost: opening it again');
      }
      isOpen = false;
      sampled = true;
      // A closed connection does not come back: nothing waits for this.
      await pause(TRY_AGAIN_MS, undefined, { signal: closing.signal, ref: false }).catch(() => {});
    }
  }

  const running = run();
  await opened.promise;
  return {
    async close() {
      closing.abort();
      await running;
      log.debug({ source, shown, dropped }, 'a tap was closed');
    },
  };
}

/** Whether it takes longer than so many milliseconds: waits for one or the other. */
async function isLater(event: Promise<void>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const late = pause(ms, true, { signal: timer.signal, ref: false }).catch(() => false);
  const later = await Promise.race([event.then(() => false), late]);
  timer.abort();
  return later;
}

/** The answers to what came on a channel. */
interface Answers {
  take(message: ConsumeMessage): void;
  /** Answers all that were taken, one ack for all that came in the same turn. */
  answer(): void;
  /** An answer on a channel that is closing would throw. */
  end(): void;
}

function acknowledging(channel: Channel): Answers {
  let last: ConsumeMessage | undefined;
  let scheduled = false;
  let ended = false;
  return {
    take(message) {
      last = message;
    },
    answer() {
      if (scheduled) return;
      scheduled = true;
      setImmediate(() => {
        scheduled = false;
        if (last !== undefined && !ended) channel.ack(last, true);
        last = undefined;
      });
    },
    end() {
      ended = true;
    },
  };
}
