// Takes a job: stored first, then published, and answered only when the broker has confirmed every message.
//
//   asked --> stored --(every message confirmed)--> published: 202
//     |         |
//     |         +--(broker gone, no route, process gone)--> in the outbox: 503, and the relay publishes it
//     +--(it could not be done by its deadline)--> 503, and nothing is stored
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import type { Database } from '../shared/database.ts';
import { Problem } from '../shared/errors.ts';
import { acceptJob } from '../shared/ledger/accept.ts';
import { hasKey } from '../shared/ledger/known-key.ts';
import { claimJob, unfinishedItems } from '../shared/ledger/outbox.ts';
import { readJob } from '../shared/ledger/read.ts';
import type { JobMode, JobRow } from '../shared/ledger/types.ts';
import type { Log } from '../shared/log.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { Admission, Admitted } from './admission/admission.ts';
import type { Place } from './admission/open-jobs.ts';
import { PUBLISH_LEASE_MS, publishJob } from './publish-job.ts';
import type { JobRequest } from './request.ts';
import type { WebPort } from './web-participant.ts';

interface SubmitParts {
  database: Database;
  web: WebPort;
  admission: Pick<Admission, 'ask'>;
  log: Log;
  metrics: Metrics;
}

export interface Submitted {
  id: string;
  /** The job was accepted before, under the same key. */
  replayed: boolean;
  /** As it was stored; undefined where it was accepted before. */
  job?: JobRow | undefined;
  /** When it should be done, in seconds from when it was taken; undefined where nobody knows. */
  expectedSeconds?: number | undefined;
}

/** How long a repeated request waits for the first one to be through with publishing, milliseconds. */
const REPLAY_WAIT_MS = 1_500;
const REPLAY_POLL_MS = 50;

/** What is not urgent has the digest that it had before there was such a thing: keys that were given then are still good. */
const requestHash = (mode: JobMode, { deadline_seconds: deadline, images, urgent }: JobRequest): string =>
  createHash('sha256')
    .update(JSON.stringify([mode, deadline ?? null, images, ...(urgent ? ['urgent'] : [])]))
    .digest('hex');

/** Stores a job in the ledger. @throws {Problem} `idempotency-key-reused` */
export async function storeJob(
  database: Database,
  mode: JobMode,
  request: JobRequest,
  idempotencyKey: string | undefined,
): Promise<Submitted> {
  const accepted = await acceptJob(database, {
    id: uuid(),
    mode,
    items: request.images,
    requestHash: requestHash(mode, request),
    idempotencyKey,
    deadlineSeconds: request.deadline_seconds,
    urgent: request.urgent,
    publishLeaseMs: PUBLISH_LEASE_MS,
  });
  if (accepted.outcome === 'key-reused') {
    const detail = `The key ${idempotencyKey} belongs to job ${accepted.id}, which was another request. Use a new key.`;
    throw new Problem('idempotency-key-reused', detail);
  }
  const job = accepted.outcome === 'stored' ? accepted.job : undefined;
  return { id: accepted.id, replayed: accepted.outcome === 'repeated', job };
}

/** Waits until a job of an earlier request is published; does it itself where nobody else is at it. */
async function ensurePublished(parts: SubmitParts, id: string): Promise<void> {
  const end = Date.now() + REPLAY_WAIT_MS;
  const waits = (job: JobRow | undefined): job is JobRow => job?.published_at === null && job.state !== 'cancelled';
  for (let job = await readJob(parts.database, id); waits(job); job = await readJob(parts.database, id)) {
    if (await claimJob(parts.database, id, { leaseMs: PUBLISH_LEASE_MS })) {
      return publishJob(parts, job, await unfinishedItems(parts.database, id));
    }
    if (Date.now() > end) {
      const detail = `Job ${id} is stored, but its images are not with the message broker yet. Send it again with the same key.`;
      throw new Problem('broker-unavailable', detail, { retryAfterSeconds: 2 });
    }
    await delay(REPLAY_POLL_MS);
  }
}

/**
 * A place for the job. Undefined where it has a key that is known: what was taken once is not refused when it is sent again.
 * @throws {Problem} `deadline-not-possible`
 */
async function admit(
  { admission, database }: SubmitParts,
  request: JobRequest,
  idempotencyKey: string | undefined,
): Promise<Admitted | undefined> {
  const { images, urgent, deadline_seconds: deadlineSeconds } = request;
  const answer = admission.ask({ items: images.length, urgent, deadlineSeconds });
  if (!(answer instanceof Problem)) return answer;
  if (idempotencyKey !== undefined && (await hasKey(database, idempotencyKey))) return undefined;
  throw answer;
}

/** Stores the job and publishes it, or does what is left of that where it was sent before. */
async function submitAdmitted(
  parts: SubmitParts,
  request: JobRequest,
  idempotencyKey: string | undefined,
  place?: Place,
): Promise<Submitted> {
  const submitted = await storeJob(parts.database, 'queue', request, idempotencyKey);
  const { id, replayed } = submitted;
  if (replayed) {
    await ensurePublished(parts, id);
    return submitted;
  }
  place?.stored(id);
  const items = request.images.map((spec, index) => ({ index, spec }));
  await publishJob(parts, { id, urgent: request.urgent }, items);
  parts.metrics.jobsAccepted.inc();
  parts.metrics.itemsAccepted.inc(items.length);
  return submitted;
}

/**
 * Takes a job for the workers. When it resolves, every image is with the broker.
 * @throws {Problem} with nothing stored: `broker-unavailable`, `database-unavailable`, `idempotency-key-reused`,
 * `deadline-not-possible`.
 * With the job stored, and its id in the detail: `broker-unavailable`, `not-routed`.
 */
export async function submitJob(
  parts: SubmitParts,
  request: JobRequest,
  idempotencyKey: string | undefined,
): Promise<Submitted> {
  if (!parts.web.connected()) {
    const detail =
      'There is no connection to the message broker at the moment. Nothing was stored; try again in a few seconds.';
    throw new Problem('broker-unavailable', detail, { retryAfterSeconds: 2 });
  }
  const admitted = await admit(parts, request, idempotencyKey);
  if (admitted === undefined) return submitAdmitted(parts, request, idempotencyKey);
  const { place, expectedSeconds } = admitted;
  try {
    const submitted = await submitAdmitted(parts, request, idempotencyKey, place);
    if (submitted.replayed) return submitted;
    place.published();
    return { ...submitted, expectedSeconds };
  } finally {
    place.leave();
  }
}
