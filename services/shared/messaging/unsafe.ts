// Messaging without its guarantees, to see what gets lost: what many a service does for want of knowing, or for speed. Nothing but
// `ParticipantOptions.unsafe` turns it on; the lab's services set that where UNSAFE_MESSAGING says so.
//
//                     safe                                        unsafe
//   publishing        until the broker has it on disk             until it is written to the socket; without a connection, dropped
//   a message         persistent                                  transient: only quorum queues keep it on disk all the same
//   no queue bound    an error                                    not heard of
//   the input         acked when its output is confirmed          counts as done when it is handed out
//   a handler dies    the broker hands its work out again         what was in its memory is gone: in work, and waiting for it
//
// Handlers, retries and failures are as ever. What becomes of the messages under a fault is what `./lab verdict` is there to say.
import type { ConsumeMessage } from 'amqplib';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Incoming } from './answers.ts';
import { type Outlet, openOutlet } from './outlet.ts';
import type { Publisher, PublishOptions, Settled, Target } from './publisher.ts';
import { Rolling } from './rolling.ts';
import { PublishError } from './types.ts';

const WARN_EVERY_MS = 60_000;
const WARNING = 'UNSAFE MESSAGING: no confirms, transient messages, acked on receipt. What fails now is lost for good';

/** A publisher that takes a message for sent when it has written it, or has nobody to write it to. */
export function createUnsafePublisher(): Publisher {
  let outlet: Outlet | undefined;
  let lastId = 0;

  function put(target: Target, content: Buffer | string, { headers = {}, expirationMs, urgent }: PublishOptions): void {
    lastId += 1;
    const messageId = String(lastId);
    outlet?.put({ ...target, mandatory: false, transient: true, messageId, expirationMs, urgent, headers, content });
  }

  function send(target: Target, content: Buffer | string, options: PublishOptions, settled: Settled): void {
    try {
      put(target, content, options);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      settled(new PublishError('too-large', error.message, { cause: error }));
      return;
    }
    settled();
  }

  return {
    blind: true,
    openChannel: (session) => session.createChannel(),
    attach(channel) {
      const opened = openOutlet(channel);
      outlet = opened;
      channel.on('close', () => {
        opened.close();
        if (outlet === opened) outlet = undefined;
      });
    },
    setBlocked: () => {}, // what it writes waits in the socket
    blocked: () => undefined,
    send,
    publish: (target, content, options = {}) =>
      new Promise((resolve, reject) => {
        send(target, content, options, (error) => (error === undefined ? resolve() : reject(error)));
      }),
    unconfirmed: () => 0,
  };
}

/** A message that the broker forgot when it sent it: nothing can be answered, and whatever happens, its work is ours alone. */
export function answeredOnReceipt(message: ConsumeMessage): Incoming {
  return { message, answerable: () => true, ack() {}, reject() {} };
}

/** Lets so many be worked on at once, as `prefetch` does where there are answers to wait for. The others wait in memory, in order. */
export interface Places<T> {
  /** Begins with it, now or when there is a place. */
  add(entry: T): void;
  /** One has ended. */
  free(): void;
}

/** @param signal once it has fired, nobody begins any more */
export function createPlaces<T>(count: number, begin: (entry: T) => void, signal: AbortSignal): Places<T> {
  const waiting = new Rolling<T>();
  let taken = 0;
  let filling = false;

  function fill(): void {
    if (filling) return; // it ended before `begin` returned: the loop below goes on
    filling = true;
    while (taken < count && waiting.size > 0 && !signal.aborted) {
      taken += 1;
      begin(waiting.takeFirst()!);
    }
    filling = false;
  }

  return {
    add(entry) {
      waiting.add(entry);
      fill();
    },
    free() {
      taken -= 1;
      fill();
    },
  };
}

/** Says at once and each minute that nothing is safe, and counts as a metric. Answers what ends that. */
export function shout(log: Log, metrics: Metrics): () => void {
  metrics.unsafe.set(1);
  log.warn(WARNING);
  const again = setInterval(() => log.warn(WARNING), WARN_EVERY_MS);
  again.unref();
  return () => clearInterval(again);
}
