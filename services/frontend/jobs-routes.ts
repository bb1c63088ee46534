// The routes of jobs: take one, show it, follow it, hand out its pictures, cancel it, list them; and the same work inside the
// request.
import type { Request, Response } from 'express';
import type { Database } from '../shared/database.ts';
import { Problem } from '../shared/errors.ts';
import type { Sources } from '../shared/imaging/source.ts';
import { cancelJob } from '../shared/ledger/cancel.ts';
import { listJobs, readItemsSince, readJob, readJobWithItems, readPicture } from '../shared/ledger/read.ts';
import type { Log } from '../shared/log.ts';
import type { Cancellation } from '../shared/messages.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { Admission } from './admission/admission.ts';
import { LAST_EVENT, PAGE, streamJob } from './event-stream.ts';
import type { Hub } from './hub.ts';
import { jobTaken } from './job-taken.ts';
import { type JobList, jobPath, jobSummary, jobView } from './job-view.ts';
import { IdempotencyKey, ImageIndex, JobId, JobRequest, LastEventId, ListQuery } from './request.ts';
import { type Submitted, submitJob } from './submit-job.ts';
import { type SyncParts, workInside } from './sync-work.ts';
import { invalid, shown, validate } from './validate.ts';
import type { WebPort } from './web-participant.ts';

export interface JobsParts {
  database: Database;
  web: WebPort;
  hub: Hub;
  sources: Sources;
  sync: SyncParts;
  admission: Admission;
  log: Log;
  metrics: Metrics;
  /** Fires when the service stops: streams end. */
  stopping: AbortSignal;
  rereadMs: number;
  heartbeatMs: number;
}

const CANCEL_SEND_LIMIT_MS = 1_000;

/** What is no job id is the address of nothing, and says so by name. */
function jobId(request: Request): string {
  const given = request.params.id;
  const parsed = JobId.safeParse(given);
  if (parsed.success) return parsed.data.toLowerCase();
  const [issue] = parsed.error.issues;
  const fields = [{ field: 'id', expected: issue?.message ?? '', given: shown(given) }];
  throw new Problem('job-not-found', `${shown(given)} is not a job id.`, { fields });
}

const noSuchJob = (id: string): Problem => new Problem('job-not-found', `No job has the id ${id}.`);

/** Aborts when the client is gone before it has its answer. */
function clientGone(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableEnded) gone.abort(new Error('the client is gone'));
  });
  return gone.signal;
}

