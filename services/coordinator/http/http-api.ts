// The coordinator over HTTP, for commands and scripts: who is there, what the graph is, changes to it, and the data on its edges.
// Answers are JSON; what is wrong is told as RFC 9457 says, in one sentence for people.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { refusalOf } from '../../shared/admission.ts';
import { type Health, operationsHandler, sendJson } from '../../shared/http.ts';
import { HttpProblem, readBody, sendProblem } from '../../shared/http-problem.ts';
import type { Log } from '../../shared/log.ts';
import { firstIssue } from '../../shared/messaging/fate.ts';
import { bearerOf, secretCheck } from '../../shared/secret.ts';
import type { Coordinator, TapRequest } from '../coordinator.ts';
import { ChangeError } from '../graph/change.ts';
import { edgeText, type Graph, sameEdge } from '../graph/graph.ts';
import { GraphError, parseEdge, parseGraph } from '../graph/parse.ts';
import { graphJson, graphText } from '../graph/write.ts';
import type { Network } from '../network.ts';
import { changeEdges } from './edge-changes.ts';
import { applyGraph, graphDifference } from './graph-difference.ts';
import { viewGraph } from './graph-view.ts';

export interface HttpApiOptions {
  coordinator: Coordinator;
  secret: string;
  allowedOrigins: readonly string[];
  /** The main graph's file as it is shown, and its id. */
  file?: { path: string; id: string };
  health: () => Health;
  metrics: Registry;
  log: Log;
}

const LONGEST_BODY = 1024 * 1024;
/** Beyond so many bytes not yet taken, a listener misses messages: the flow and our memory do not wait for it. */
const LONGEST_BACKLOG = 1024 * 1024;

const STATUS_OF: Record<ChangeError['code'], number> = { 'not-found': 404, exists: 409, invalid: 422 };

const EdgeTexts = z.array(z.string().max(1_000)).max(1_000).default([]);
const EdgeChange = z
  .strictObject({ connect: EdgeTexts, disconnect: EdgeTexts })
  .refine(({ connect, disconnect }) => connect.length + disconnect.length > 0, 'name an edge to connect or disconnect');

function readJson<T>(text: string, schema: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new HttpProblem(400, 'a body in JSON was expected');
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new HttpProblem(422, firstIssue(parsed.error));
  return parsed.data;
}

/** @throws {HttpProblem} 422, with file, line and column */
function readGraphBody(text: string, name: string): Graph {
  if (text.trim() === '') throw new HttpProblem(422, 'the text of a graph was expected, got nothing');
  return parseGraph(text, name);
}

const seconds = (started: number): number => Math.round((performance.now() - started) * 100) / 100;

/** Routes by `METHOD /path`. Those that only tell what the graph is are open to whoever may ask at all. */
type Route = (given: { url: URL; request: IncomingMessage; response: ServerResponse }) => Promise<unknown>;
interface Routes {
  open: Record<string, Route>;
  guarded: Record<string, Route>;
}

function createRoutes({ coordinator, file }: HttpApiOptions): Routes {
  function main(): Network {
    const network = coordinator.main();
    if (network === undefined)
      throw new HttpProblem(404, 'there is no graph yet: the coordinator was started without a file');
    return network;
  }
  const nameOf = (url: URL): string => url.searchParams.get('name') ?? 'graph.fbp';

  return {
    open: {
      'GET /participants': async () => ({
        observed: coordinator.participants.observed(),
        participants: coordinator.participants.all(),
        skipped: coordinator.participants.skipped(),
      }),
      async 'GET /graph'({ url, response }) {
        const network = main();
        const format = url.searchParams.get('format') ?? 'view';
        if (format === 'fbp') {
          response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(graphText(network.graph()));
          return undefined;
        }
        if (format === 'json') return graphJson(network.graph());
        if (format !== 'view') throw new HttpProblem(422, `format must be fbp or json, got ${JSON.stringify(format)}`);
        return viewGraph(coordinator, network, network.id === file?.id ? file.path : undefined);
      },
    },
    guarded: {
      async 'POST /graph/diff'({ url, request }) {
        return graphDifference(coordinator, main(), readGraphBody(await readBody(request, LONGEST_BODY), nameOf(url)));
      },
      async 'PUT /graph'({ url, request }) {
        const wanted = readGraphBody(await readBody(request, LONGEST_BODY), nameOf(url));
        const started = performance.now();
        const difference = await applyGraph(coordinator, main(), wanted);
        return { ...difference, tookMs: seconds(started) };
      },
      async 'POST /graph/edges'({ request }) {
        const change = readJson(await readBody(request, LONGEST_BODY), EdgeChange);
        const started = performance.now();
        const done = await changeEdges(coordinator, main(), change);
        return { ...done, tookMs: seconds(started) };
      },
      async 'DELETE /graph'() {
        const started = performance.now();
        const network = main();
        const { edges } = viewGraph(coordinator, network);
        await network.change(network.graph().edges.map(({ from, to }) => ({ do: 'removeedge', from, to }) as const));
        return { removed: edges.map(({ edge }) => edge), tookMs: seconds(started) };
      },
      'GET /tap': ({ url, response }) => streamTap(coordinator, main(), url, response),
    },
  };
}

