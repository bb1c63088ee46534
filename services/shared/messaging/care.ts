// Care with messages that may be poison. Whoever dies has the broker count it for all that was in its hands, and with the delivery limit
// the neighbours of a message that kills would end among the dead letters with it. So a *suspect*, which was in the hands of several that
// died, is worked on when nothing else is in hand: it dies alone, or it turns out to have been a neighbour.
//
//   open ---(a suspect comes)---> clearing ---(all else is out of our hands)---> alone ---(what comes is no suspect)---> open
//
//   open       all queues are consumed from, as far as their prefetch goes
//   clearing   nothing is taken any more; what is in hand is finished, further suspects are handed back
//   alone      the suspect; after it, one message at a time from its queue
//
// RabbitMQ before 4 counts what is handed back, too: there a suspect comes to its limit a little sooner.
import type { ConsumeMessage } from 'amqplib';
import type { Incoming } from './answers.ts';

/** A first end may be anybody's, of a machine or a broker; whoever sees a second one is careful. */
const SUSPECT_FROM = 2;

/** A message in hand. */
interface InHand {
  queue: string;
  incoming: Incoming;
}

export interface CareOptions<E> {
  /** The queues that are consumed from. What is not shared with others is not handed out again: it needs no care. */
  queues: readonly string[];
  /** Takes no more from these queues at a time than so many; 0 is nothing. All others are open. */
  limit(most: ReadonlyMap<string, number>): Promise<void>;
  /** Resolves when the broker has the answers that were given. */
  answersTaken(): Promise<void>;
  /** How many messages are in hand, those that wait here included. */
  inHand(): number;
  /** `alone`: nobody else is to be waited for. */
  begin(entry: E, alone: boolean): void;
  handBack(entry: E): void;
  /** Told of the suspect that is about to be worked on. */
  onSuspect(entry: E): void;
  /** Fires when nothing is to be begun any more. */
  signal: AbortSignal;
}

export interface Care<E> {
  /** Begins with a message, now or when its time has come. */
  take(entry: E): void;
  /** A message is out of our hands. */
  ended(entry: E): void;
}

/** Whether those who had a message before died of it, or beside it. The broker counts that for quorum queues only. */
export function isSuspect({ properties }: Pick<ConsumeMessage, 'properties'>): boolean {
  return Number(properties.headers?.['x-delivery-count'] ?? 0) >= SUSPECT_FROM;
}

export function createCare<E extends InHand>(options: CareOptions<E>): Care<E> {
  const { queues, begin, handBack, inHand, signal } = options;
  let state: 'open' | 'clearing' | 'alone' = 'open';
  /** In hand and not begun: the one that will be worked on, and others until they can be handed back. */
  let waiting: E[] = [];
  /** Nothing comes any more. */
  let closed = false;
  let last: E | undefined;

  const open = () => options.limit(new Map());
  const onlyFrom = (queue?: string) => options.limit(new Map(queues.map((name) => [name, name === queue ? 1 : 0])));

  async function clear(suspect: E): Promise<void> {
    state = 'clearing';
    waiting = [suspect];
    closed = false;
    await onlyFrom().catch(() => {}); // the channel is gone then, and so is what was in hand
    closed = true;
    // Handed back before, it would have come here again.
    for (const other of waiting.splice(1)) handBack(other);
    goOn();
  }

  function goOn(): void {
    if (state !== 'clearing' || !closed || inHand() > waiting.length) return;
    state = 'alone';
    // What is answered and not known of by the broker would count as in our hands.
    void options.answersTaken().then(() => {
      const [suspect] = waiting.splice(0) as [E];
      last = suspect;
      if (signal.aborted || !suspect.incoming.answerable()) handBack(suspect);
      else {
        options.onSuspect(suspect);
        begin(suspect, true);
      }
    });
  }

  return {
    take(entry) {
      const suspected = entry.incoming.message.fields.redelivered && isSuspect(entry.incoming.message);
      if (state === 'open' && suspected) void clear(entry);
      else if (state === 'clearing' && suspected && !closed) waiting.push(entry);
      else {
        if (state === 'alone' && !suspected) {
          state = 'open';
          void open().catch(() => {}); // the next connection knows it
        }
        begin(entry, state === 'alone');
      }
    },
    ended(entry) {
      if (state === 'clearing') goOn();
      if (entry !== last) return;
      last = undefined;
      if (state === 'alone') void onlyFrom(entry.queue).catch(() => {});
    },
  };
}
