// What a connection consumes: all of it on one channel, taken up again on each new one, and held back while it is paused.
import { setTimeout as pause } from 'node:timers/promises';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { Log } from '../log.ts';
import { answering } from './answer-frames.ts';
import { type Answers, createAnswers, type Incoming } from './answers.ts';
import { answeredOnReceipt } from './unsafe.ts';

/**
 * How often a queue is asked before it surely has the acks that were sent: a quorum queue takes them in turns, and each question lets it
 * take one.
 */
const ACK_TURNS = 30;
/** A broker that does not read (an alarm, a network that swallows packets) does not answer a goodbye either: it gets this long. */
const GOODBYE_LIMIT_MS = 1_000;

interface Consumer {
  /** A function where it has another name each time that it is declared. */
  queue: string | (() => string);
  prefetch: number;
  onMessage(incoming: Incoming): void;
}

/** The channel on which everything is consumed, and the answers to what came on it. */
interface Open {
  channel: Channel;
  answers: Answers;
  /** The consumers that the broker has: its names for them, and how much it hands out to each. */
  tags: Map<Consumer, { tag: string; prefetch: number }>;
  /** Until everything is declared, nothing is consumed. */
  begun: boolean;
  /** The end of the last change: they are made one after the other. */
  turn: Promise<void>;
}

export interface Consuming {
  /** Opens the channel on a new connection. `onClosed`: the broker, or the end of the connection, closed it. */
  open(session: ChannelModel, onClosed: () => void): Promise<void>;
  /** Consumes on it what is wanted, when all that this needs is declared. */
  begin(): Promise<void>;
  /** `declared`: what the queue needs to be there, where the channel is open already. */
  consume(
    queue: string | (() => string),
    prefetch: number,
    onMessage: (incoming: Incoming) => void,
    declared: Promise<unknown>,
  ): Promise<void>;
  /** Takes nothing from these queues, and from all others. */
  pause(queues: readonly string[]): Promise<void>;
  paused(): boolean;
  /** Has no more in hand from these queues than so many, 0 for none; from all others, and these at most, their prefetch. */
  limit(most: ReadonlyMap<string, number>): Promise<void>;
  /**
   * Takes nothing any more, for good. Acks wait until the broker has ended our consumers: what an ack has it hand out at that moment
   * would never come to us, and count as handed out.
   */
  stop(): Promise<void>;
  /** See `BrokerConnection.finishAnswers`. */
  finishAnswers(): Promise<void>;
  /** Nothing can be answered any more: an answer on a channel that is closing would throw. */
  endAnswers(): void;
  /** The connection is gone. */
  lost(): void;
  /** Closes the channel after the answers that were given. */
  close(): Promise<void>;
}

/** Waits for something, whatever becomes of it, but not longer than a goodbye may take. */
export async function goodbye(work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const late = pause(GOODBYE_LIMIT_MS, undefined, { signal: timer.signal });
  await Promise.race([work, late]).catch(() => {});
  timer.abort();
  late.catch(() => {});
}

const nameOf = ({ queue }: Consumer): string => (typeof queue === 'string' ? queue : queue());

/** @param unsafe has the broker take each message for answered as soon as it is sent, and sends no answers (see unsafe.ts) */
export function createConsuming(log: Log, { unsafe }: { unsafe: boolean }): Consuming {
  const consumers: Consumer[] = [];
  let held: ReadonlySet<string> = new Set();
  let most: ReadonlyMap<string, number> = new Map();
  let stopped = false;
  let current: Open | undefined;

  async function register({ channel, answers, tags }: Open, consumer: Consumer, prefetch: number): Promise<void> {
    await channel.prefetch(prefetch); // holds for the consumers registered after it
    const queue = nameOf(consumer);
    const onMessage = (message: ConsumeMessage | null): void => {
      if (message !== null) consumer.onMessage(unsafe ? answeredOnReceipt(message) : answers.take(message));
      else {
        log.warn({ queue }, 'the broker ended our consumer, the queue was deleted: starting over');
        answers.close(); // an answer on a channel that is closing would throw
        void channel.close().catch(() => {});
      }
    };
    const { consumerTag } = await channel.consume(queue, onMessage, { noAck: unsafe });
    tags.set(consumer, { tag: consumerTag, prefetch });
  }

  /**
   * Work first, and what is only heard after it: each waits for the one before. An ack that came before the end of its consumer would
   * have the broker hand out more.
   */
  const inOrder = (): Consumer[] =>
    consumers.toSorted((a, b) => Number(typeof a.queue !== 'string') - Number(typeof b.queue !== 'string'));

  /** How much the broker may hand out to a consumer before the first is answered. */
  function roomFor(consumer: Consumer): number {
    const name = nameOf(consumer);
    return stopped || held.has(name) ? 0 : Math.min(consumer.prefetch, most.get(name) ?? consumer.prefetch);
  }

  /** Makes the broker's consumers those that are wanted. */
  async function settle(open: Open): Promise<void> {
    for (const consumer of inOrder()) {
      const wanted = roomFor(consumer);
      const there = open.tags.get(consumer);
      if (wanted === (there?.prefetch ?? 0)) continue;
      open.tags.delete(consumer);
      if (there !== undefined) await open.channel.cancel(there.tag);
      if (wanted > 0) await register(open, consumer, wanted);
    }
  }

  function inTurn(open: Open): Promise<void> {
    const settled = open.turn.then(() => settle(open));
    open.turn = settled.catch(() => {}); // whoever asked for it is told
    return settled;
  }

  const change = async (): Promise<void> => {
    if (current?.begun) await inTurn(current);
  };

  /** Resolves when the queues have the acks that were sent, and have handed out what those made room for. */
  async function caughtUp({ channel }: Open): Promise<void> {
    for (let turn = 0; turn < ACK_TURNS; turn += 1) {
      for (const { queue } of consumers) if (typeof queue === 'string') await channel.checkQueue(queue);
    }
  }

  return {
    async open(session, onClosed) {
      const channel = await session.createChannel();
      const answers = createAnswers(answering(channel));
      channel.on('error', (error) => log.error({ err: error }, 'the broker closed the consuming channel'));
      channel.on('close', () => {
        answers.close();
        onClosed();
      });
      current = { channel, answers, tags: new Map(), turn: Promise.resolve(), begun: false };
    },
    async begin() {
      if (current === undefined) return;
      current.begun = true;
      await inTurn(current);
    },
    async consume(queue, prefetch, onMessage, declared) {
      consumers.push({ queue, prefetch, onMessage });
      await declared;
      await change();
    },
    async pause(queues) {
      held = new Set(queues);
      await change();
    },
    paused: () => held.size > 0,
    async limit(queues) {
      most = queues;
      await change();
    },
    async stop() {
      stopped = true;
      if (!current?.begun) return; // what begins now begins with nothing
      const open = current;
      open.answers.hold();
      // Where the channel is gone, nothing comes any more; where the broker does not answer, it ends with the connection.
      await goodbye(caughtUp(open).then(() => inTurn(open)));
      open.answers.release();
    },
    async finishAnswers() {
      if (current === undefined) return;
      current.answers.flush();
      await goodbye(caughtUp(current)); // where the channel is gone, so is all that was unanswered
    },
    endAnswers() {
      current?.answers.close();
    },
    lost() {
      current = undefined;
    },
    async close() {
      if (current === undefined) return;
      const { channel, answers } = current;
      answers.flush();
      answers.close(); // what is answered now is answered too late
      await channel.close().catch(() => {});
    },
  };
}
