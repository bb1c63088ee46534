// The role `store`: writes what came out at the end into the ledger, a batch at a time, and tells the topic of finished items.
//
// While the database is away the batch is held and tried again: nothing is lost, no attempt is counted, and the broker keeps
// the rest, because an unanswered batch takes no more than the prefetch. `health` says why the role does not move.
import { setTimeout as delay } from 'node:timers/promises';
import { type Database, databaseProblem } from '../shared/database.ts';
import { ItemError } from '../shared/errors.ts';
import type { Health } from '../shared/http.ts';
import { type Recorded, type Result, recordResults } from '../shared/ledger/record.ts';
import type { Log } from '../shared/log.ts';
import { FinishedItem, ItemResult } from '../shared/messages.ts';
import { defineParticipant } from '../shared/messaging/define-participant.ts';
import { type Delivery, type ParticipantDefinition, RetryLater } from '../shared/messaging/types.ts';
import type { Metrics } from '../shared/metrics.ts';
import { NOT_STORABLE, toResult, unstorable } from './to-result.ts';

interface StoreParts {
  database: Database;
  metrics: Metrics;
  log: Log;
  prefetch: number;
  batch: { size: number; waitMs: number };
}

const ROLE = 'store';
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;
/** Well below the 30 minutes after which RabbitMQ takes an unanswered message away. */
const HOLD_LIMIT_MS = 10 * 60_000;

/** SQLSTATE classes that blame the data: 22 (a value that does not fit), 23 (a constraint). */
const isDataError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^2[23]/.test(error.code);

/** The participant, and whether it can write. */
export function createStore({ database, metrics, log, prefetch, batch }: StoreParts): {
  definition: ParticipantDefinition;
  health(): Health;
} {
  let away: { since: Date; reason: string } | undefined;

  /** Writes a batch as soon as the database takes it. Rejects with RetryLater when `signal` fires first. */
  async function record(results: readonly Result[], signal: AbortSignal): Promise<Recorded[]> {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      try {
        const recorded = await recordResults(database, results);
        if (away !== undefined) log.info({ since: away.since }, 'the database is back');
        away = undefined;
        return recorded;
      } catch (error) {
        const problem = databaseProblem(error);
        if (problem === undefined) throw error;
        const reason = problem.cause instanceof Error ? problem.cause.message : String(problem.cause);
        if (away === undefined) log.warn({ reason }, 'waiting for the database');
        away = { since: away?.since ?? new Date(), reason };
        try {
          await delay(waitMs, undefined, { signal });
        } catch {
          throw new RetryLater('the database is away', { cause: error });
        }
      }
    }
  }

  /** Where the database refuses a batch for what is in it, each result is tried alone, and the one at fault fails its item. */
  async function recordEach(results: readonly Result[], signal: AbortSignal): Promise<(Recorded | Error)[]> {
    try {
      return await record(results, signal);
    } catch (error) {
      const result = results[0];
      if (!isDataError(error) || result === undefined) throw error;
      if (results.length > 1) {
        const answers: (Recorded | Error)[] = [];
        for (const one of results) answers.push(...(await recordEach([one], signal)));
        return answers;
      }
      log.warn({ err: error, job: result.job, index: result.index }, 'a result cannot be stored');
      if (result.state === 'failed' && result.error.code === NOT_STORABLE) throw error;
      return await recordEach([unstorable(result)], signal);
    }
  }

  function answer({ data }: Delivery<ItemResult>, recorded: Recorded | Error) {
    if (recorded instanceof Error) return recorded;
    if (recorded === 'unknown')
      return new ItemError('unknown-item', `The ledger knows no item ${data.index} of job ${data.job}.`);
    if (recorded === 'duplicate') {
      metrics.duplicates.inc();
      return undefined;
    }
    metrics.itemsStored.inc({ state: recorded });
    const finished: FinishedItem = { item: data.item, job: data.job, index: data.index, state: recorded };
    return { port: 'out' as const, data: finished };
  }

  return {
    definition: defineParticipant({
      role: ROLE,
      component: 'StoreResult',
      label: 'Writes results into the ledger',
      icon: 'database',
      inports: {
        in: {
          schema: ItemResult,
          prefetch,
          batch,
          timeoutMs: HOLD_LIMIT_MS,
          // An attempt is counted only after ten minutes without a database, so that this is most of a day.
          attempts: 100,
          async handleBatch(deliveries, { signal, replica }) {
            const startedAt = Date.now();
            const results = deliveries.map((delivery) => toResult(delivery, { role: ROLE, replica, startedAt }));
            const recorded = await recordEach(results, signal);
            return deliveries.map((delivery, n) => answer(delivery, recorded[n]!));
          },
        },
      },
      outports: { out: { schema: FinishedItem, unroutable: 'drop' } },
    }),
    health: () =>
      away === undefined
        ? { ok: true }
        : { ok: false, reason: `waiting for the database since ${away.since.toISOString()}: ${away.reason}` },
  };
}
