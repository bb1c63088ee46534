// What a comparison sees of a lab, and nothing behind it: a front end whose jobs are done after as long as the test says, and a scaler that
// keeps what it is told. For the order of things; how a lab behaves under load only a lab can tell.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen, sendJson } from '../../services/shared/http.ts';
import type { Scope } from './broker.ts';

type Mode = 'off' | 'advise' | 'act';

export interface StandInLabOptions {
  /** As it is found. */
  mode: Mode;
  replicas: number;
  /** How long the n-th job takes in a mode, milliseconds; Infinity: it is never done; null: it is refused. */
  takes(n: number, mode: Mode): number | null;
}

interface Job {
  id: string;
  createdAt: number;
  doneAt: number;
  cancelled: boolean;
}

export interface StandInLab {
  url: string;
  /** Changes that were asked for, in order: `mode off restore`, `resize 3`. */
  changes: string[];
  /** Every job that was taken, in order. */
  jobs: readonly Job[];
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

function summary({ id, createdAt, doneAt, cancelled }: Job) {
  const isDone = doneAt <= Date.now() && !cancelled;
  const counts = { total: 1, queued: isDone || cancelled ? 0 : 1, done: isDone ? 1 : 0, failed: 0 };
  return {
    id,
    state: cancelled ? 'cancelled' : isDone ? 'done' : 'queued',
    mode: 'queue',
    counts: { ...counts, cancelled: cancelled ? 1 : 0 },
    created_at: new Date(createdAt).toISOString(),
    finished_at: isDone || cancelled ? new Date(isDone ? doneAt : Date.now()).toISOString() : null,
    total_seconds: null,
    deadline: null,
    urgent: false,
    links: { self: `/jobs/${id}`, events: `/jobs/${id}/events` },
  };
}

/** Front end and scaler at one address; closed with the scope. */
export async function openStandInLab(scope: Scope, options: StandInLabOptions): Promise<StandInLab> {
  const changes: string[] = [];
  const jobs: Job[] = [];
  let { mode, replicas } = options;
  /** Jobs of this mode so far, refused ones too. */
  let count = 0;

  function take(): Job | undefined {
    const ms = options.takes(count, mode);
    count += 1;
    if (ms === null) return undefined;
    const job = { id: randomUUID(), createdAt: Date.now(), doneAt: Date.now() + ms, cancelled: false };
    jobs.push(job);
    return job;
  }

  function list(query: URLSearchParams) {
    const newest = jobs.toReversed();
    const from = newest.findIndex(({ id }) => id === query.get('after')) + 1;
    const wanted = newest.slice(from).map(summary);
    const state = query.get('state');
    const limit = Number(query.get('limit'));
    return { jobs: wanted.filter((job) => state === null || job.state === state).slice(0, limit), next: null };
  }

  const status = () => ({
    mode,
    at: Date.now() / 1000,
    config: { file: 'guv.yaml', ok: true },
    broker: { ok: true },
    platform: { ok: true },
    roles: [
      {
        ...{ role: 'resize', worker: 'resize', minimum: 1, maximum: 6, deadline: 10, steering: {}, measured: {} },
        replicas: { ready: replicas, starting: 0, draining: 0, broken: 0 },
        situation: { waiting: jobs.filter((job) => summary(job).state === 'queued').length, inHand: 0 },
        cost: { working: Date.now() / 1000, idle: 0, booting: 0, draining: 0 },
      },
    ],
  });

  async function sync(response: ServerResponse): Promise<void> {
    const job = take();
    if (job === undefined) return sendJson(response, 503, {});
    const left = job.doneAt - Date.now();
    response.once('close', () => {
      job.cancelled = !response.writableFinished;
    });
    if (!Number.isFinite(left)) return;
    setTimeout(() => {
      job.doneAt = Math.min(job.doneAt, Date.now()); // a timer may be a millisecond early, by the wall clock
      sendJson(response, 200, summary(job));
    }, left);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, 'http://lab');
    const body = await bodyOf(request);
    const at = `${request.method} ${pathname}`;
    if (at === 'POST /sync/images') return sync(response);
    if (at === 'POST /jobs') {
      const job = take();
      return sendJson(response, job === undefined ? 503 : 202, job === undefined ? {} : summary(job));
    }
    if (at === 'GET /jobs') return sendJson(response, 200, list(searchParams));
    if (request.method === 'DELETE') {
      const job = jobs.find(({ id }) => pathname.endsWith(id))!;
      job.cancelled = true;
      return sendJson(response, 200, summary(job));
    }
    if (at === 'GET /status') return sendJson(response, 200, status());
    if (at === 'PUT /mode') {
      changes.push(`mode ${body.mode}${body.restore === true ? ' restore' : ''}`);
      mode = body.mode as Mode;
      count = 0;
      if (body.restore === true) replicas = 1;
      return sendJson(response, 200, { mode, saved: true });
    }
    replicas = body.replicas as number;
    changes.push(`${pathname.split('/')[2]} ${replicas}`);
    sendJson(response, 200, { role: 'resize', to: replicas });
  }

  const server = await listen((request, response) => void answer(request, response), { host: '127.0.0.1', port: 0 });
  scope.after(async () => {
    server.server.closeAllConnections();
    await server.close();
  });
  return { url: `http://127.0.0.1:${server.port}`, changes, jobs };
}
