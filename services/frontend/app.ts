// Builds the HTTP API: which address takes which method, and what all of them have in common. It does not listen.
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { Problem } from '../shared/errors.ts';
import type { Samples } from '../shared/imaging/samples.ts';
import { createJobsRoutes, type JobsParts } from './jobs-routes.ts';
import { createLedgerRoutes } from './ledger-routes.ts';
import { describeApi } from './openapi.ts';
import { pageFiles } from './page-files.ts';
import { answerProblems, notFound } from './problem-response.ts';
import { checkReadiness, type Route } from './readiness.ts';
import { securityHeaders } from './security-headers.ts';

export interface AppParts extends Omit<JobsParts, 'stopping'> {
  samples: Samples;
  /** Whether a queue is connected to the IMAGES port. */
  route(): Promise<Route>;
}

/** Largest body, in bytes. */
const BODY_LIMIT = 1024 * 1024;

type Method = 'get' | 'post' | 'delete';
type Handler = (request: Request, response: Response) => unknown;

/** Bodies are JSON objects, and nothing else is ever parsed. */
const json: RequestHandler = (request, response, next) => {
  const type = request.is('application/json');
  if (type === null || request.get('content-length') === '0') {
    throw new Problem('malformed-json', 'The body is empty; it must be a JSON object.');
  }
  if (type === false) {
    const given = request.get('content-type') ?? 'none';
    throw new Problem('unsupported-media-type', `content-type must be application/json, got ${given}.`);
  }
  parseJson(request, response, next);
};
const parseJson = express.json({ limit: BODY_LIMIT, strict: false });

export function createApp(parts: AppParts): { handler: Express; close(): void } {
  const stopping = new AbortController();
  const { metrics, samples } = parts;
  const jobs = createJobsRoutes({ ...parts, stopping: stopping.signal });
  const ledger = createLedgerRoutes(parts);
  const description = describeApi();
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');

  app.use((request, response, next) => {
    const end = metrics.httpRequests.startTimer();
    response.once('close', () => {
      const route: string = request.route?.path ?? 'none';
      end({ method: request.method, route, status: response.writableEnded ? response.statusCode : 'cut off' });
    });
    next();
  });
  app.use(securityHeaders);

  /** An address and its methods; every other method gets 405 and the list of those that there are. */
  function address(path: string, handlers: Partial<Record<Method, Handler | [RequestHandler, Handler]>>): void {
    const route = app.route(path);
    for (const [method, handler] of Object.entries(handlers)) route[method as Method](handler as RequestHandler);
    const methods = Object.keys(handlers).map((method) => method.toUpperCase());
    const allow = [...(methods.includes('GET') ? ['HEAD'] : []), ...methods, 'OPTIONS'].sort().join(', ');
    route.all((request, response) => {
      response.set('allow', allow);
      if (request.method === 'OPTIONS') response.status(204).end();
      else
        throw new Problem('method-not-allowed', `${request.method} is not possible at ${request.path}, only ${allow}.`);
    });
  }

  address('/jobs', { get: jobs.list, post: [json, jobs.submit] });
  address('/jobs/:id', { get: jobs.show, delete: jobs.cancel });
  address('/jobs/:id/events', { get: jobs.events });
  address('/jobs/:id/images/:n', { get: jobs.picture });
  address('/sync/images', { post: [json, jobs.submitSync] });
  address('/ledger', { get: ledger.audit });
  address('/samples', { get: async (_, response) => response.json({ samples: await samples.list() }) });
  address('/healthz', { get: (_, response) => response.json({ ok: true }) });
  address('/readyz', {
    async get(_, response) {
      const readiness = await checkReadiness(parts);
      response.status(readiness.ready ? 200 : 503).json(readiness);
    },
  });
  address('/metrics', {
    get: async (_, response) => response.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  });
  address('/openapi.json', { get: (_, response) => response.json(description) });
  for (const [path, get] of pageFiles()) address(path, { get: get as Handler });

  app.use(notFound);
  app.use(answerProblems(parts.log));
  return { handler: app, close: () => stopping.abort() };
}
