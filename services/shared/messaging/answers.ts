// The answers to what one channel has delivered. Acks wait until what has just come in is worked through, so that one frame can
// answer many:
//
//   delivered:  1 2 3 4 5 6      acked at once: 1 2 3 5
//   sent:       ack up to 3, ack 5; later, with 4 and 6 done: ack up to 6
//
// A message is acked only when it has been; one that takes long holds up nobody's ack but the saving of a frame.
import type { ConsumeMessage } from 'amqplib';
import type { Answering } from './answer-frames.ts';
import { Rolling } from './rolling.ts';

/** A message and the channel on which it must be answered. */
export interface Incoming {
  readonly message: ConsumeMessage;
  /** False once its channel is gone: the broker hands it out again, an answer is neither needed nor possible. */
  answerable(): boolean;
  ack(): void;
  reject(options: { requeue: boolean }): void;
}

export interface Answers {
  /** Takes a message into the books; every message of the channel must come through here, in the order of delivery. */
  take(message: ConsumeMessage): Incoming;
  /** Sends what waits, now. */
  flush(): void;
  /** Sends no acks until `release`: the broker hands out no more than there is room for. */
  hold(): void;
  release(): void;
  /** The channel is gone: answers are not possible any more. */
  close(): void;
}

export function createAnswers(channel: Answering): Answers {
  /** Delivered, and not yet acked up to. */
  let entries = new Rolling<Entry>();
  /** Acked, and the broker not told yet. */
  let acked: Entry[] = [];
  let scheduled = false;
  let held = false;
  let open = true;

  class Entry implements Incoming {
    readonly message: ConsumeMessage;
    /** Acked by its handler or rejected; a second answer would close the channel. */
    answered = false;
    /** The broker has been told. */
    told = false;

    constructor(message: ConsumeMessage) {
      this.message = message;
    }

    answerable(): boolean {
      return open && !this.answered;
    }

    ack(): void {
      if (!this.answerable()) return;
      this.answered = true;
      acked.push(this);
      if (scheduled) return;
      scheduled = true;
      process.nextTick(flush);
    }

    reject({ requeue }: { requeue: boolean }): void {
      if (!this.answerable()) return;
      this.answered = true;
      this.told = true;
      channel.nack(this.message.fields.deliveryTag, requeue);
    }
  }

  function flush(): void {
    scheduled = false;
    if (!open || held) return;
    let last: Entry | undefined;
    let saved = 0;
    for (let entry = entries.first; entry?.answered; entry = entries.first) {
      entries.takeFirst();
      if (entry.told) continue;
      entry.told = true;
      last = entry;
      saved += 1;
    }
    // Nobody is between: what is rejected or was acked alone, the broker has been told before.
    if (last !== undefined) channel.ack(last.message.fields.deliveryTag, saved > 1);
    for (const entry of acked) {
      if (entry.told) continue;
      entry.told = true;
      channel.ack(entry.message.fields.deliveryTag, false);
    }
    acked = [];
  }

  return {
    take(message) {
      const entry = new Entry(message);
      entries.add(entry);
      return entry;
    },
    flush,
    hold() {
      held = true;
    },
    release() {
      held = false;
      flush();
    },
    close() {
      open = false;
      entries = new Rolling();
      acked = [];
    },
  };
}
