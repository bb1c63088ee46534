// The simulated captioning service of a third party: slow, rate-limited, and as faulty as it is told to be.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Problem, problemDetails, problems } from '../shared/errors.ts';
import { sendJson } from '../shared/http.ts';
import { MAX_RESULT_BYTES } from '../shared/imaging/resize.ts';
import type { Log } from '../shared/log.ts';
import type { Metrics } from '../shared/metrics.ts';
import { changeFaults, type Faults } from './faults.ts';
import { look } from './look.ts';
import { createRateLimit } from './rate-limit.ts';

interface VendorParts {
  /** What it starts with, and goes back to at `DELETE /faults`. */
  defaults: Faults;
  metrics: Metrics;
  log: Log;
  /** From 0 up to 1. */
  random?: () => number;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

const MAX_FAULTS_BYTES = 10_000;
/** z of the 99th percentile of the normal distribution. */
const Z99 = 2.326;

export function createVendor({ defaults, metrics, log, random = Math.random }: VendorParts): RequestListener {
  let faults = defaults;
  const limit = createRateLimit();

  const latencyMs = (): number => {
    const { median, p99 } = faults.latency_ms;
    if (median === 0) return 0;
    // Lognormal: never below zero, most calls about the median, a long tail. The sample of the normal one is Box and Muller's.
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return median * Math.exp((normal * Math.log(p99 / median)) / Z99);
  };

  const caption: Handler = async (request, response) => {
    if (faults.outage === 'hang') return;
    if (faults.outage) throw new Problem('out-of-service', 'The captioning service has an outage.');
    const turn = limit.take(faults.rate_per_second);
    if (!turn.taken) {
      response.setHeader('retry-after-ms', turn.retryAfterMs);
      throw new Problem('rate-limited', `More than ${faults.rate_per_second} calls a second are not answered.`, {
        retryAfterSeconds: Math.ceil(turn.retryAfterMs / 1_000),
      });
    }
    const answerAt = performance.now() + latencyMs();
    if (!/^image\/\w/.test(request.headers['content-type'] ?? '')) {
      throw new Problem(
        'unsupported-media-type',
        'Send the picture itself as the body, its content-type image/jpeg or the like.',
      );
    }
    const seen = await look(await readBody(request, MAX_RESULT_BYTES)).catch((cause: unknown) => {
      throw new Problem('invalid-request', 'The body is not a picture that can be read.', { cause });
    });
    const fails = random() < faults.error_rate;
    await wait(Math.max(0, answerAt - performance.now()));
    if (fails) throw new Problem('injected-fault', 'This call was chosen to fail (error_rate).');
    sendJson(response, 200, seen);
  };

  const setFaults: Handler = async (request, response) => {
    faults = changeFaults(faults, await readJson(request));
    log.info({ faults }, 'faults changed');
    sendJson(response, 200, faults);
  };

  const resetFaults: Handler = (_request, response) => {
    faults = defaults;
    log.info({ faults }, 'faults back to the defaults');
    sendJson(response, 200, faults);
  };

  const routes: Record<string, Record<string, Handler>> = {
    '/v1/captions': { POST: caption },
    '/faults': { GET: (_, response) => sendJson(response, 200, faults), PUT: setFaults, DELETE: resetFaults },
    // An outage is one of the service that is simulated: the simulation itself is well.
    '/healthz': { GET: (_, response) => sendJson(response, 200, { ok: true }) },
    '/metrics': {
      GET: async (_, response) => {
        const page = await metrics.registry.metrics();
        response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(page);
      },
    },
  };

  return (request, response) => {
    const method = request.method ?? '';
    const path = request.url?.split('?', 1)[0] ?? '';
    const route = routes[path];
    const started = performance.now();
    response.on('close', () => {
      const status = response.writableFinished ? response.statusCode : 'none';
      metrics.httpRequests.observe(
        { method, route: route ? path : 'unknown', status },
        (performance.now() - started) / 1_000,
      );
    });
    const answer = async (): Promise<void> => {
      if (route === undefined)
        throw new Problem('not-found', `${path} is not here; ${Object.keys(routes).join(', ')} are.`);
      const handler = route[method];
      if (handler === undefined) {
        response.setHeader('allow', Object.keys(route).join(', '));
        throw new Problem('method-not-allowed', `${path} takes ${Object.keys(route).join(', ')}, not ${method}.`);
      }
      await handler(request, response);
    };
    answer().catch((error: unknown) => {
      // Whoever called has hung up.
      if (response.destroyed || request.errored !== null) return;
      // Many clients hear no answer before they have sent all of their body.
      request.resume();
      const problem =
        error instanceof Problem ? error : new Problem('internal-error', 'It is in the log.', { cause: error });
      if (problem !== error) log.error({ err: error }, 'request failed');
      if (problem.retryAfterSeconds !== undefined) response.setHeader('retry-after', problem.retryAfterSeconds);
      sendJson(response, problems[problem.code].status, problemDetails(problem, path), {
        'content-type': 'application/problem+json',
      });
    });
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request, MAX_FAULTS_BYTES);
  try {
    return JSON.parse(body.toString());
  } catch (cause) {
    throw new Problem('malformed-json', `The body is not JSON: ${(cause as Error).message}.`, { cause });
  }
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new Problem('body-too-large', `The body has more than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
