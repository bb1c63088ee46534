// One write for everything that a turn of the event loop has to say. amqplib writes each frame by itself, which with
// TCP_NODELAY is a system call and a packet for each: a fifth of a busy worker's time.
import type { ChannelModel } from 'amqplib';

interface Corkable {
  write(...args: unknown[]): boolean;
  cork(): void;
  uncork(): void;
}

/**
 * Holds the connection's writes together until the end of the current operation. The socket is a part of amqplib that it does not
 * document; where it is not found, frames are written one by one as ever.
 */
export function coalesceWrites(model: ChannelModel): void {
  const { stream } = model.connection as unknown as { stream?: Corkable };
  if (typeof stream?.write !== 'function' || typeof stream.cork !== 'function') return;
  const write = stream.write.bind(stream);
  let corked = false;
  const uncork = (): void => {
    corked = false;
    stream.uncork();
  };
  stream.write = (...args) => {
    if (!corked) {
      corked = true;
      stream.cork();
      process.nextTick(uncork);
    }
    return write(...args);
  };
}
