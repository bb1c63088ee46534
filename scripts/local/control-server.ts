// The supervisor's control interface: HTTP with JSON on a socket in .lab/ that only its owner can open. What it answers to stands in
// services/platform/drivers/process/supervisor-api.ts.
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { constants } from 'node:os';
import { relative } from 'node:path';
import type { SupervisorEvent } from '../../services/platform/drivers/process/supervisor-api.ts';
import { sendJson } from '../../services/shared/http.ts';
import { PortTaken } from './addresses.ts';
import { Refused } from './replica-set.ts';
import type { Supervisor } from './supervisor.ts';

interface Body {
  replicas?: unknown;
  count?: unknown;
  signal?: unknown;
  replica?: unknown;
}

/** A reader of the stream that is so far behind is cut off; it may ask again. */
const MOST_BUFFERED_BYTES = 1024 * 1024;

async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (chunks.length === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as Body;
  } catch {
    throw new Refused('the body must be JSON');
  }
}

function signalOf(given: unknown): NodeJS.Signals {
  const name = String(given ?? 'SIGKILL').toUpperCase();
  const signal = name.startsWith('SIG') ? name : `SIG${name}`;
  if (signal in constants.signals) return signal as NodeJS.Signals;
  throw new Refused(`${given} is no signal; expected one such as SIGKILL, SIGTERM or SIGSTOP`);
}

const numberOf = (given: unknown): number => Number(given ?? Number.NaN);

export interface ControlParts {
  supervisor: Supervisor;
  /** What else GET / tells. */
  about(): object;
  /** Ends all of it, and this process. */
  stopAll(): void;
}

async function onService(
  { supervisor }: ControlParts,
  name: string,
  verb: string,
  body: Body,
): Promise<object | undefined> {
  if (verb === 'start' || verb === 'stop' || verb === 'restart') return supervisor[verb](name).then(() => ({}));
  if (verb === 'scale') return supervisor.scale(name, numberOf(body.replicas)).then(() => ({}));
  if (verb === 'add') return { added: await supervisor.add(name, numberOf(body.count)) };
  if (verb === 'kill') {
    const replica = body.replica === undefined ? undefined : String(body.replica);
    return { killed: await supervisor.kill(name, signalOf(body.signal), replica) };
  }
  return undefined;
}

async function onReplica(
  { supervisor }: ControlParts,
  name: string,
  verb: string,
  body: Body,
): Promise<object | undefined> {
  if (verb === 'remove') return { ending: await supervisor.remove(name) };
  if (verb === 'restart') return supervisor.restartOne(name).then(() => ({}));
  if (verb === 'signal') return supervisor.signal(name, signalOf(body.signal)).then(() => ({}));
  return undefined;
}

async function act(parts: ControlParts, method: string, path: string, body: Body): Promise<object | undefined> {
  const { supervisor } = parts;
  if (method === 'GET' && path === '/') return { ...parts.about(), services: supervisor.status() };
  if (method !== 'POST') return undefined;
  if (path === '/start') return supervisor.start().then(() => ({}));
  if (path === '/stop') {
    parts.stopAll();
    return {};
  }
  const [, kind, name = '', verb = ''] = /^\/(services|replicas)\/([\w-]+)\/(\w+)$/.exec(path) ?? [];
  if (kind === 'services') return onService(parts, name, verb, body);
  if (kind === 'replicas') return onReplica(parts, name, verb, body);
  return undefined;
}

/** A line for each change, the first one at once: so the reader knows from when on it misses nothing. */
function stream({ supervisor }: ControlParts, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const write = (event: SupervisorEvent): void => {
    if (response.writableLength > MOST_BUFFERED_BYTES) response.destroy();
    else response.write(`${JSON.stringify(event)}\n`);
  };
  write({ at: Date.now(), event: 'hello' });
  response.on('close', supervisor.watch(write));
}

async function answer(parts: ControlParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET' && request.url === '/events') return stream(parts, response);
  try {
    const result = await act(parts, request.method ?? '', request.url ?? '', await readBody(request));
    if (result === undefined) sendJson(response, 404, { error: `nothing answers to ${request.method} ${request.url}` });
    else sendJson(response, 200, result);
  } catch (error) {
    const refused = error instanceof Refused || error instanceof PortTaken;
    const status = refused ? (error instanceof Refused && error.unknown ? 404 : 422) : 500;
    sendJson(response, status, { error: (error as Error).message });
  }
}

/** Listens on the socket file; one that a killed supervisor left is replaced. */
export async function serveControl(socket: string, parts: ControlParts): Promise<Server> {
  rmSync(socket, { force: true });
  const server = createServer((request, response) => void answer(parts, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // The file is made in this very call, and must not be anybody's for a moment either.
    const mask = process.umask(0o177);
    // Relative, for the name of a socket may have about 100 letters only.
    server.listen(relative(process.cwd(), socket), resolve);
    process.umask(mask);
  });
  return server;
}
