// The answers to what one channel has delivered. Acks wait for the end of the event loop's turn, so that one frame can answer many:
//
//   delivered:  1 2 3 4 5 6      acked in this turn: 1 2 3 5
//   sent:       ack up to 3, ack 5; later, with 4 and 6 done: ack up to 6
//
// A message is acked only when it has been; one that takes long holds up nobody's ack but the saving of a frame.
import type { Channel, ConsumeMessage } from 'amqplib';
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
  /** The channel is gone: answers are not possible any more. */
  close(): void;
}

export function createAnswers(channel: Pick<Channel, 'ack' | 'nack'>): Answers {
  /** Delivered, and not yet acked up to. */
  let entries = new Rolling<Entry>();
  /** Acked in this turn. */
  let acked: Entry[] = [];
  let scheduled: NodeJS.Immediate | undefined;
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
      scheduled ??= setImmediate(flush);
    }

    reject({ requeue }: { requeue: boolean }): void {
      if (!this.answerable()) return;
      this.answered = true;
      this.told = true;
      channel.nack(this.message, false, requeue);
    }
  }

  function flush(): void {
    if (scheduled !== undefined) clearImmediate(scheduled);
    scheduled = undefined;
    if (!open) return;
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
    if (last !== undefined) channel.ack(last.message, saved > 1);
    for (const entry of acked) {
      if (entry.told) continue;
      entry.told = true;
      channel.ack(entry.message);
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
    close() {
      open = false;
      if (scheduled !== undefined) clearImmediate(scheduled);
      entries = new Rolling();
      acked = [];
    },
  };
}
