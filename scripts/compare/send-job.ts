// Sends one job of the load, through the queue or inside the request, and says what the front end made of it. Never sends again: a load
// that tries once more is another load.

export interface JobSpec {
  images: object[];
  deadline_seconds: number;
}

/** `accepted`: it goes through the queue. `done`, `failed`: it was done inside the request. */
export type Answer =
  | { kind: 'accepted'; id: string }
  | { kind: 'done' | 'failed' | 'refused' | 'unanswered' }
  /** We gave up waiting. */
  | { kind: 'unfinished' };

/** One way of getting the work done. The signal ends the waiting. */
export type Send = (job: JobSpec, signal: AbortSignal) => Promise<Answer>;

/** A front end that has not taken a job by then is not going to. */
const ACCEPT_LIMIT_MS = 10_000;

const post = (url: string, job: JobSpec, signal: AbortSignal): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(job),
    signal,
  });

/**
 * `POST /jobs`, answered when it is taken. Its answer is waited for whatever the signal says: a job that was taken has to be known, so that it
 * can be cancelled. @param base http://127.0.0.1:8080
 */
export function throughQueue(base: string): Send {
  return async (job) => {
    try {
      const response = await post(`${base}/jobs`, job, AbortSignal.timeout(ACCEPT_LIMIT_MS));
      const body = (await response.json()) as { id?: string };
      return response.status === 202 && body.id !== undefined ? { kind: 'accepted', id: body.id } : { kind: 'refused' };
    } catch {
      return { kind: 'unanswered' };
    }
  };
}

/** `POST /sync/images`, answered when it is done. */
export function insideRequest(base: string): Send {
  return async (job, signal) => {
    try {
      const response = await post(`${base}/sync/images`, job, signal);
      const body = (await response.json()) as { counts?: { done: number; total: number } };
      if (response.status !== 200 || body.counts === undefined) return { kind: 'refused' };
      return { kind: body.counts.done === body.counts.total ? 'done' : 'failed' };
    } catch {
      return { kind: signal.aborted ? 'unfinished' : 'unanswered' };
    }
  };
}
