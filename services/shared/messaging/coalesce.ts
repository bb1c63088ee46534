// One write for everything that a turn of the event loop has to say. amqplib writes each frame by itself, which with
// TCP_NODELAY is a system call and a packet for each: a fifth of a busy worker's time.
import type { Socket } from 'node:net';

/** Holds a socket's writes together until the end of the current operation. */
export function coalesceWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let corked = false;
  const uncork = (): void => {
    corked = false;
    socket.uncork();
  };
  socket.write = (...args: unknown[]) => {
    if (!corked) {
      corked = true;
      socket.cork();
      process.nextTick(uncork);
    }
    return write(...args);
  };
}
