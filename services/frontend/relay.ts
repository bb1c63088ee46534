// Finishes what a request could not: publishes jobs that a crash or an outage left in the outbox, repeats cancellations to
// workers that may not have heard them, and cancels what a front end that is gone did inside a request.
import { setTimeout as delay } from 'node:timers/promises';
import { type Database, databaseProblem } from '../shared/database.ts';
import { Problem } from '../shared/errors.ts';
import { cancelAbandonedSyncJobs, claimCancellations } from '../shared/ledger/cancel.ts';
import { claimUnpublished, unfinishedItems } from '../shared/ledger/outbox.ts';
import { readJob } from '../shared/ledger/read.ts';
import type { Log } from '../shared/log.ts';
import type { Cancellation } from '../shared/messages.ts';
import { PublishError } from '../shared/messaging/types.ts';
import { PUBLISH_LEASE_MS, publishJob } from './publish-job.ts';
import type { WebPort } from './web-participant.ts';

interface RelayParts {
  database: Database;
  web: WebPort;
  log: Log;
  /** Older than this a request that works by itself cannot be. */
  syncLimitMs: number;
}

const EVERY_MS = 1_000;
const JOBS_A_ROUND = 20;
const CANCELLATIONS_AT_ONCE = 100;
const SEND_LIMIT_MS = 1_500;

/** One round. @throws the first error that it meets; the next round goes on from there. */
export async function relayOnce({ database, web, log, syncLimitMs }: RelayParts): Promise<void> {
  await cancelAbandonedSyncJobs(database, { olderThanMs: syncLimitMs });
  if (!web.connected()) return;
  for (let n = 0; n < JOBS_A_ROUND; n++) {
    // One at a time, so that a failure leaves no job waiting for a lease that nobody uses.
    const id = await claimUnpublished(database, { leaseMs: PUBLISH_LEASE_MS });
    if (id === undefined) break;
    const { urgent = false } = (await readJob(database, id)) ?? {};
    await publishJob({ database, web, log }, { id, urgent }, await unfinishedItems(database, id));
    log.info({ job: id }, 'published a job from the outbox');
  }
  for (const job of await claimCancellations(database, { everyMs: EVERY_MS, limit: CANCELLATIONS_AT_ONCE })) {
    await web.send('cancel', { job } satisfies Cancellation, { job }, { timeoutMs: SEND_LIMIT_MS });
  }
}

/** Runs a round each second. Any number of front ends may: the ledger hands each piece of work to one of them. */
export function startRelay(parts: RelayParts): { close(): Promise<void> } {
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await relayOnce(parts);
      } catch (error) {
        const passes =
          error instanceof PublishError || error instanceof Problem || databaseProblem(error) !== undefined;
        parts.log[passes ? 'debug' : 'error']({ err: error }, 'the relay goes on in a second');
      }
      await delay(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const ended = run();
  return {
    close() {
      stopping.abort();
      return ended;
    },
  };
}
