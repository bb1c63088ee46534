// What we use of amqplib that it does not document, in one place: a channel's number, and the socket. The package's version is
// pinned; what is missing is said at the first channel.
import type { Socket } from 'node:net';
import type { Channel, ChannelModel } from 'amqplib';

const UNSUPPORTED = 'this version of amqplib is built in another way than the one that is supported';

export interface Inside {
  /** The channel's number on its connection. */
  number: number;
  /** The largest frame that both sides take, bytes. */
  frameMax: number;
  stream: Socket;
}

/** The socket of a connection. @throws where amqplib is not built as we think */
export function socketOf(model: ChannelModel): Socket {
  const { stream } = model.connection as unknown as { stream?: Socket };
  if (typeof stream?.write !== 'function') throw new Error(UNSUPPORTED);
  return stream;
}

/** @throws where amqplib is not built as we think */
export function inside(channel: Channel): Inside {
  const { ch: number, connection } = channel as unknown as { ch: number; connection: Omit<Inside, 'number'> };
  const { frameMax, stream } = connection;
  if (typeof number !== 'number' || typeof frameMax !== 'number' || typeof stream?.write !== 'function') {
    throw new Error(UNSUPPORTED);
  }
  return { number, frameMax, stream };
}
