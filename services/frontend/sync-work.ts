// The same work done inside the request, all in this process: no queue, no workers, and nobody to share the load with.
// It is here to be compared with the queue, and to be overwhelmed.
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../shared/database.ts';
import { ItemError, Problem } from '../shared/errors.ts';
import { resizeImage } from '../shared/imaging/resize.ts';
import type { Sources } from '../shared/imaging/source.ts';
import { cancelJob } from '../shared/ledger/cancel.ts';
import { type Result, recordResults } from '../shared/ledger/record.ts';
import type { ItemSpec } from '../shared/ledger/types.ts';
import type { Log } from '../shared/log.ts';
import { backoffMs } from '../shared/messaging/delays.ts';
import { RetryLater, type Step } from '../shared/messaging/types.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { VendorClient } from '../shared/vendor-client.ts';
import { forEachLimited } from './for-each-limited.ts';
import type { JobRequest } from './request.ts';
import { type Submitted, storeJob } from './submit-job.ts';

export interface SyncParts {
  database: Database;
  sources: Sources;
  vendor: VendorClient;
  log: Log;
  metrics: Metrics;
  replica: string;
  /** Images of one request that are worked on at a time. */
  concurrency: number;
  /** How long one request may take, milliseconds. */
  limitMs: number;
}

/** As often as the workers try. */
const ATTEMPTS = 5;

/** Where an item is just now: what a failure says of it. */
interface Progress {
  role: 'resize' | 'caption';
  attempt: number;
}

/** Work at one role, timed, and tried again for what may pass. @throws {ItemError} when no attempt is left. */
async function atRole<T>(
  {
    progress,
    replica,
    queuedAt,
    signal,
  }: { progress: Progress; replica: string; queuedAt: number; signal: AbortSignal },
  work: () => Promise<T>,
): Promise<{ value: T; step: Step }> {
  for (let attempt = 1; ; attempt++) {
    progress.attempt = attempt;
    const startedAt = Date.now();
    try {
      const value = await work();
      return { value, step: { role: progress.role, replica, queuedAt, startedAt, finishedAt: Date.now(), attempt } };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RetryLater)) throw error;
      if (attempt === ATTEMPTS) throw new ItemError('gave-up', `${error.message}. It was tried ${ATTEMPTS} times.`);
      await delay(error.delayMs ?? backoffMs(attempt), undefined, { signal });
    }
  }
}

/** Makes the thumbnail and asks for its caption. Rejects only when `signal` fires: whatever else goes wrong is a result. */
async function workOn(
  { sources, vendor, replica, log }: SyncParts,
  { job, index, spec, acceptedAt }: { job: string; index: number; spec: ItemSpec; acceptedAt: number },
  signal: AbortSignal,
): Promise<Result> {
  const steps: Step[] = [];
  const progress: Progress = { role: 'resize', attempt: 1 };
  const result = () => ({
    job,
    index,
    steps,
    recording: { role: 'store', replica, startedAt: Date.now(), attempt: 1 },
    attempts: Math.max(progress.attempt, ...steps.map(({ attempt }) => attempt)),
    worker: replica,
  });
  try {
    const resized = await atRole({ progress, replica, queuedAt: acceptedAt, signal }, async () =>
      resizeImage(await sources.read(spec.source, signal), spec),
    );
    steps.push(resized.step);
    const { bytes, contentType, width, height, original } = resized.value;
    progress.role = 'caption';
    const captioned = await atRole({ progress, replica, queuedAt: resized.step.finishedAt, signal }, () =>
      vendor.caption(bytes, contentType, signal),
    );
    steps.push(captioned.step);
    const image = { contentType, width, height, bytes: bytes.length, original };
    return { ...result(), state: 'done', image, caption: captioned.value, bytes: bytes.toString('base64') };
  } catch (error) {
    signal.throwIfAborted();
    const { role } = progress;
    if (error instanceof ItemError) {
      return { ...result(), state: 'failed', error: { code: error.code, reason: error.message, role } };
    }
    log.error({ err: error, job, index }, 'an image failed');
    const reason = 'Something failed on our side. It is in the log of the front end.';
    return { ...result(), state: 'failed', error: { code: 'internal-error', reason, role } };
  }
}

/**
 * Does a whole job and resolves when it is done. When the client is gone (`signal`), or it takes too long, what is not done is
 * cancelled.
 * @throws {Problem} `out-of-service` after the limit, and what storing a job throws.
 */
export async function workInside(
  parts: SyncParts,
  request: JobRequest,
  idempotencyKey: string | undefined,
  clientGone: AbortSignal,
): Promise<Submitted> {
  const { database, log, metrics } = parts;
  const submitted = await storeJob(database, 'sync', request, idempotencyKey);
  if (submitted.replayed) return submitted;
  const { id } = submitted;
  const acceptedAt = Date.now();
  const limit = AbortSignal.timeout(parts.limitMs);
  const failed = new AbortController();
  const signal = AbortSignal.any([clientGone, limit, failed.signal]);
  const work = async ({ spec, index }: { spec: ItemSpec; index: number }): Promise<void> => {
    signal.throwIfAborted();
    const [recorded] = await recordResults(database, [
      await workOn(parts, { job: id, index, spec, acceptedAt }, signal),
    ]);
    if (recorded === 'done' || recorded === 'failed') metrics.itemsStored.inc({ state: recorded });
    // Cancelled by somebody else meanwhile: the rest is not wanted.
    else failed.abort();
  };
  try {
    const items = request.images.map((spec, index) => ({ spec, index }));
    await forEachLimited(items, parts.concurrency, work);
  } catch (error) {
    const cancelled = failed.signal.aborted;
    failed.abort(); // the other images in hand
    if (cancelled) return submitted;
    await cancelJob(database, id).catch((err: unknown) => log.warn({ err, job: id }, 'the relay will cancel it later'));
    if (clientGone.aborted || !limit.aborted) throw error;
    const seconds = parts.limitMs / 1000;
    const detail = `Job ${id} was not done within ${seconds} s; what was left of it was cancelled. Send fewer images, or use POST /jobs.`;
    throw new Problem('out-of-service', detail, { retryAfterSeconds: 5, cause: error });
  }
  return submitted;
}
