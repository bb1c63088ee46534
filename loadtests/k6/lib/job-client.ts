// A client of the service, as a program of a user would be: sends a set of images, and asks until it is done, as often as it is
// told to by Retry-After.
import { sleep } from 'k6';
import http, { type RefinedResponse } from 'k6/http';
import { BASE_URL, sample } from './settings.ts';

export interface JobOptions {
  /** How many images are in the set. */
  images: number;
  /** Of what picture, where SAMPLE does not say so; harbour takes about 20 ms of a core, mountains 50 ms. */
  of?: string;
  deadlineSeconds?: number;
  /** Goes ahead of what is not. */
  urgent?: boolean;
}

/** A job as the service shows it, as far as it is used here. */
export interface Job {
  id: string;
  state: 'queued' | 'running' | 'done' | 'cancelled';
  counts: { total: number; done: number; failed: number };
  /** From accepted to finished; null before. */
  total_seconds: number | null;
}

export type Answer = RefinedResponse<'text'>;

const DEFAULT_RETRY_SECONDS = 1;
/** A poll that gets no answer within this is made again. */
const POLL_TIMEOUT = '10s';

/** What is posted. Fields that are undefined are left out. */
export function jobBody({ images, of = 'harbour', deadlineSeconds, urgent }: JobOptions): string {
  const image = { source: `sample:${sample(of)}` };
  return JSON.stringify({
    images: Array.from({ length: images }, () => image),
    deadline_seconds: deadlineSeconds,
    urgent,
  });
}

/** POST /jobs for the queue (answered at once), POST /sync/images for the same work inside the request. */
export function post(path: '/jobs' | '/sync/images', options: JobOptions, timeout = '60s'): Answer {
  const headers = { 'content-type': 'application/json' };
  return http.post(BASE_URL + path, jobBody(options), { headers, timeout, responseType: 'text' });
}

/** The job in an answer. @throws where the answer is none */
export function jobOf(answer: Answer): Job {
  return answer.json() as unknown as Job;
}

/** How long the service wants to be left alone, in seconds. */
export function retryAfter(answer: Answer): number {
  const seconds = Number(answer.headers['Retry-After']);
  return seconds > 0 ? seconds : DEFAULT_RETRY_SECONDS;
}

export const isFinished = (job: Job): boolean => job.state === 'done' || job.state === 'cancelled';

/** Asks until the job is finished. Undefined where that takes longer than a user has patience; then it is cancelled. */
export function untilDone(accepted: Answer, patienceSeconds: number): Job | undefined {
  const { id } = jobOf(accepted);
  const end = Date.now() + patienceSeconds * 1000;
  let pause = retryAfter(accepted);
  while (Date.now() < end) {
    sleep(Math.min(pause, (end - Date.now()) / 1000));
    // One name for all jobs: else each address would be a series of its own.
    const tags = { name: 'GET /jobs/:id' };
    const answer = http.get(`${BASE_URL}/jobs/${id}`, { tags, timeout: POLL_TIMEOUT, responseType: 'text' });
    // A front end that is away for a moment (503, or no answer at all) is asked again.
    if (answer.status === 200 && isFinished(jobOf(answer))) return jobOf(answer);
    pause = retryAfter(answer);
  }
  http.del(`${BASE_URL}/jobs/${id}`, null, { tags: { name: 'DELETE /jobs/:id' } });
  return undefined;
}
