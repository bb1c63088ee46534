// Where messages leave: they are written side by side into memory, which goes to the socket once, when the turn of the event loop ends.
// One write of a hundred messages costs the system little more than one of one.
import type { Channel } from 'amqplib';
import { inside } from './amqplib-inside.ts';
import { type Message, mostBytes, writeFrames } from './publish-frames.ts';

const MEMORY_BYTES = 64 * 1024;
/** So much may wait for the network, before whoever publishes has to wait. */
const MOST_WAITING_BYTES = 1024 * 1024;

export interface Outlet {
  /** Takes a message, to be sent within this turn. @throws {RangeError} where it does not fit what AMQP has room for; nothing is sent then. */
  put(message: Message): void;
  /** Resolves when the network has taken what waits; undefined where there is room now. */
  full(): Promise<void> | undefined;
  /** The channel is gone, and with it what was not sent yet. */
  close(): void;
}

/** An outlet on a channel of which nobody else makes use to publish. */
export function openOutlet(channel: Channel): Outlet {
  const { number, stream, frameMax } = inside(channel);
  let memory = Buffer.alloc(0);
  let begin = 0; // of what is not sent yet
  let end = 0;
  let scheduled = false;
  let open = true;
  let drained: PromiseWithResolvers<void> | undefined;

  function flush(): void {
    if (open && end > begin) stream.write(memory.subarray(begin, end));
    begin = end;
  }

  function onTurnEnd(): void {
    scheduled = false;
    flush();
  }

  function onDrain(): void {
    drained?.resolve();
    drained = undefined;
  }

  return {
    put(message) {
      const most = mostBytes(message, frameMax);
      if (end + most > memory.length) {
        flush();
        // What was sent may still be read by the socket: new memory, each time.
        memory = Buffer.allocUnsafeSlow(Math.max(MEMORY_BYTES, most));
        begin = 0;
        end = 0;
      }
      end = writeFrames(memory, end, number, message, frameMax);
      if (scheduled) return;
      scheduled = true;
      process.nextTick(onTurnEnd);
    },
    full() {
      if (!open || stream.writableLength + end - begin < MOST_WAITING_BYTES) return undefined;
      if (drained === undefined) {
        flush();
        drained = Promise.withResolvers();
        stream.once('drain', onDrain);
      }
      return drained.promise;
    },
    close() {
      open = false;
      stream.removeListener('drain', onDrain);
      onDrain();
    },
  };
}
