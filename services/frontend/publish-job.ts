// Publishes a job's items, and has it taken off the outbox when the broker has confirmed every one.
import type { Database } from '../shared/database.ts';
import { Problem } from '../shared/errors.ts';
import { markPublished, releaseJob } from '../shared/ledger/outbox.ts';
import type { ItemSpec, JobRow } from '../shared/ledger/types.ts';
import type { Log } from '../shared/log.ts';
import { type ImageTask, itemId } from '../shared/messages.ts';
import { PublishError } from '../shared/messaging/types.ts';
import { forEachLimited } from './for-each-limited.ts';
import type { WebPort } from './web-participant.ts';

/** How long a front end has to publish a job before another one may take over. */
export const PUBLISH_LEASE_MS = 10_000;
/** For each message, so that a broker that stalls is known within it while a slow one may take its time for a thousand. */
const CONFIRM_LIMIT_MS = 1_500;
const AT_A_TIME = 100;

interface PublishParts {
  database: Database;
  web: WebPort;
  log: Log;
}

/** Why publishing failed, as an answer for the one who sent the job. */
function publishProblem(id: string, error: unknown): Problem {
  const kept =
    `Job ${id} is stored and will be published by itself as soon as it can be. ` +
    'Sending it again is safe with the same Idempotency-Key; without one it would be another job.';
  const options = { retryAfterSeconds: 2, cause: error };
  if (error instanceof PublishError && error.code === 'unroutable') {
    return new Problem('not-routed', `No queue is connected to the front end's IMAGES port. ${kept}`, options);
  }
  return new Problem('broker-unavailable', `The message broker did not confirm the images. ${kept}`, options);
}

/**
 * Publishes the given items of a job that the caller has the lease of. Items may have been sent before: they are known by
 * their ids, and their effect is the same.
 * @throws {Problem} `broker-unavailable` or `not-routed`; the job stays in the outbox.
 */
export async function publishJob(
  { database, web, log }: PublishParts,
  { id, urgent }: Pick<JobRow, 'id' | 'urgent'>,
  items: readonly { index: number; spec: ItemSpec }[],
): Promise<void> {
  try {
    await forEachLimited(items, AT_A_TIME, ({ index, spec }) => {
      const item = itemId(id, index);
      const task: ImageTask = { item, job: id, index, ...spec };
      return web.send('images', task, { item, job: id, ...(urgent && { urgent }) }, { timeoutMs: CONFIRM_LIMIT_MS });
    });
  } catch (error) {
    releaseJob(database, id).catch((err: unknown) => log.warn({ err, job: id }, 'a lease has to run out by itself'));
    if (!(error instanceof PublishError)) throw error;
    throw publishProblem(id, error);
  }
  // It is with the broker: the promise is kept, and nobody has to wait. Where the outbox does not hear of it, the relay will publish it
  // once more, which changes nothing.
  markPublished(database, id).catch((err: unknown) => {
    log.warn({ err, job: id }, 'published, but the outbox does not know');
  });
}
