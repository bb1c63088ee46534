// What is wrong with a request, told as RFC 9457 says: one sentence for people.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { sendJson } from '../../shared/http.ts';
import { firstIssue } from '../../shared/messaging/fate.ts';

/** An answer that is no success. */
export class Problem extends Error {
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
  409: 'Refused by the platform',
  413: 'Too large',
  422: 'Not valid',
  500: 'Failed',
  502: 'The platform failed',
  503: 'The platform is away',
};

export function sendProblem(response: ServerResponse, status: number, detail: string): void {
  const title = TITLES[status] ?? 'Failed';
  const headers = { 'content-type': 'application/problem+json', ...(status === 503 ? { 'retry-after': '1' } : {}) };
  sendJson(response, status, { type: 'about:blank', title, status, detail }, headers);
}

const LONGEST_BODY = 64 * 1024;

/** @throws {Problem} 400, 413 or 422 */
export async function bodyOf<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > LONGEST_BODY) throw new Problem(413, `a body of at most ${LONGEST_BODY} bytes was expected`);
    parts.push(part as Buffer);
  }
  let json: unknown;
  try {
    json = JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw new Problem(400, 'a body in JSON was expected');
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new Problem(422, firstIssue(parsed.error));
  return parsed.data;
}

/** A whole number in the query. @throws {Problem} 422 */
export function numberIn(url: URL, name: string, fallback: number, most: number): number {
  const given = url.searchParams.get(name);
  if (given === null) return fallback;
  if (/^\d{1,9}$/.test(given) && Number(given) <= most) return Number(given);
  throw new Problem(422, `${name} must be a whole number from 0 to ${most}, got ${JSON.stringify(given.slice(0, 40))}`);
}
