// Goes once through what waits in a queue, message by message, and decides about each: done with, or kept. What is kept goes back to where
// it was.
//
// In a quorum queue that takes care. What is handed back stands before what nobody has had yet, but behind what was handed back earlier;
// and of more than 32 answers at once the broker mixes up the order. So it goes on to the end of what was handed back earlier, and hands
// back a few at a time, each few when the broker has those before. (RabbitMQ 3.10 puts them at the end of a quorum queue without a
// delivery limit: there the order of a queue that is not seen to its end is another one afterwards.)
//
// Nothing is lost where this ends in the middle: what is in its hands goes back when its channel closes, in any order, and the broker counts
// that towards the delivery limit. What is handed back it does not count, from RabbitMQ 4 on; 3.10 does.
import type { Channel, GetMessage } from 'amqplib';
import type { BrokerConnection } from './connection.ts';

/** `done`: it leaves the queue. `keep`: it stays. */
export type Verdict = 'done' | 'keep';

export interface SweepOptions {
  /** Decides about no more messages than these, and never about more than were there when it began. */
  most?: number;
  /** Has no more than so many in hand, nor so many bytes: then it ends. */
  mostKept: number;
  mostKeptBytes: number;
  /** Ends it before the next message. */
  enough?: () => boolean;
}

const BACK_AT_ONCE = 16;
/** How often the queue is asked whether it has our answers. It takes them in turns, and forgets those that wait when the channel ends. */
const ANSWER_TURNS = 30;
const ANSWER_LIMIT_MS = 2_000;

/**
 * Calls `decide` with each message in turn, the first in the queue first. Answers about how many.
 * Rejects with the broker's 404 where there is no such queue, and with its 405 where the queue is another connection's own.
 */
export async function sweep(
  connection: BrokerConnection,
  queue: string,
  { most = Number.POSITIVE_INFINITY, mostKept, mostKeptBytes, enough = () => false }: SweepOptions,
  decide: (message: GetMessage) => Verdict | Promise<Verdict>,
): Promise<number> {
  return connection.withChannel(async (channel) => {
    // Asked before anything is taken: RabbitMQ 3.10 counts those who have taken among the consumers.
    const { messageCount, consumerCount } = await channel.checkQueue(queue);
    const hand: Hand = { kept: [], bytes: 0 };
    const hasRoom = (): boolean => hand.kept.length < mostKept && hand.bytes < mostKeptBytes;
    let taken = 0;
    let hadBefore = false;
    let decided = 0;

    const take = async (): Promise<GetMessage | undefined> => {
      const message = taken < messageCount && hasRoom() && (await channel.get(queue));
      if (!message) return undefined; // consumers had the rest
      taken += 1;
      hadBefore = message.fields.redelivered;
      return message;
    };
    const keep = (message: GetMessage): void => {
      hand.kept.push({ fields: message.fields });
      hand.bytes += message.content.length;
    };

    const goThrough = async (): Promise<void> => {
      while (decided < most && !enough()) {
        const message = await take();
        if (message === undefined) break;
        decided += 1;
        let verdict: Verdict = 'keep';
        try {
          verdict = await decide(message);
        } finally {
          if (verdict === 'done') channel.ack(message);
          else keep(message);
        }
      }
      while (hand.kept.length > 0 && hadBefore) {
        const message = await take();
        if (message === undefined) break;
        keep(message);
      }
    };

    try {
      await goThrough();
    } catch (error) {
      await answer(channel, queue, hand.kept, consumerCount > 0).catch(() => {}); // then they go back with the channel
      throw error;
    }
    if (taken > 0) await answer(channel, queue, hand.kept, consumerCount > 0);
    return decided;
  });
}

interface Hand {
  /** Without their content. */
  kept: Pick<GetMessage, 'fields'>[];
  bytes: number;
}

/** Hands back what was kept; resolves when the broker has it, and the acks of the rest. */
async function answer(channel: Channel, queue: string, kept: Hand['kept'], hasConsumers: boolean): Promise<void> {
  for (let from = 0; from < kept.length; from += BACK_AT_ONCE) {
    const few = kept.slice(from, from + BACK_AT_ONCE);
    const before = (await channel.checkQueue(queue)).messageCount;
    channel.nack(few.at(-1) as GetMessage, true, true); // all up to this one: those before it are answered
    if (hasConsumers) await takeTurns(channel, queue);
    else await untilThere(channel, queue, before + few.length);
  }
  if (kept.length === 0) await takeTurns(channel, queue);
}

/** For acks, and for what consumers may have before it is seen to be back. */
async function takeTurns(channel: Channel, queue: string): Promise<void> {
  for (let turn = 0; turn < ANSWER_TURNS; turn += 1) await channel.checkQueue(queue);
}

/** Asks until so many wait. A consumer may have come meanwhile and have them. */
async function untilThere(channel: Channel, queue: string, count: number): Promise<void> {
  const end = performance.now() + ANSWER_LIMIT_MS;
  while ((await channel.checkQueue(queue)).messageCount < count && performance.now() < end);
}
