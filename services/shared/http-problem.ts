// What is wrong with a request to one of the lab's inner HTTP interfaces (coordinator, scaler, platform), told as RFC 9457 says: a status and
// one sentence for people about what was expected. The public API of the front end has a table of its own (errors.ts).
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from './http.ts';

/** An answer that is no success. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Token wanted',
  403: 'Refused',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  422: 'Cannot be done',
  500: 'Failed',
  501: 'Not with this driver',
  502: 'The platform failed',
  503: 'Not at work',
};

/** What is our own failure is told without its particulars: they are in the log. */
export function sendProblem(response: ServerResponse, status: number, detail: string): void {
  const told = status === 500 ? 'something failed on our side; the log says what' : detail;
  const headers = { 'content-type': 'application/problem+json', ...(status === 503 ? { 'retry-after': '1' } : {}) };
  sendJson(response, status, { type: 'about:blank', title: TITLES[status] ?? 'Failed', status, detail: told }, headers);
}

/** The whole body as text. @throws {HttpProblem} 413 */
export async function readBody(request: IncomingMessage, longest: number): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  // What is too long is answered, so the connection must not be torn down before.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > longest) break;
    parts.push(part);
  }
  if (size > longest) {
    request.resume(); // the rest is thrown away: it would stand in the way of the answer, and of the next request
    throw new HttpProblem(413, `a body of at most ${longest} bytes was expected`);
  }
  return Buffer.concat(parts).toString('utf8');
}
