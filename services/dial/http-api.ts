// The dial over HTTP: the load as it is, set, stopped and streamed. Looking is open to whoever may ask at all; changing wants the lab's token.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { refusalOf } from '../shared/admission.ts';
import { operationsHandler, sendJson } from '../shared/http.ts';
import { HttpProblem, readBody, sendProblem } from '../shared/http-problem.ts';
import type { Log } from '../shared/log.ts';
import { firstIssue } from '../shared/messaging/fate.ts';
import { bearerOf, secretCheck } from '../shared/secret.ts';
import type { Dial } from './dial.ts';
import { LoadChange } from './settings.ts';

export interface HttpApiOptions {
  dial: Dial;
  /** Empty: nobody may change anything. */
  token: string;
  metrics: Registry;
  log: Log;
}

/** A trace has its values in the body. */
const LONGEST_BODY = 512 * 1024;
/** Seconds between two states of a stream. */
const EVERY = { least: 0.1, most: 60 };
/** A listener with so many bytes not taken misses some states: the next one says it all anyway. */
const LONGEST_BACKLOG = 256 * 1024;

/** @throws {HttpProblem} 400, 413 or 422 */
async function changeIn(request: IncomingMessage): Promise<LoadChange> {
  let json: unknown;
  try {
    json = JSON.parse(await readBody(request, LONGEST_BODY));
  } catch (error) {
    if (error instanceof HttpProblem) throw error;
    throw new HttpProblem(400, 'a body in JSON was expected');
  }
  const parsed = LoadChange.safeParse(json);
  if (!parsed.success) throw new HttpProblem(422, firstIssue(parsed.error));
  return parsed.data;
}

/** Seconds in the query. @throws {HttpProblem} 422 */
function everyIn(url: URL): number {
  const given = url.searchParams.get('every') ?? '1';
  const value = Number(given);
  if (/^\d{1,3}(\.\d{1,3})?$/.test(given) && value >= EVERY.least && value <= EVERY.most) return value;
  const text = JSON.stringify(given.slice(0, 40));
  throw new HttpProblem(422, `every must be a number of seconds from ${EVERY.least} to ${EVERY.most}, got ${text}`);
}

/** States as lines of JSON, the first at once, for as long as somebody listens. */
function stream(response: ServerResponse, dial: Dial, every: number): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  const write = (): void => {
    if (response.writableLength <= LONGEST_BACKLOG) response.write(`${JSON.stringify(dial.state())}\n`);
  };
  write();
  const timer = setInterval(write, every * 1_000);
  response.on('close', () => clearInterval(timer));
}

export function httpApi({ dial, token, metrics, log }: HttpApiOptions): RequestListener {
  const operations = operationsHandler({
    health: () => {
      const { running, wanted } = dial.state();
      return { ok: true, detail: { running, wanted } };
    },
    metrics,
  });
  const isToken = secretCheck(token);

  type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => unknown;
  const open: Record<string, Route> = {
    'GET /load': () => dial.state(),
    'GET /load/stream': (_, response, url) => stream(response, dial, everyIn(url)),
  };
  const guarded: Record<string, Route> = {
    'PUT /load': async (request) => dial.set(await changeIn(request)),
    'DELETE /load': () => dial.stop(),
  };
  const all = [...Object.keys(open), ...Object.keys(guarded)];

  function routeOf(name: string, path: string): Route {
    const route = open[name] ?? guarded[name];
    if (route !== undefined) return route;
    const methods = all.filter((one) => one.endsWith(` ${path}`));
    if (methods.length > 0) throw new HttpProblem(405, `there is ${methods.join(', ')}`);
    throw new HttpProblem(404, `there is ${all.join(', ')}, GET /healthz, GET /metrics`);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { origin, host } = request.headers;
    const refused = refusalOf({ origin, host });
    if (refused !== undefined) throw new HttpProblem(403, refused);
    const url = new URL(request.url ?? '/', 'http://dial');
    const name = `${request.method} ${url.pathname}`;
    const route = routeOf(name, url.pathname);
    if (Object.hasOwn(guarded, name) && !isToken(bearerOf(request.headers))) {
      throw new HttpProblem(401, 'expected the header `authorization: Bearer <LAB_TOKEN>`');
    }
    const body = await route(request, response, url);
    if (body !== undefined) sendJson(response, 200, body, { 'cache-control': 'no-store' });
  }

  return (request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (path === '/healthz' || path === '/metrics') {
      operations(request, response);
      return;
    }
    answer(request, response).catch((error: unknown) => {
      const status = error instanceof HttpProblem ? error.status : 500;
      if (status === 500) log.error({ err: error, path }, 'a request failed');
      if (response.headersSent) response.destroy();
      else sendProblem(response, status, (error as Error).message);
    });
  };
}
