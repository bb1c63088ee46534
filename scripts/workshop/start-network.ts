// Lets the roles of a graph take work again, where a client of the FBP protocol has stopped it: by the word of that protocol.
import { WebSocket } from 'ws';
import { CannotRun } from '../command.ts';
import { printable } from '../printable.ts';

const LIMIT_MS = 5_000;

interface Message {
  protocol: string;
  command: string;
  payload?: { message?: unknown };
}

/** @param url of the coordinator, http://host:port @throws {CannotRun} */
export async function startNetwork(url: string, { graph, secret }: { graph: string; secret: string }): Promise<void> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'noflo', { handshakeTimeout: LIMIT_MS });
  let limit: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => reject(new CannotRun(`the graph ${graph} cannot be started: ${why}`));
      limit = setTimeout(() => fail('the coordinator does not answer'), LIMIT_MS);
      socket.on('error', (error) => fail(error.message));
      socket.on('close', () => fail('the coordinator has closed the connection'));
      socket.on('open', () => {
        socket.send(JSON.stringify({ protocol: 'network', command: 'start', payload: { graph }, secret }));
      });
      socket.on('message', (data) => {
        const { protocol, command, payload } = JSON.parse(String(data)) as Message;
        if (protocol !== 'network') return;
        if (command === 'started') resolve();
        if (command === 'error') fail(printable(String(payload?.message)));
      });
    });
  } finally {
    clearTimeout(limit);
    socket.terminate();
  }
}
