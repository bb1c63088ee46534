// The supervisor's control interface: HTTP with JSON on a socket in .lab/ that only its owner can open.
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { constants } from 'node:os';
import { relative } from 'node:path';
import { sendJson } from '../../services/shared/http.ts';
import { PortTaken } from './addresses.ts';
import { Refused, type Supervisor } from './supervisor.ts';

interface Body {
  replicas?: unknown;
  signal?: unknown;
  replica?: unknown;
}

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

export interface ControlParts {
  supervisor: Supervisor;
  /** What else GET / tells. */
  about(): object;
  /** Ends all of it, and this process. */
  stopAll(): void;
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
  const [, name, verb] = /^\/services\/([\w-]+)\/(\w+)$/.exec(path) ?? [];
  if (name === undefined) return undefined;
  if (verb === 'start' || verb === 'stop' || verb === 'restart') return supervisor[verb](name).then(() => ({}));
  if (verb === 'scale') return supervisor.scale(name, Number(body.replicas ?? Number.NaN)).then(() => ({}));
  if (verb === 'kill') {
    const replica = body.replica === undefined ? undefined : String(body.replica);
    return { killed: await supervisor.kill(name, signalOf(body.signal), replica) };
  }
  return undefined;
}

async function answer(parts: ControlParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const result = await act(parts, request.method ?? '', request.url ?? '', await readBody(request));
    if (result === undefined) sendJson(response, 404, { error: `nothing answers to ${request.method} ${request.url}` });
    else sendJson(response, 200, result);
  } catch (error) {
    sendJson(response, error instanceof Refused || error instanceof PortTaken ? 422 : 500, {
      error: (error as Error).message,
    });
  }
}

/** Listens on the socket file; one that a killed supervisor left is replaced. */
export async function serveControl(socket: string, parts: ControlParts): Promise<Server> {
  rmSync(socket, { force: true });
  const server = createServer((request, response) => void answer(parts, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // Relative, for the name of a socket may have about 100 letters only.
    server.listen(relative(process.cwd(), socket), resolve);
  });
  chmodSync(socket, 0o600);
  return server;
}
