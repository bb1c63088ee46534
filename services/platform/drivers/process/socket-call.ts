// Asks a supervisor over its socket: a request with an answer, and a stream that stays open.
import { type IncomingMessage, request } from 'node:http';
import { relative } from 'node:path';

/** The supervisor said no; its message is one sentence. */
export class SupervisorRefused extends Error {
  override readonly name = 'SupervisorRefused';
  /** 404: there is no such service or replica; 422: it cannot be done. */
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Asked {
  method: 'GET' | 'POST';
  path: string;
  body?: object;
  signal?: AbortSignal;
}

function send(socket: string, { method, path, body, signal }: Asked): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        // Relative, for the name of a socket may have about 100 letters only.
        socketPath: relative(process.cwd(), socket),
        method,
        path,
        headers: { 'content-type': 'application/json' },
        signal,
      },
      resolve,
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** @throws {SupervisorRefused}, and what node:http throws where nobody listens on the socket */
export async function callSupervisor<T>(
  socket: string,
  method: Asked['method'],
  path: string,
  body?: object,
): Promise<T> {
  const response = await send(socket, { method, path, body });
  const status = response.statusCode ?? 0;
  const answer = JSON.parse(await textOf(response)) as T & { error?: string };
  if (status === 200) return answer;
  throw new SupervisorRefused(status, answer.error ?? `the supervisor answered ${status}`);
}

/** Calls for each piece that a stream brings; resolves when it ends. Rejects where it breaks, or the signal fires. */
export async function readStream(
  socket: string,
  path: string,
  onPiece: (piece: Buffer) => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const piece of await send(socket, { method: 'GET', path, signal })) onPiece(piece as Buffer);
}