/** Sends what passes over an edge as a line of JSON each, until the listener has enough or the edge goes. */
async function streamTap(
  coordinator: Coordinator,
  network: Network,
  url: URL,
  response: ServerResponse,
): Promise<undefined> {
  const edge = parseEdge(url.searchParams.get('edge') ?? '');
  const perSecond = Number(url.searchParams.get('per-second') ?? 50);
  if (!Number.isInteger(perSecond) || perSecond < 1 || perSecond > 1_000) {
    throw new HttpProblem(422, 'per-second must be a whole number from 1 to 1000');
  }
  const request: TapRequest = {
    perSecond,
    all: url.searchParams.get('all') === '1',
    onEnd: (why) => response.end(`${JSON.stringify({ end: why })}\n`),
  };
  const known = coordinator.wiring.edges(network.id).some((one) => one.state === 'bound' && sameEdge(one.edge, edge));
  if (!known) throw new HttpProblem(404, `${edgeText(edge)} is not an edge that is bound: there is nothing to hear`);
  let missed = 0;
  /** An error before the first message is told as one; a busy edge has messages before the tap is said to be open. */
  const begin = (): void => {
    if (response.headersSent) return;
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    response.flushHeaders();
  };
  const gone = Promise.withResolvers<void>();
  response.on('close', () => gone.resolve());
  const tap = await coordinator.tap(network, edge, request, ({ envelope, at, size, sampled, data }) => {
    begin();
    if (response.writableLength > LONGEST_BACKLOG) {
      missed += 1;
      return;
    }
    const { item, job, attempt } = envelope;
    response.write(`${JSON.stringify({ at, size, item, job, attempt, sampled: sampled || missed > 0, data })}\n`);
    missed = 0;
  });
  begin();
  await gone.promise;
  await tap.close();
  return undefined;
}

function statusOf(error: unknown): number {
  if (error instanceof HttpProblem) return error.status;
  if (error instanceof ChangeError) return STATUS_OF[error.code];
  return error instanceof GraphError ? 422 : 500;
}

export function httpApi(options: HttpApiOptions): RequestListener {
  const { coordinator, secret, allowedOrigins, health, metrics, log } = options;
  const operations = operationsHandler({ health, metrics });
  const routes = createRoutes(options);
  const isSecret = secretCheck(secret);
  const paths = [...Object.keys(routes.open), ...Object.keys(routes.guarded)];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://coordinator');
    const name = `${request.method} ${url.pathname}`;
    const { origin, host } = request.headers;
    const refused = refusalOf({ origin, host }, allowedOrigins);
    if (refused !== undefined) throw new HttpProblem(403, refused);
    const open = Object.hasOwn(routes.open, name) ? routes.open[name] : undefined;
    const route = open ?? (Object.hasOwn(routes.guarded, name) ? routes.guarded[name] : undefined);
    if (route === undefined) {
      const methods = paths.filter((path) => path.endsWith(` ${url.pathname}`));
      if (methods.length > 0) throw new HttpProblem(405, `there is ${methods.join(', ')}`);
      throw new HttpProblem(
        404,
        `there is ${paths.join(', ')}, GET /healthz, GET /metrics, and the FBP protocol over WebSocket`,
      );
    }
    if (open === undefined && !isSecret(bearerOf(request.headers))) {
      throw new HttpProblem(401, 'expected the header `authorization: Bearer <FBP_SECRET>`');
    }
    const ready = coordinator.ready();
    if (!ready.ok) throw new HttpProblem(503, ready.reason);
    const body = await route({ url, request, response });
    if (body !== undefined) sendJson(response, 200, body);
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
      if (response.headersSent) response.destroy();
      else sendProblem(response, status, (error as Error).message);
    });
  };
}
