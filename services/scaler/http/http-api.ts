// The scaler over HTTP, for commands, pages and scripts: what it sees and decides, and why; its mode; what people set of a role.
// Looking is open to whoever may ask at all; changing wants the lab's token.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { refusalOf } from '../../shared/admission.ts';
import { type Health, operationsHandler, sendJson } from '../../shared/http.ts';
import { HttpProblem, sendProblem } from '../../shared/http-problem.ts';
import type { Log } from '../../shared/log.ts';
import { bearerOf, secretCheck } from '../../shared/secret.ts';
import { MOST_REPLICAS } from '../deciding/read-wish.ts';
import type { ScalerEvent } from '../events.ts';
import type { Governor } from '../governor.ts';
import type { LiveRole } from '../live-role.ts';
import { PlatformError } from '../observing/platform-client.ts';
import type { Ring } from '../ring.ts';
import { MODES } from '../state.ts';
import { bodyOf, numberIn } from './request.ts';
import { streamRing } from './stream.ts';

export interface HttpApiOptions {
  governor: Governor;
  events: Ring<ScalerEvent>;
  /** Empty: nobody may change anything. */
  token: string;
  health: () => Health;
  metrics: Registry;
  log: Log;
}

const Replicas = z.number().int().min(0).max(MOST_REPLICAS);
const ModeBody = z.strictObject({ mode: z.enum(MODES), restore: z.boolean().optional() });
const SteeringBody = z
  .strictObject({ fixed: Replicas.nullish(), paused: z.enum(['both', 'in', 'out']).nullish() })
  .refine((body) => Object.keys(body).length > 0, 'say what to set: fixed, paused, or both; null takes it back');
const ReplicasBody = z.strictObject({ replicas: Replicas });

const MOST_DECISIONS = 500;
const USUAL_DECISIONS = 50;

interface Given {
  url: URL;
  request: IncomingMessage;
  response: ServerResponse;
}
/** Resolves with the answer, or undefined where it has answered. */
type Route = (given: Given) => Promise<unknown>;

function createRoutes({ governor, events }: HttpApiOptions) {
  function roleNamed(name: string): LiveRole {
    const role = governor.role(name);
    if (role !== undefined) return role;
    throw new HttpProblem(
      404,
      `there is no role ${JSON.stringify(name)}: there are ${governor.roles().join(', ') || 'none'}`,
    );
  }

  const open: Record<string, Route> = {
    'GET /status': async () => governor.status(),
    async 'GET /decisions'({ url }) {
      const limit = numberIn(url, 'limit', USUAL_DECISIONS, MOST_DECISIONS);
      const name = url.searchParams.get('role');
      const ring = name === null ? governor.decisions : roleNamed(name).decisions;
      return { decisions: ring.last(limit) };
    },
    async 'GET /decisions/stream'({ url, response }) {
      const name = url.searchParams.get('role');
      const last = numberIn(url, 'last', 0, MOST_DECISIONS);
      if (name !== null) roleNamed(name); // it may be taken away and come back: the stream goes on
      streamRing(response, governor.decisions, { last, wanted: ({ role }) => name === null || role === name });
      return undefined;
    },
    async 'GET /events'({ url, response }) {
      streamRing(response, events, { last: numberIn(url, 'last', 0, MOST_DECISIONS) });
      return undefined;
    },
  };
  const guarded: Record<string, Route> = {
    async 'PUT /mode'({ request }) {
      const { mode, restore } = await bodyOf(request, ModeBody);
      if (restore && mode !== 'off')
        throw new HttpProblem(422, 'restore goes with mode off: the other modes set the numbers');
      return governor.setMode(mode, restore);
    },
    async 'PUT /roles/*/steering'({ url, request }) {
      const role = roleNamed(nameIn(url));
      return { role: nameIn(url), ...(await governor.steer(role, await bodyOf(request, SteeringBody))) };
    },
    async 'PUT /roles/*/replicas'({ url, request }) {
      const role = roleNamed(nameIn(url));
      const { replicas } = await bodyOf(request, ReplicasBody);
      return governor.setReplicas(role, replicas);
    },
  };
  return { open, guarded };
}

/** /roles/<this>/… @throws {HttpProblem} where it is no text */
function nameIn(url: URL): string {
  try {
    return decodeURIComponent(url.pathname.split('/')[2] ?? '');
  } catch {
    throw new HttpProblem(400, 'the name of a role was expected in the path');
  }
}

const patternOf = (path: string): string => path.replace(/^\/roles\/[^/]+\//, '/roles/*/');

/** What the platform says to a request of ours goes on to whoever asked us. */
function statusOf(error: unknown): number {
  if (error instanceof HttpProblem) return error.status;
  if (!(error instanceof PlatformError)) return 500;
  if (error.status === undefined) return 503;
  return [404, 409, 422, 503].includes(error.status) ? error.status : 502;
}

export function httpApi(options: HttpApiOptions): RequestListener {
  const { token, health, metrics, log } = options;
  const operations = operationsHandler({ health, metrics });
  const { open, guarded } = createRoutes(options);
  const isToken = secretCheck(token);
  const all = [...Object.keys(open), ...Object.keys(guarded)];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { origin, host } = request.headers;
    const refused = refusalOf({ origin, host });
    if (refused !== undefined) throw new HttpProblem(403, refused);
    const url = new URL(request.url ?? '/', 'http://scaler');
    const path = patternOf(url.pathname);
    const name = `${request.method} ${path}`;
    const isOpen = Object.hasOwn(open, name);
    if (!isOpen && !Object.hasOwn(guarded, name)) {
      const methods = all.filter((one) => one.endsWith(` ${path}`));
      if (methods.length > 0) throw new HttpProblem(405, `there is ${methods.join(', ')}`);
      throw new HttpProblem(404, `there is ${all.join(', ')}, GET /healthz, GET /metrics`);
    }
    if (!isOpen && !isToken(bearerOf(request.headers))) {
      throw new HttpProblem(401, 'expected the header `authorization: Bearer <LAB_TOKEN>`');
    }
    const body = await (isOpen ? open : guarded)[name]!({ url, request, response });
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
      if (response.headersSent) response.destroy();
      else sendProblem(response, status, (error as Error).message);
    });
  };
}
