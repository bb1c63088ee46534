// One client: its requests are done one after the other, so that answers come in their order; what happens to graphs is told as it happens.
import { WebSocket } from 'ws';
import type { Log } from '../../shared/log.ts';
import type { CoordinatorEvent } from '../coordinator.ts';
import { createListening } from './listening.ts';
import { COMMANDS, type Command, type CommandName, type ProtocolName, readFrame } from './messages-in.ts';
import { errorMessage, type Message, messageText } from './messages-out.ts';
import { createOutgoing, type OutgoingLimits } from './outgoing.ts';
import { Refusal } from './refusal.ts';
import type { Client, Handlers, Request, Runtime } from './request.ts';
import { mainPorts } from './runtime-protocol.ts';

/** What the server tells a session of what happened. */
export interface News {
  event: CoordinatorEvent;
  /** For clients; some events are not for them. */
  message?: Message;
  /** Of the message. */
  text?: string;
}

export interface Session {
  hear(news: News): void;
  /** Asks the client for a sign of life; ends it where it has given none since it was last asked. */
  heartbeat(): void;
  close(code: number, reason: string): void;
  /** Resolves when it listens to nothing any more. */
  readonly ended: Promise<void>;
}

export interface SessionOptions {
  socket: WebSocket;
  runtime: Runtime;
  handlers: Handlers<ProtocolName>;
  knows: (secret: unknown) => boolean;
  limits: OutgoingLimits;
  log: Log;
}

/** A client that asks faster than it can be answered is not read from for a while: its frames wait with it. */
const MOST_WAITING = 32;
const MOST_WAITING_CHARACTERS = 1024 * 1024;

/** The message by which an event answers the command that caused it. */
function answerOf(command: CommandName): string {
  if (command === 'network:start') return 'network:started';
  return command === 'network:stop' ? 'network:stopped' : command;
}

const nameOf = ({ protocol, command }: Message): string => `${protocol}:${command}`;

/** The schema of this answer is the one of its request, which has no place for the id of another. */
const WITHOUT_ID = 'network:edges';

/** Whether the exported ports of the main graph may be others now. */
const changesPorts = (event: CoordinatorEvent): boolean =>
  event.kind === 'cleared' || (event.kind === 'graph' && /port|renamenode/.test(event.event.do));

export function createSession({ socket, runtime, handlers, knows, limits, log }: SessionOptions): Session {
  const { coordinator, feed } = runtime;
  const waiting: string[] = [];
  let waitingCharacters = 0;
  let working = false;
  let alive = true;
  /** The ports that the client knows, as text; undefined where it has not asked. */
  let knownPorts: string | undefined;
  let current: Request | undefined;
  const ended = Promise.withResolvers<void>();

  const outgoing = createOutgoing(socket, limits, (unreadBytes) =>
    log.warn({ unreadBytes }, 'a client does not read what it is sent: it was cut off'),
  );
  const tell = (message: Message, requestId?: string): void => outgoing.send(messageText(message, requestId));
  const listening = createListening({ coordinator, feed, show: outgoing.sendData, log });

  function tellPorts(): void {
    const message = mainPorts(coordinator);
    const text = message === undefined ? '' : messageText(message);
    if (text === knownPorts) return;
    knownPorts = text;
    if (text !== '') outgoing.send(text);
  }

  const client: Client = {
    listening,
    followPorts() {
      knownPorts = undefined;
      tellPorts();
    },
  };

  function requestOf(command: CommandName, authorized: boolean, requestId: string | undefined): Request {
    let answered = false;
    return {
      client,
      command,
      authorized,
      get answered() {
        return answered;
      },
      answer(message) {
        answered = true;
        tell(message, nameOf(message) === WITHOUT_ID ? undefined : requestId);
      },
      tell,
    };
  }

  async function perform({ name, payload }: Command, request: Request): Promise<void> {
    if (COMMANDS[name].secret) {
      const ready = coordinator.ready();
      if (!ready.ok) throw new Refusal(`the coordinator is not at work: ${ready.reason}`);
    }
    // The compiler does not see that name and payload belong together.
    const handle = handlers[name] as (payload: unknown, request: Request) => Promise<void> | void;
    await handle(payload, request);
  }

  async function take(text: string): Promise<void> {
    const read = readFrame(text, knows);
    const { protocol, requestId, authorized } = read;
    if ('refused' in read) {
      tell(errorMessage(protocol, read.refused), requestId);
      return;
    }
    const request = requestOf(read.command.name, authorized, requestId);
    current = request;
    try {
      await perform(read.command, request);
    } catch (error) {
      const { message } = error as Error;
      const isExpected = error instanceof Refusal || (error as Error).name === 'ChangeError';
      if (!isExpected) log.info({ err: error, command: read.command.name }, 'a request of a client has failed');
      const { graph } = read.command.payload as { graph?: string };
      request.answer(errorMessage(protocol, message, graph));
    } finally {
      current = undefined;
    }
  }

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    for (let text = waiting.shift(); text !== undefined; text = waiting.shift()) {
      waitingCharacters -= text.length;
      if (socket.readyState === WebSocket.OPEN) await take(text);
      if (socket.isPaused && waiting.length === 0) socket.resume();
    }
    working = false;
  }

  socket.on('message', (data: Buffer, isBinary: boolean) => {
    alive = true;
    if (isBinary) {
      tell(errorMessage('runtime', 'messages are text, this one was binary'));
      return;
    }
    const text = data.toString('utf8');
    waiting.push(text);
    waitingCharacters += text.length;
    if (waiting.length >= MOST_WAITING || waitingCharacters >= MOST_WAITING_CHARACTERS) socket.pause();
    void work();
  });
  socket.on('pong', () => {
    alive = true;
  });
  // A frame that is too large, no UTF-8, not masked: ws closes the connection with the code that says so.
  socket.on('error', (error) => log.debug({ why: error.message }, 'the connection to a client failed'));
  socket.on('close', () => {
    waiting.length = 0;
    void listening.close().finally(() => ended.resolve());
  });

  return {
    ended: ended.promise,
    hear({ event, message, text }) {
      listening.follow(event);
      if (event.kind === 'initial') listening.initial(event.graph, text!);
      else if (message !== undefined) {
        const by = 'by' in event ? event.by : undefined;
        if (current !== undefined && by === current && nameOf(message) === answerOf(current.command)) {
          current.answer(message);
        } else outgoing.send(text!);
      }
      if (knownPorts !== undefined && changesPorts(event)) tellPorts();
    },
    heartbeat() {
      // While it is paused nothing is read, its pong neither.
      if (!alive && !socket.isPaused) {
        log.info('a client does not answer: it was cut off');
        socket.terminate();
        return;
      }
      alive = false;
      if (socket.readyState === WebSocket.OPEN) socket.ping();
    },
    close(code, reason) {
      socket.close(code, reason);
    },
  };
}
