// The load of the soak: what the lab can do, and then a part of that, one image a job, each when it is due.
import { setTimeout as pause } from 'node:timers/promises';
import type { JobSummary } from '../../services/frontend/job-view.ts';

/** Pictures as they come in a workshop, made as the README's first job makes them. */
const IMAGE = { source: 'sample:harbour', width: 320, height: 240 };
const WARM_UP = 100;
const MEASURED = 400;
const DONE_LIMIT_MS = 300_000;

async function submit(url: string, images: number): Promise<string | undefined> {
  const response = await fetch(`${url}/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ images: Array.from({ length: images }, () => IMAGE) }),
    signal: AbortSignal.timeout(10_000),
  });
  const job = (await response.json()) as JobSummary;
  return response.status === 202 ? job.id : undefined;
}

/** Seconds from its acceptance until all of it was done. */
async function timeOf(url: string, images: number): Promise<number> {
  const id = await submit(url, images);
  if (id === undefined) throw new Error('the lab does not take a job');
  for (const end = Date.now() + DONE_LIMIT_MS; Date.now() < end; await pause(200)) {
    const job = (await (await fetch(`${url}/jobs/${id}`)).json()) as JobSummary;
    if (job.finished_at !== null) return (Date.parse(job.finished_at) - Date.parse(job.created_at)) / 1000;
  }
  throw new Error(`a job of ${images} images was not done within ${DONE_LIMIT_MS / 1000} s`);
}

/** Images a second, with always some waiting. */
export async function capacityOf(url: string): Promise<number> {
  await timeOf(url, WARM_UP);
  return MEASURED / (await timeOf(url, MEASURED));
}

export interface Load {
  readonly sent: number;
  /** Answered 202. */
  readonly accepted: number;
  /** Sends no more; resolves when all are answered. */
  stop(): Promise<void>;
}

/** One image at a time, however slow the answers are. */
export function startLoad(url: string, perSecond: number): Load {
  const stopping = new AbortController();
  const answers = new Set<Promise<void>>();
  const load = { sent: 0, accepted: 0 };
  const send = async (): Promise<void> => {
    if ((await submit(url, 1).catch(() => undefined)) !== undefined) load.accepted += 1;
  };
  const run = async (): Promise<void> => {
    const begun = performance.now();
    while (!stopping.signal.aborted) {
      const wait = begun + (load.sent * 1000) / perSecond - performance.now();
      if (wait > 0) await pause(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
      const answer = send().finally(() => answers.delete(answer));
      answers.add(answer);
      load.sent += 1;
    }
  };
  const ended = run();
  return {
    get sent() {
      return load.sent;
    },
    get accepted() {
      return load.accepted;
    },
    async stop() {
      stopping.abort();
      await ended;
      await Promise.all(answers);
    },
  };
}
