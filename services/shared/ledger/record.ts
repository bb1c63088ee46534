// Recording results: a batch becomes one statement that may be repeated, by any number of stores at once.
//
//   an item is ...                      and its result comes: the item ...          the answer
//   queued                              becomes done, failed or cancelled           that state
//   cancelled, message still under way  stays so, and is settled                    cancelled
//   done, failed, or settled            stays as it is                              duplicate
//   nowhere                                                                         unknown
//
// Whatever the answer, `deliveries` counts that it came. (How often it had an effect the table counts by itself: `items_count_effects`.)
//
// The jobs are locked first, in the order of their ids, so that two stores never wait for each other in a circle. Numbers
// inside a job (counts, ranks) change only under its lock. A statement sees the data as they were when it began, which may be
// before it got the lock, so `open` locks the items as well: PostgreSQL then reads their newest version.
import type { Database } from '../database.ts';
import type { Caption } from '../messages.ts';
import type { Step } from '../messaging/types.ts';
import type { ImageFacts, ItemError } from './types.ts';

interface ResultBase {
  job: string;
  index: number;
  /** The steps so far. */
  steps: readonly Step[];
  /** The step of whoever records, completed by the database with the time at which the item was written. */
  recording?: Omit<Step, 'finishedAt'>;
  attempts: number;
  worker?: string;
}

export interface DoneResult extends ResultBase {
  state: 'done';
  image: ImageFacts;
  /** Null where its way did not lead by `caption`. */
  caption: Caption | null;
  /** The picture, base64. */
  bytes: string;
}

export interface FailedResult extends ResultBase {
  state: 'failed' | 'cancelled';
  error: ItemError;
}

export type Result = DoneResult | FailedResult;

export type Recorded = 'done' | 'failed' | 'cancelled' | 'duplicate' | 'unknown';

const RECORD = `
  WITH input AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY job, index ORDER BY n) AS nth,
      count(*) OVER (PARTITION BY job, index) AS times
    FROM json_to_recordset($1::json) AS input (
      n integer, job uuid, index bigint, state text, error jsonb, caption jsonb, image jsonb, bytes text,
      steps jsonb, recording jsonb, attempts integer, worker text
    )
  ), locked AS MATERIALIZED (
    SELECT id, done + failed + cancelled AS finished FROM jobs
    WHERE id IN (SELECT job FROM input)
    ORDER BY id
    FOR NO KEY UPDATE
  ), open AS MATERIALIZED (
    SELECT items.job, items.index, items.state AS before, locked.finished, input.n, input.times
    FROM locked
    JOIN input ON input.job = locked.id AND input.nth = 1
    JOIN items ON items.job = input.job AND items.index = input.index
    WHERE items.settled_at IS NULL
    FOR NO KEY UPDATE OF items
  ), again AS MATERIALIZED (
    SELECT input.job, input.index, input.times
    FROM locked
    JOIN input ON input.job = locked.id AND input.nth = 1
    LEFT JOIN open ON open.n = input.n
    WHERE open.n IS NULL
  ), repeated AS (
    UPDATE items SET deliveries = items.deliveries + again.times
    FROM again
    WHERE items.job = again.job AND items.index = again.index
  ), ranked AS (
    SELECT job, index, n, finished + row_number() OVER (PARTITION BY job ORDER BY n) AS rank
    FROM open WHERE before = 'queued'
  ), finished AS (
    UPDATE items SET
      state = input.state, rank = ranked.rank, error = input.error, caption = input.caption, image = input.image,
      steps = input.steps || coalesce(
        input.recording || jsonb_build_object('finishedAt', floor(extract(epoch FROM clock_timestamp()) * 1000)), '[]'),
      attempts = input.attempts, worker = input.worker,
      finished_at = clock_timestamp(), settled_at = clock_timestamp(), deliveries = items.deliveries + input.times
    FROM ranked JOIN input ON input.n = ranked.n
    WHERE items.job = ranked.job AND items.index = ranked.index
    RETURNING items.job, items.index, items.state, input.n, input.bytes, input.image ->> 'contentType' AS content_type
  ), settled AS (
    UPDATE items SET settled_at = clock_timestamp(), deliveries = items.deliveries + open.times
    FROM open
    WHERE open.before = 'cancelled' AND items.job = open.job AND items.index = open.index
    RETURNING open.n
  ), pictures AS (
    INSERT INTO results (job, index, content_type, bytes)
    SELECT job, index, content_type, decode(bytes, 'base64') FROM finished WHERE state = 'done'
  ), counted AS (
    UPDATE jobs SET
      done = jobs.done + more.done, failed = jobs.failed + more.failed, cancelled = jobs.cancelled + more.cancelled,
      finished_at = CASE WHEN jobs.done + jobs.failed + jobs.cancelled + more.all = jobs.total THEN clock_timestamp() END
    FROM (
      SELECT job, count(*) AS all, count(*) FILTER (WHERE state = 'done') AS done,
        count(*) FILTER (WHERE state = 'failed') AS failed, count(*) FILTER (WHERE state = 'cancelled') AS cancelled
      FROM finished GROUP BY job
    ) AS more
    WHERE jobs.id = more.job
  )
  SELECT coalesce(finished.state, CASE
      WHEN settled.n IS NOT NULL THEN 'cancelled'
      WHEN items.job IS NOT NULL THEN 'duplicate'
      ELSE 'unknown'
    END) AS recorded
  FROM input
  LEFT JOIN finished ON finished.n = input.n
  LEFT JOIN settled ON settled.n = input.n
  LEFT JOIN items ON items.job = input.job AND items.index = input.index
  ORDER BY input.n`;

/** Writes results and returns what became of each, in order. A batch may hold the same item twice. */
export async function recordResults(database: Database, results: readonly Result[]): Promise<Recorded[]> {
  const input = JSON.stringify(results.map((result, n) => ({ n, ...result })));
  const rows = await database.query<{ recorded: Recorded }>(RECORD, [input]);
  return rows.map((row) => row.recorded);
}
