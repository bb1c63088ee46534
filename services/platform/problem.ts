// Every refusal of the platform's HTTP interface as RFC 9457 says: a status, and one sentence about what was expected.
import type { ServerResponse } from 'node:http';
import { sendJson } from '../shared/http.ts';
import { DriverError } from './driver.ts';

export class Problem extends Error {
  override readonly name = 'Problem';
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
  409: 'Refused',
  413: 'Too large',
  422: 'Cannot be done',
  500: 'Failed',
  501: 'Not with this driver',
  503: 'Not at work',
};

const STATUS_OF: Record<DriverError['kind'], number> = {
  unknown: 404,
  unsupported: 501,
  refused: 409,
  unreachable: 503,
};

export function statusOf(error: unknown): number {
  if (error instanceof Problem) return error.status;
  return error instanceof DriverError ? STATUS_OF[error.kind] : 500;
}

/** What is not known to be the client's or an engine's doing is told without its particulars. */
export function sendProblem(response: ServerResponse, error: unknown): void {
  const status = statusOf(error);
  const detail = status === 500 ? 'it is in the log of the platform' : (error as Error).message;
  const headers = { 'content-type': 'application/problem+json', ...(status === 503 ? { 'retry-after': '1' } : {}) };
  sendJson(response, status, { type: 'about:blank', title: TITLES[status] ?? 'Failed', status, detail }, headers);
}
