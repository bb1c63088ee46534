// A few channels side by side for work on the broker that waits for its answers: one change of its routes takes RabbitMQ 1 to 5 ms, four
// on four channels hardly more (its log is written for all of them at once), where four on one channel take four times as long.
import type { Channel } from 'amqplib';
import type { BrokerConnection } from '../../shared/messaging/connection.ts';

const LANES = 6;
const NOT_FOUND = 404;

export interface Lanes {
  /**
   * Does something for each, on whatever channel is free. Rejects with the first failure, when no other is under way any more; what had not
   * begun then is left out.
   */
  each<T>(items: readonly T[], work: (channel: Channel, item: T) => Promise<unknown>): Promise<void>;
  /** The same, but that something is not there is no failure: resolves with what the broker answered a 404, and its errors. */
  eachThere<T>(items: readonly T[], work: (channel: Channel, item: T) => Promise<unknown>): Promise<Map<T, Error>>;
  /** Does one thing. */
  one<T>(work: (channel: Channel) => Promise<T>): Promise<T>;
}

/** Opens channels as they are needed, and has them closed in the end. A channel that the broker closed for a refusal is opened again. */
export async function withLanes<T>(
  connection: Pick<BrokerConnection, 'withChannel'>,
  use: (lanes: Lanes) => Promise<T>,
): Promise<T> {
  const done = Promise.withResolvers<void>();
  const channels: (Promise<Channel> | undefined)[] = [];

  function open(): Promise<Channel> {
    const opened = Promise.withResolvers<Channel>();
    const held = connection.withChannel(async (channel) => {
      opened.resolve(channel);
      await done.promise;
    });
    held.catch(opened.reject); // what happens to it later is heard by who works on it
    return opened.promise;
  }

  async function on<R>(lane: number, work: (channel: Channel) => Promise<R>): Promise<R> {
    channels[lane] ??= open();
    try {
      return await work(await channels[lane]);
    } catch (error) {
      channels[lane] = undefined;
      throw error;
    }
  }

  /** Each lane takes what is next. */
  async function spread<I>(items: readonly I[], work: (lane: number, item: I) => Promise<unknown>): Promise<void> {
    const rest = items.values();
    let failed: { error: unknown } | undefined;
    const run = async (_: unknown, lane: number): Promise<void> => {
      for (const item of rest) {
        if (failed !== undefined) return;
        await work(lane, item).catch((error: unknown) => {
          failed ??= { error };
        });
      }
    };
    await Promise.all(Array.from({ length: Math.min(LANES, items.length) }, run));
    if (failed !== undefined) throw failed.error;
  }

  const lanes: Lanes = {
    each: (items, work) => spread(items, (lane, item) => on(lane, (channel) => work(channel, item))),
    async eachThere(items, work) {
      const missing = new Map<(typeof items)[number], Error>();
      await spread(items, async (lane, item) => {
        try {
          await on(lane, (channel) => work(channel, item));
        } catch (error) {
          if ((error as { code?: number }).code !== NOT_FOUND) throw error;
          missing.set(item, error as Error);
        }
      });
      return missing;
    },
    one: (work) => on(0, work),
  };

  try {
    return await use(lanes);
  } finally {
    done.resolve(); // the channels close, and nobody needs to wait for that
  }
}
