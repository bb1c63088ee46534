// What goes to one client. Who reads slowly gets less, and who does not read at all is cut off: nothing is kept for ever.
//
//   waiting to be read   up to dropDataBeyond   all is sent
//                        up to cutOffBeyond     answers and changes are, data are left out
//                        more                   the connection ends
import { WebSocket } from 'ws';
import { createRate } from './rate.ts';

export interface OutgoingLimits {
  /** Data events a second, and a burst of as many. */
  dataPerSecond: number;
  /** Bytes. */
  dropDataBeyond: number;
  /** Bytes. */
  cutOffBeyond: number;
}

export interface Outgoing {
  send(text: string): void;
  /** Data may be left out. */
  sendData(text: string): void;
}

/** One answer may be larger than all that a client may leave unread: a trace's dump, for one. Then it does not count. */
const LARGE = 1024 * 1024;

export function createOutgoing(
  socket: WebSocket,
  { dataPerSecond, dropDataBeyond, cutOffBeyond }: OutgoingLimits,
  onCutOff: (unreadBytes: number) => void,
): Outgoing {
  const rate = createRate(dataPerSecond);
  let largeUnread = 0;

  function send(text: string): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    const unread = socket.bufferedAmount - largeUnread;
    if (unread > cutOffBeyond) {
      onCutOff(unread);
      socket.terminate(); // a close frame would wait behind all that it does not read
      return;
    }
    if (text.length < LARGE) {
      socket.send(text);
      return;
    }
    largeUnread += text.length;
    socket.send(text, () => {
      largeUnread -= text.length;
    });
  }

  return {
    send,
    sendData(text) {
      if (socket.bufferedAmount <= dropDataBeyond && rate.take()) send(text);
    },
  };
}
