// The platform over HTTP: the only way to the replicas. A request names a role, a number, a replica, or one of a few things to do with
// it, and nothing else of it reaches a driver. All but /healthz and /metrics want the lab's token.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { type Health, operationsHandler, sendJson } from '../shared/http.ts';
import { HttpProblem, readBody, sendProblem } from '../shared/http-problem.ts';
import type { Log } from '../shared/log.ts';
import { bearerOf, secretCheck } from '../shared/secret.ts';
import { DriverError } from './driver.ts';
import type { Events } from './events.ts';
import type { Action, Replicas } from './replicas.ts';

export interface HttpApiOptions {
  replicas: Replicas;
  events: Events;
  driver: string;
  token: string;
  health: () => Health;
  metrics: Registry;
  log: Log;
}

const LONGEST_BODY = 64 * 1024;
/** Beyond so many bytes not yet taken, a listener is cut off: it would see events that are long past. */
const LONGEST_BACKLOG = 1024 * 1024;
/** More than any host carries. What a role may have is said by its bounds. */
const MOST = 10_000;

const SetBody = z.strictObject({ replicas: z.int().min(0).max(MOST) });
/** Those that end a process, and nothing cleverer: others open debuggers, or stop what nobody could start again. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGKILL'] as const;
const SignalBody = z.strictObject({ signal: z.enum(SIGNALS) });

/** @throws {HttpProblem} */
async function bodyOf<T>(request: IncomingMessage, schema: z.ZodType<T>, expected: string): Promise<T> {
  const text = await readBody(request, LONGEST_BODY);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new HttpProblem(400, `a body in JSON was expected: ${expected}`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new HttpProblem(422, `the body must be ${expected}`);
  return parsed.data;
}

interface Asked {
  /** What stands in the path in the place of `:name`. */
  name: string;
  url: URL;
  request: IncomingMessage;
  response: ServerResponse;
}

/** Answers with a body; undefined where it has answered itself. */
type Route = (asked: Asked) => Promise<unknown>;

const ACTIONS = ['kill', 'pause', 'resume', 'restart', 'cut', 'heal'] as const satisfies Action[];

function createRoutes({ replicas, events, driver }: HttpApiOptions): Record<string, Route> {
  const act = (action: Action): Route => {
    return ({ name }) => replicas.act(name, action);
  };
  return {
    'GET /roles': async () => ({ roles: await replicas.roles() }),
    'GET /replicas': async ({ url }) => ({
      driver,
      replicas: await replicas.list(url.searchParams.get('role') ?? undefined),
    }),
    async 'PUT /roles/:name'({ name, request }) {
      const expected = `{"replicas": n} with a whole number from 0 to ${MOST}`;
      const { replicas: wanted } = await bodyOf(request, SetBody, expected);
      return replicas.set(name, wanted);
    },
    async 'POST /replicas/:name/signal'({ name, request }) {
      const { signal } = await bodyOf(request, SignalBody, `{"signal": one of ${SIGNALS.join(', ')}}`);
      return replicas.act(name, 'signal', signal);
    },
    ...Object.fromEntries(ACTIONS.map((action) => [`POST /replicas/:name/${action}`, act(action)])),
    'GET /events': ({ request, response }) => streamEvents(events, request, response),
  };
}

/** Sends each event as a line of JSON, until the listener goes. */
async function streamEvents(events: Events, request: IncomingMessage, response: ServerResponse): Promise<undefined> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  response.flushHeaders();
  const stop = events.listen((event) => {
    if (response.writableLength > LONGEST_BACKLOG) response.destroy();
    else response.write(`${JSON.stringify(event)}\n`);
  });
  const gone = Promise.withResolvers<void>();
  response.on('close', () => gone.resolve());
  if (request.destroyed && response.destroyed) gone.resolve();
  await gone.promise;
  stop();
  return undefined;
}

/** A path with its one variable part: `/replicas/3f2a91c07b1e/kill` is `/replicas/:name/kill` and the id. */
function pathOf(pathname: string): { path: string; name: string } {
  const [, first, second, ...rest] = pathname.split('/');
  if (second === undefined) return { path: pathname, name: '' };
  try {
    return { path: ['', first, ':name', ...rest].join('/'), name: decodeURIComponent(second) };
  } catch {
    throw new HttpProblem(400, 'the address is not properly percent-encoded');
  }
}

/** A program sends no Origin, and reaches this by an address, a loopback name or the name of a service. A page of some site does not. */
function refuseBrowsers({ headers: { origin, host } }: IncomingMessage): void {
  if (origin !== undefined) throw new HttpProblem(403, 'web pages may not ask here');
  const hostname = URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`).hostname : '';
  const isAddress = /^[\d.]+$|^\[.*\]$/.test(hostname);
  if (!isAddress && !/^[a-z0-9_-]+$/.test(hostname)) {
    throw new HttpProblem(403, 'this host name is not among those that are served');
  }
}

const STATUS_OF: Record<DriverError['kind'], number> = {
  unknown: 404,
  unsupported: 501,
  refused: 409,
  unreachable: 503,
};

function statusOf(error: unknown): number {
  if (error instanceof HttpProblem) return error.status;
  return error instanceof DriverError ? STATUS_OF[error.kind] : 500;
}

export function httpApi(options: HttpApiOptions): RequestListener {
  const { token, health, metrics, log } = options;
  const operations = operationsHandler({ health, metrics });
  const routes = createRoutes(options);
  const isToken = secretCheck(token);

  function routeOf(method: string, path: string): Route {
    const route = Object.hasOwn(routes, `${method} ${path}`) ? routes[`${method} ${path}`] : undefined;
    if (route !== undefined) return route;
    const here = Object.keys(routes).filter((name) => name.endsWith(` ${path}`));
    if (here.length > 0) throw new HttpProblem(405, `there is ${here.join(', ')}`);
    throw new HttpProblem(404, `there is ${Object.keys(routes).join(', ')}, GET /healthz and GET /metrics`);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    refuseBrowsers(request);
    if (!isToken(bearerOf(request.headers)))
      throw new HttpProblem(401, 'expected the header `authorization: Bearer <LAB_TOKEN>`');
    const address = `http://platform${request.url}`;
    if (!request.url?.startsWith('/') || !URL.canParse(address))
      throw new HttpProblem(400, 'the address cannot be read');
    const url = new URL(address);
    const { path, name } = pathOf(url.pathname);
    const body = await routeOf(request.method ?? '', path)({ name, url, request, response });
    if (body !== undefined) sendJson(response, 200, body, { 'cache-control': 'no-store' });
  }

  return (request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (path === '/healthz' || path === '/metrics') {
      operations(request, response);
      return;
    }
    answer(request, response).catch((error: unknown) => {
      const status = statusOf(error);
      if (status === 500) log.error({ err: error, path }, 'a request failed');
      request.resume(); // many clients hear no answer before they have sent all of their body
      if (response.headersSent) response.destroy();
      else sendProblem(response, status, (error as Error).message);
    });
  };
}
