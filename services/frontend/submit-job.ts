// Takes a job: stored first, then published, and answered only when the broker has confirmed every message.
//
//   stored --(every message confirmed)--> published: 202
//     |
//     +--(broker gone, no route, process gone)--> in the outbox: 503, and the relay publishes it
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import type { Database } from '../shared/database.ts';
import { Problem } from '../shared/errors.ts';
import { acceptJob } from '../shared/ledger/accept.ts';
import { claimJob, unfinishedItems } from '../shared/ledger/outbox.ts';
import { readJob } from '../shared/ledger/read.ts';
import type { JobMode, JobRow } from '../shared/ledger/types.ts';
import type { Log } from '../shared/log.ts';
import type { Metrics } from '../shared/metrics.ts';
import { PUBLISH_LEASE_MS, publishJob } from './publish-job.ts';
import type { JobRequest } from './request.ts';
import type { WebPort } from './web-participant.ts';

interface SubmitParts {
  database: Database;
  web: WebPort;
  log: Log;
  metrics: Metrics;
}

export interface Submitted {
  id: string;
  /** The job was accepted before, under the same key. */
  replayed: boolean;
}

/** How long a repeated request waits for the first one to be through with publishing, milliseconds. */
const REPLAY_WAIT_MS = 1_500;
const REPLAY_POLL_MS = 50;

const requestHash = (mode: JobMode, request: JobRequest): string =>
  createHash('sha256')
    .update(JSON.stringify([mode, request.deadline_seconds ?? null, request.images]))
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
    publishLeaseMs: PUBLISH_LEASE_MS,
  });
  if (accepted.outcome === 'key-reused') {
    const detail = `The key ${idempotencyKey} belongs to job ${accepted.id}, which was another request. Use a new key.`;
    throw new Problem('idempotency-key-reused', detail);
  }
  return { id: accepted.id, replayed: accepted.outcome === 'repeated' };
}

/** Waits until a job of an earlier request is published; does it itself where nobody else is at it. */
async function ensurePublished(parts: SubmitParts, id: string): Promise<void> {
  const end = Date.now() + REPLAY_WAIT_MS;
  const waits = (job: JobRow | undefined): boolean => job?.published_at === null && job.state !== 'cancelled';
  while (waits(await readJob(parts.database, id))) {
    if (await claimJob(parts.database, id, { leaseMs: PUBLISH_LEASE_MS })) {
      return publishJob(parts, id, await unfinishedItems(parts.database, id));
    }
    if (Date.now() > end) {
      const detail = `Job ${id} is stored, but its images are not with the message broker yet. Send it again with the same key.`;
      throw new Problem('broker-unavailable', detail, { retryAfterSeconds: 2 });
    }
    await delay(REPLAY_POLL_MS);
  }
}

/**
 * Takes a job for the workers. When it resolves, every image is with the broker.
 * @throws {Problem} with nothing stored: `broker-unavailable`, `database-unavailable`, `idempotency-key-reused`.
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
  const submitted = await storeJob(parts.database, 'queue', request, idempotencyKey);
  if (submitted.replayed) await ensurePublished(parts, submitted.id);
  else {
    await publishJob(
      parts,
      submitted.id,
      request.images.map((spec, index) => ({ index, spec })),
    );
    parts.metrics.jobsAccepted.inc();
    parts.metrics.itemsAccepted.inc(request.images.length);
  }
  return submitted;
}
