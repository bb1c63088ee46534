// Publishing that tells the truth: each message is settled, without an error when the broker has it on disk and routed.
//
//   published -> confirmed (no error)
//             -> returned, then confirmed: no queue is bound (unroutable)
//             -> refused by the broker (refused)
//             -> the channel closed, or the time is up: nobody knows (unconfirmed; sending again may make a second copy)
import type { Channel, ChannelModel } from 'amqplib';
import { type Outlet, openOutlet } from './outlet.ts';
import type { Headers } from './publish-frames.ts';
import { Rolling } from './rolling.ts';
import { PublishError } from './types.ts';

export interface Target {
  /** The empty string is the default exchange: the key is the name of a queue. */
  exchange: string;
  key: string;
}

export interface PublishOptions {
  headers?: Headers;
  /** The broker drops or dead-letters it after so many milliseconds in a queue. */
  expirationMs?: number;
  /** It goes ahead of others that wait in its queue. */
  urgent?: boolean;
  /** Where no queue is bound: an error (the default), or dropped. */
  unroutable?: 'error' | 'drop';
  /** How long to wait for the confirm, milliseconds. Default 10 s. */
  timeoutMs?: number;
}

export interface Publisher {
  /** It never hears what becomes of a message (see unsafe.ts). */
  readonly blind: boolean;
  /** Opens the kind of channel that it publishes on. */
  openChannel(session: ChannelModel): Promise<Channel>;
  /** Publishes on this channel from now on. */
  attach(channel: Channel): void;
  /** The broker stops reading from us (memory or disk alarm), or goes on (undefined). */
  setBlocked(reason: string | undefined): void;
  /** Why the broker takes nothing from us now, where that is so. */
  blocked(): string | undefined;
  /** Calls `settled` once, with a PublishError where the broker does not have the message, or it is not known. */
  send(target: Target, content: Buffer | string, options: PublishOptions, settled: Settled): void;
  /** The same as a promise. @throws {PublishError} */
  publish(target: Target, content: Buffer | string, options?: PublishOptions): Promise<void>;
  unconfirmed(): number;
}

export type Settled = (error?: Error) => void;

const DEFAULT_TIMEOUT_MS = 10_000;
/** How often it is looked whether a confirm is overdue: a timer for each message would cost more than the message. */
const OVERDUE_CHECK_MS = 50;
const NO_HEADERS: Headers = {};

/** The broker's answer to one message, or to all up to one. Tags count the messages of a channel, from 1. */
interface Confirm {
  deliveryTag: number;
  multiple: boolean;
}

/** A message on its way. */
interface Sent {
  readonly messageId: string;
  readonly target: Target;
  readonly timeoutMs: number;
  readonly overdueAt: number;
  readonly settled: Settled;
}

