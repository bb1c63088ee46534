// The FBP protocol over WebSocket: what Flowhub, noflo-ui and the lab's console speak. It admits clients, has a session for each, and
// tells all of them what happens to the graphs.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { refusalOf } from '../../shared/admission.ts';
import type { Log } from '../../shared/log.ts';
import { secretCheck } from '../../shared/secret.ts';
import type { Coordinator, CoordinatorEvent } from '../coordinator.ts';
import { componentHandlers } from './component-protocol.ts';
import { createFeed } from './feed.ts';
import { graphHandlers } from './graph-protocol.ts';
import type { ProtocolName } from './messages-in.ts';
import {
  clearMessage,
  componentMessage,
  dataMessage,
  errorMessage,
  graphMessage,
  type Message,
  messageText,
  startedMessage,
  stoppedMessage,
} from './messages-out.ts';
import { networkHandlers } from './network-protocol.ts';
import type { OutgoingLimits } from './outgoing.ts';
import type { Handlers, Runtime, RuntimeInfo } from './request.ts';
import { runtimeHandlers } from './runtime-protocol.ts';
import { createSession, type Session } from './session.ts';
import { shownData } from './shown-data.ts';
import { traceHandlers } from './trace-protocol.ts';
import { createTraces } from './traces.ts';

export interface FbpServerOptions {
  coordinator: Coordinator;
  /** Clients that know it may change things. Where it is empty, none may. */
  secret: string;
  runtime: RuntimeInfo;
  /** Sites whose pages may connect, beside those of this machine: `https://lab.example.org`. */
  allowedOrigins: readonly string[];
  log: Log;
  limits?: Partial<Limits>;
}

interface Limits extends OutgoingLimits {
  clients: number;
  /** How often clients are asked for a sign of life, milliseconds. */
  heartbeatMs: number;
  /** A larger frame ends its connection. */
  frameBytes: number;
}

const DEFAULT_LIMITS: Limits = {
  clients: 100,
  heartbeatMs: 20_000,
  frameBytes: 1024 * 1024,
  dataPerSecond: 200,
  dropDataBeyond: 256 * 1024,
  cutOffBeyond: 4 * 1024 * 1024,
};

const SUBPROTOCOL = 'noflo';
const GOING_AWAY = 1001;
/** How long clients have to say goodbye. */
const GOODBYE_MS = 1_000;

export interface FbpServer {
  /** For `http.on('upgrade')`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  clients(): number;
  /** Says goodbye to the clients and stops listening to data. */
  close(): Promise<void>;
}

/** What clients are told of an event. */
function messageOf(event: CoordinatorEvent): Message | undefined {
  switch (event.kind) {
    case 'cleared':
      return clearMessage(event.graph, event.name, event.main);
    case 'graph':
      return graphMessage(event.graph, event.event);
    case 'started':
      return startedMessage(event.graph, event.at);
    case 'stopped':
      return stoppedMessage(event.graph, event.at, event.uptimeMs);
    case 'initial': {
      const { data, to } = event.initial;
      const bytes = Buffer.byteLength(JSON.stringify(data) ?? '');
      return dataMessage(event.graph, undefined, to, shownData(data, bytes));
    }
    case 'component':
      return componentMessage(event.component);
    case 'error':
      return errorMessage('network', event.message, event.graph);
  }
}

function turnAway(socket: Duplex, status: string, why: string): void {
  const body = `${why}\n`;
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\n\r\n${body}`);
}

export function createFbpServer(options: FbpServerOptions): FbpServer {
  const { coordinator, allowedOrigins, runtime: info, log } = options;
  const { clients: mostClients, heartbeatMs, frameBytes, ...outgoing } = { ...DEFAULT_LIMITS, ...options.limits };
  const feed = createFeed(coordinator, log);
  const traces = createTraces(coordinator, feed, info.label, log);
  const runtime: Runtime = { coordinator, feed, traces, info, debug: new Set() };
  const handlers: Handlers<ProtocolName> = {
    ...runtimeHandlers(runtime),
    ...graphHandlers(runtime),
    ...networkHandlers(runtime),
    ...componentHandlers(runtime),
    ...traceHandlers(runtime),
  };
  const knows = secretCheck(options.secret);
  const sessions = new Map<WebSocket, Session>();
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: frameBytes,
    perMessageDeflate: false,
    // A client that asks for other sub-protocols would not accept the silence of a server that knows none of them.
    handleProtocols: (asked) => (asked.has(SUBPROTOCOL) ? SUBPROTOCOL : ([...asked][0] ?? false)),
  });
  let closing = false;

  const stopListening = coordinator.listen((event) => {
    const message = messageOf(event);
    const news = { event, ...(message === undefined ? {} : { message, text: messageText(message) }) };
    for (const session of sessions.values()) session.hear(news);
  });
  const heartbeat = setInterval(() => {
    for (const session of sessions.values()) session.heartbeat();
  }, heartbeatMs);
  heartbeat.unref();

  function begin(socket: WebSocket): void {
    const session = createSession({ socket, runtime, handlers, knows, limits: outgoing, log });
    sessions.set(socket, session);
    socket.once('close', () => sessions.delete(socket));
  }

  return {
    handleUpgrade(request, socket, head) {
      socket.on('error', (error) => log.debug({ why: error.message }, 'a client left before it was connected'));
      const { origin, host } = request.headers;
      const why = refusalOf({ origin, host }, allowedOrigins);
      if (why !== undefined) {
        log.warn({ origin, host, why }, 'a client was turned away');
        turnAway(socket, '403 Forbidden', why);
      } else if (closing || sessions.size >= mostClients) {
        turnAway(
          socket,
          '503 Service Unavailable',
          closing ? 'this is about to end' : 'too many clients are connected',
        );
      } else sockets.handleUpgrade(request, socket, head, begin);
    },
    clients: () => sessions.size,
    async close() {
      closing = true;
      clearInterval(heartbeat);
      stopListening();
      const open = [...sessions];
      for (const [, session] of open) session.close(GOING_AWAY, 'the coordinator ends');
      const cutOff = setTimeout(() => {
        for (const [socket] of open) socket.terminate();
      }, GOODBYE_MS);
      await Promise.all(open.map(([, session]) => session.ended));
      clearTimeout(cutOff);
      await traces.close();
      await feed.close();
    },
  };
}
