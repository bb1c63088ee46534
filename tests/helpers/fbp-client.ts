// A client of the FBP protocol for tests. It checks every message that it hears against the schemas of the package fbp-protocol, and
// ends with its scope.
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { WebSocket } from 'ws';
import type { Scope } from './broker.ts';
import { eventually } from './eventually.ts';

/** The schemas, in the validator that comes with them. Their module is CommonJS without types. */
const schemas = createRequire(import.meta.url)('fbp-protocol/schema/index.js') as {
  validateMultiple(
    value: unknown,
    schema: string,
  ): { errors: { message: string; dataPath: string }[]; missing: string[] };
};

export interface FbpMessage {
  protocol: string;
  command: string;
  // biome-ignore lint/suspicious/noExplicitAny: what is in it is the subject of the tests
  payload: any;
  responseTo?: string;
}

export interface FbpClient {
  readonly socket: WebSocket;
  /** All that it heard, in order. */
  readonly messages: readonly FbpMessage[];
  /** What is wrong with messages that it heard, by the schemas. */
  readonly violations: readonly string[];
  /** How the connection ended. */
  readonly closed: Promise<{ code: number; reason: string }>;
  /** With the secret, where the client has one. */
  send(protocol: string, command: string, payload?: object, requestId?: string): void;
  /** Sends, and resolves with the first message that answers it, an error among them. */
  ask(protocol: string, command: string, payload?: object): Promise<FbpMessage>;
  /** Resolves with a message heard by now or later. @param named `network:data` */
  heard(named: string, fits?: (message: FbpMessage) => boolean): Promise<FbpMessage>;
  /** The names of all that it heard, as `graph:addnode`. */
  names(): string[];
}

export interface FbpClientOptions {
  secret?: string;
  /** Sub-protocols that it asks for. */
  subprotocols?: string[];
  headers?: Record<string, string>;
}

const nameOf = ({ protocol, command }: FbpMessage): string => `${protocol}:${command}`;

/** The schemas have none for this one, which their text lists among a runtime's answers. */
const SCHEMA_OF: Record<string, string> = { 'network:persist': '/shared/output_message' };
/** Its schema has no place for the id of the request. */
const ANSWERS_WITHOUT_ID = ['network:edges'];

function violationsOf(message: FbpMessage): string[] {
  const { protocol, command } = message;
  const schema = SCHEMA_OF[nameOf(message)] ?? `/${protocol}/output/${command}`;
  const { errors, missing } = schemas.validateMultiple(message, schema);
  return [
    ...missing.map((name) => `there is no schema ${name}`),
    ...errors.map((error) => `${nameOf(message)}${error.dataPath}: ${error.message}`),
  ];
}

/** Rejects where the server does not let it in. @param url ws://host:port */
export async function openFbpClient(
  scope: Scope,
  url: string,
  { secret, subprotocols = ['noflo'], headers = {} }: FbpClientOptions = {},
): Promise<FbpClient> {
  const socket = new WebSocket(url, subprotocols, { headers });
  const messages: FbpMessage[] = [];
  const violations: string[] = [];
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  scope.after(async () => {
    socket.terminate();
    await closed;
  });
  socket.on('message', (data) => {
    const message = JSON.parse(data.toString()) as FbpMessage;
    messages.push(message);
    violations.push(...violationsOf(message));
  });
  await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.on('error', () => {}); // how it ended is what `closed` tells

  const client: FbpClient = {
    socket,
    messages,
    violations,
    closed,
    send(protocol, command, payload = {}, requestId) {
      socket.send(JSON.stringify({ protocol, command, payload, secret, requestId }));
    },
    async ask(protocol, command, payload) {
      const requestId = randomUUID();
      const before = messages.length;
      client.send(protocol, command, payload, requestId);
      const name = `${protocol}:${command}`;
      return eventually(`an answer to ${name}`, () =>
        messages
          .slice(before)
          .find(
            (message) =>
              message.responseTo === requestId || (ANSWERS_WITHOUT_ID.includes(name) && nameOf(message) === name),
          ),
      );
    },
    heard: (named, fits = () => true) =>
      eventually(named, () => messages.find((message) => nameOf(message) === named && fits(message))),
    names: () => messages.map(nameOf),
  };
  return client;
}