export function createJobsRoutes(parts: JobsParts) {
  const { database, web, hub, sources, sync, log } = parts;

  const idempotencyKey = (request: Request): string | undefined =>
    validate(IdempotencyKey, request.get('idempotency-key'), 'Idempotency-Key');

  function jobRequest(request: Request): JobRequest {
    const job = validate(JobRequest, request.body, 'body');
    const fields = job.images.flatMap(({ source }, index) => {
      const problem = sources.check(source);
      return problem ? [{ field: `images[${index}].source`, expected: problem.expected, given: shown(source) }] : [];
    });
    if (fields.length > 0) throw invalid(fields);
    return job;
  }

  const answerReplayed = (response: Response, { replayed }: Submitted): void => {
    if (replayed) response.set('idempotent-replayed', 'true');
  };

  return {
    async submit(request: Request, response: Response): Promise<void> {
      const submitted = await submitJob(parts, jobRequest(request), idempotencyKey(request));
      const job = submitted.job ?? (await readJob(database, submitted.id));
      if (job === undefined) throw noSuchJob(submitted.id);
      answerReplayed(response, submitted);
      response.status(202).location(jobPath(job.id)).set('retry-after', '1').json(jobTaken(job, submitted));
    },

    async submitSync(request: Request, response: Response): Promise<void> {
      const submitted = await workInside(sync, jobRequest(request), idempotencyKey(request), clientGone(response));
      const found = await readJobWithItems(database, submitted.id);
      if (found === undefined) throw noSuchJob(submitted.id);
      answerReplayed(response, submitted);
      response.set('content-location', jobPath(found.job.id)).json(jobView(found));
    },

    async show(request: Request, response: Response): Promise<void> {
      const id = jobId(request);
      const found = await readJobWithItems(database, id);
      if (found === undefined) throw noSuchJob(id);
      response.json(jobView(found));
    },

    async list(request: Request, response: Response): Promise<void> {
      const { state, limit, after } = validate(ListQuery, request.query, 'query');
      // One more than asked for, to know whether there is another page.
      const found = await listJobs(database, { state, after, limit: limit + 1 });
      const jobs = found.slice(0, limit);
      const last = found.length > limit ? jobs.at(-1) : undefined;
      const query = new URLSearchParams({ ...(state && { state }), limit: String(limit), after: last?.id ?? '' });
      const page: JobList = { jobs: jobs.map((job) => jobSummary(job)), next: last ? `/jobs?${query}` : null };
      response.json(page);
    },

    async cancel(request: Request, response: Response): Promise<void> {
      const id = jobId(request);
      const outcome = await cancelJob(database, id);
      if (outcome === 'unknown') throw noSuchJob(id);
      if (outcome === 'finished')
        throw new Problem('job-finished', `Job ${id} is done: there is nothing left to cancel.`);
      hub.wake(id);
      // The workers hear of it now, or from the relay: the ledger knows, and that is what counts.
      const data: Cancellation = { job: id };
      web.send('cancel', data, { job: id }, { timeoutMs: CANCEL_SEND_LIMIT_MS }).catch((err: unknown) => {
        log.info({ err, job: id }, 'the relay will tell the workers of a cancellation');
      });
      const found = await readJobWithItems(database, id);
      if (found === undefined) throw noSuchJob(id);
      response.json(jobView(found));
    },

    async picture(request: Request, response: Response): Promise<void> {
      const id = jobId(request);
      const index = ImageIndex.safeParse(request.params.n);
      const picture = index.success ? await readPicture(database, id, index.data) : undefined;
      if (picture === undefined) {
        if (index.success && (await readJob(database, id)) === undefined) throw noSuchJob(id);
        const expected = index.success
          ? 'below the number of images of the job'
          : (index.error.issues[0]?.message ?? '');
        const fields = [{ field: 'n', expected, given: shown(request.params.n) }];
        throw new Problem('image-not-found', `Job ${id} has no image ${shown(request.params.n)}.`, { fields });
      }
      if (picture.state === 'queued') {
        throw new Problem('image-not-ready', `Image ${request.params.n} of job ${id} is not done yet.`, {
          retryAfterSeconds: 1,
        });
      }
      if (picture.bytes === null || picture.content_type === null) {
        const why = picture.error === null ? 'it was cancelled' : `it failed: ${picture.error.reason}`;
        throw new Problem('image-not-found', `Image ${request.params.n} of job ${id} has no picture, ${why}`);
      }
      // A result never changes: its address says it all.
      response.set({ 'cache-control': 'public, max-age=31536000, immutable', etag: `"${id}.${request.params.n}"` });
      response.type(picture.content_type).send(picture.bytes);
    },

    async events(request: Request, response: Response): Promise<void> {
      const id = jobId(request);
      const last = validate(LastEventId, request.get('last-event-id'), 'Last-Event-ID');
      const rank = last === undefined || last === LAST_EVENT ? 0 : Number(last);
      const found = await readItemsSince(database, id, { rank, limit: PAGE });
      if (found === undefined) throw noSuchJob(id);
      // "No content" tells an EventSource, which would come back for ever, that there is nothing more to come.
      if (last === LAST_EVENT) return void response.status(204).end();
      const signal = AbortSignal.any([parts.stopping, clientGone(response)]);
      await streamJob(parts, response, found, { rank, signal });
    },
  };
}