/** Waits for a condition that somebody else brings about, or for the time to be up (false). */
function waitFor(event: Promise<void>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    void event.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

export function createPublisher(): Publisher {
  let outlet: Outlet | undefined;
  let blockedBy: string | undefined;
  let unblocked = Promise.withResolvers<void>();
  /** By the tag under which the broker will answer, on the channel that is open. */
  let onTheWay = new Rolling<Sent>(1);
  const returned = new Set<string>();
  let overdueCheck: NodeJS.Timeout | undefined;
  let lastId = 0;

  function rejectOverdue(): void {
    const now = performance.now();
    for (const [tag, sent] of onTheWay.entries()) {
      if (sent.overdueAt > now) continue;
      onTheWay.take(tag);
      sent.settled(
        new PublishError('unconfirmed', `the broker did not confirm the message within ${sent.timeoutMs} ms`),
      );
    }
    if (onTheWay.size > 0) return;
    clearInterval(overdueCheck);
    overdueCheck = undefined;
  }

  /** What the broker has said about a message. */
  function settle(sent: Sent, refused: boolean): void {
    const { messageId, target } = sent;
    const wasReturned = returned.size > 0 && returned.delete(messageId);
    if (refused) sent.settled(new PublishError('refused', 'the broker refused the message'));
    else if (wasReturned) {
      const where = target.exchange || target.key;
      sent.settled(new PublishError('unroutable', `no queue is bound to ${where}: nobody would get the message`));
    } else sent.settled();
  }

  function onConfirm({ deliveryTag, multiple }: Confirm, refused: boolean): void {
    const next = () => (multiple ? onTheWay.takeFirst(deliveryTag) : onTheWay.take(deliveryTag));
    for (let sent = next(); sent !== undefined; sent = next()) settle(sent, refused);
  }

  function onClose(): void {
    outlet?.close();
    outlet = undefined;
    const lost = onTheWay;
    onTheWay = new Rolling(1);
    returned.clear();
    for (const [, sent] of lost.entries()) {
      sent.settled(new PublishError('unconfirmed', 'the channel closed before the broker confirmed'));
    }
  }

  function sendNow(
    target: Target,
    content: Buffer | string,
    options: PublishOptions,
    timeoutMs: number,
    settled: Settled,
  ): void {
    if (outlet === undefined) {
      settled(new PublishError('disconnected', 'there is no connection to the broker'));
      return;
    }
    const messageId = String(lastId + 1);
    try {
      outlet.put({
        exchange: target.exchange,
        key: target.key,
        mandatory: options.unroutable !== 'drop',
        messageId,
        expirationMs: options.expirationMs,
        urgent: options.urgent,
        headers: options.headers ?? NO_HEADERS,
        content,
      });
    } catch (error) {
      const { message } = error as Error;
      settled(
        error instanceof RangeError ? new PublishError('too-large', message, { cause: error }) : (error as Error),
      );
      return;
    }
    lastId += 1;
    onTheWay.add({ messageId, target, timeoutMs, overdueAt: performance.now() + timeoutMs, settled });
    overdueCheck ??= setInterval(rejectOverdue, OVERDUE_CHECK_MS);
  }

  const possible = (): boolean => blockedBy === undefined && outlet?.full() === undefined;

  /** Resolves when a message can be sent, with the milliseconds that are left of the time for it. */
  async function whenPossible(timeoutMs: number): Promise<number> {
    const endsAt = performance.now() + timeoutMs;
    const left = (): number => Math.max(0, endsAt - performance.now());
    for (;;) {
      const reason = blockedBy;
      const room = outlet?.full();
      if (reason !== undefined) {
        if (await waitFor(unblocked.promise, left())) continue;
        throw new PublishError('refused', `the broker takes no messages now: ${reason}`);
      }
      if (room === undefined) return left();
      if (await waitFor(room, left())) continue;
      throw new PublishError('refused', `the connection took no more bytes within ${timeoutMs} ms`);
    }
  }

  function send(target: Target, content: Buffer | string, options: PublishOptions, settled: Settled): void {
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    if (possible()) sendNow(target, content, options, timeoutMs, settled);
    else whenPossible(timeoutMs).then((left) => sendNow(target, content, options, left, settled), settled);
  }

  return {
    blind: false,
    openChannel: (session) => session.createConfirmChannel(),
    attach(channel) {
      const opened = openOutlet(channel);
      outlet = opened;
      onTheWay = new Rolling(1);
      channel.on('return', (message) => returned.add(message.properties.messageId as string));
      channel.on('ack', (confirm: Confirm) => onConfirm(confirm, false));
      channel.on('nack', (confirm: Confirm) => onConfirm(confirm, true));
      channel.on('close', () => {
        if (outlet === opened) onClose();
      });
    },
    setBlocked(reason) {
      if (reason === undefined) {
        unblocked.resolve();
        unblocked = Promise.withResolvers<void>();
      }
      blockedBy = reason;
    },
    blocked: () => blockedBy,
    send,
    publish: (target, content, options = {}) =>
      new Promise((resolve, reject) => {
        send(target, content, options, (error) => (error === undefined ? resolve() : reject(error)));
      }),
    unconfirmed: () => onTheWay.size,
  };
}
