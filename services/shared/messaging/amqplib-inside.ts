// What we use of amqplib that it does not document, in one place: a channel's number, and the socket. The package's version is
// pinned; what is missing is said at the first channel.
import type { Channel } from 'amqplib';

export interface Inside {
  /** The channel's number on its connection. */
  number: number;
  /** The largest frame that both sides take, bytes. */
  frameMax: number;
  stream: NodeJS.WritableStream & { writableLength: number; cork(): void; uncork(): void };
}

/** @throws where amqplib is not built as we think */
export function inside(channel: Channel): Inside {
  const { ch: number, connection } = channel as unknown as { ch: number; connection: Omit<Inside, 'number'> };
  const { frameMax, stream } = connection;
  if (typeof number !== 'number' || typeof frameMax !== 'number' || typeof stream?.write !== 'function') {
    throw new Error('this version of amqplib is built in another way than the one that is supported');
  }
  return { number, frameMax, stream };
}
