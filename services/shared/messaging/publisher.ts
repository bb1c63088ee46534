// Publishing that tells the truth: a promise for each message, resolved when the broker has it on disk and routed.
//
//   published -> confirmed (resolved)
//             -> returned, then confirmed: no queue is bound (unroutable)
//             -> refused by the broker (refused)
//             -> the channel closed, or the time is up: nobody knows (unconfirmed; sending again may make a second copy)
import type { ConfirmChannel, Options } from 'amqplib';
import { PublishError } from './types.ts';

export interface Target {
  /** The empty string is the default exchange: the key is the name of a queue. */
  exchange: string;
  key: string;
}

export interface PublishOptions {
  headers?: Record<string, unknown>;
  /** The broker drops or dead-letters it after so many milliseconds in a queue. */
  expirationMs?: number;
  /** Where no queue is bound: an error (the default), or dropped. */
  unroutable?: 'error' | 'drop';
  /** How long to wait for the confirm, milliseconds. Default 10 s. */
  timeoutMs?: number;
}

export interface Publisher {
  /** Publishes on this channel from now on. */
  attach(channel: ConfirmChannel): void;
  /** The broker stops reading from us (memory or disk alarm), or goes on (undefined). */
  setBlocked(reason: string | undefined): void;
  publish(target: Target, content: Buffer, options?: PublishOptions): Promise<void>;
  unconfirmed(): number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

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
  let channel: ConfirmChannel | undefined;
  let blockedBy: string | undefined;
  let unblocked = Promise.withResolvers<void>();
  let writable: PromiseWithResolvers<void> | undefined;
  const returned = new Set<string>();
  let lastId = 0;
  let unconfirmed = 0;

  const send = (target: Target, content: Buffer, options: PublishOptions, timeoutMs: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const current = channel;
      if (current === undefined) {
        reject(new PublishError('disconnected', 'there is no connection to the broker'));
        return;
      }
      const messageId = String(++lastId);
      let open = true;
      const settle = (error?: PublishError): void => {
        if (!open) return;
        open = false;
        unconfirmed -= 1;
        clearTimeout(timer);
        if (error === undefined) resolve();
        else reject(error);
      };
      const timer = setTimeout(
        () => settle(new PublishError('unconfirmed', `the broker did not confirm the message within ${timeoutMs} ms`)),
        timeoutMs,
      );
      unconfirmed += 1;
      const properties: Options.Publish = {
        persistent: true,
        mandatory: options.unroutable !== 'drop',
        contentType: 'application/json',
        messageId,
        headers: options.headers,
        expiration: options.expirationMs,
      };
      try {
        const room = current.publish(target.exchange, target.key, content, properties, (error: Error | null) => {
          if (error?.message === 'message nacked') {
            settle(new PublishError('refused', 'the broker refused the message', { cause: error }));
          } else if (error) {
            settle(new PublishError('unconfirmed', 'the channel closed before the broker confirmed', { cause: error }));
          } else if (returned.delete(messageId)) {
            const where = target.exchange || target.key;
            settle(new PublishError('unroutable', `no queue is bound to ${where}: nobody would get the message`));
          } else settle();
        });
        if (!room && writable === undefined) {
          writable = Promise.withResolvers<void>();
          current.once('drain', () => {
            writable?.resolve();
            writable = undefined;
          });
        }
      } catch (error) {
        // Thrown before anything was written: the channel is closed, or the headers do not fit into a frame.
        const code = error instanceof RangeError ? 'too-large' : 'disconnected';
        settle(new PublishError(code, (error as Error).message, { cause: error }));
      }
    });

  return {
    attach(next) {
      channel = next;
      next.on('return', (message) => returned.add(message.properties.messageId as string));
      next.on('close', () => {
        if (channel === next) channel = undefined;
        returned.clear();
        writable?.resolve();
        writable = undefined;
      });
    },
    setBlocked(reason) {
      if (reason === undefined) {
        unblocked.resolve();
        unblocked = Promise.withResolvers<void>();
      }
      blockedBy = reason;
    },
    async publish(target, content, options = {}) {
      const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      if (blockedBy !== undefined && !(await waitFor(unblocked.promise, timeoutMs))) {
        throw new PublishError('refused', `the broker takes no messages now: ${blockedBy}`);
      }
      if (writable !== undefined && !(await waitFor(writable.promise, timeoutMs))) {
        throw new PublishError('refused', `the connection took no more bytes within ${timeoutMs} ms`);
      }
      await send(target, content, options, timeoutMs);
    },
    unconfirmed: () => unconfirmed,
  };
}
