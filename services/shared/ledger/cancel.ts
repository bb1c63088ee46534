// Cancelling a job: what is not finished becomes cancelled at once; the workers hear of it and drop what they still get.
import type { Database } from '../database.ts';

/** `cancelled` also where it had been cancelled before: asking again changes nothing. */
export type Cancelled = 'cancelled' | 'finished' | 'unknown';

// Locks the job and then its items, as `record` does. Nothing is on its way to a worker, and so nothing has to settle, where
// the job was never fully published (what was sent of it comes back as a duplicate) or was done inside a request.
const CANCEL = `
  WITH job AS MATERIALIZED (
    SELECT id, done + failed + cancelled AS finished, cancelled_at, published_at IS NOT NULL AND mode = 'queue' AS sent
    FROM jobs WHERE id = $1
    FOR NO KEY UPDATE
  ), open AS MATERIALIZED (
    SELECT items.index FROM job JOIN items ON items.job = job.id
    WHERE items.state = 'queued'
    FOR NO KEY UPDATE OF items
  ), stopped AS (
    UPDATE items SET
      state = 'cancelled', rank = job.finished + ranked.n, finished_at = now(), settled_at = CASE WHEN NOT job.sent THEN now() END
    FROM job, (SELECT index, row_number() OVER (ORDER BY index) AS n FROM open) AS ranked
    WHERE items.job = job.id AND items.index = ranked.index
    RETURNING items.index
  ), counted AS (
    UPDATE jobs SET
      cancelled = jobs.cancelled + (SELECT count(*) FROM stopped),
      cancelled_at = now(), cancel_sent_at = now(), finished_at = now()
    FROM job WHERE jobs.id = job.id AND EXISTS (SELECT FROM open)
  )
  SELECT CASE WHEN cancelled_at IS NOT NULL OR EXISTS (SELECT FROM open) THEN 'cancelled' ELSE 'finished' END AS outcome
  FROM job`;

export async function cancelJob(database: Database, id: string): Promise<Cancelled> {
  const [row] = await database.query<{ outcome: Cancelled }>(CANCEL, [id]);
  return row?.outcome ?? 'unknown';
}

/**
 * The cancelled jobs whose cancellation should be repeated now, at most `limit`: some of their items are still on their way.
 * Each is handed to one caller in `everyMs`. It ends after an hour: by then such a message is among the dead letters.
 */
export async function claimCancellations(
  database: Database,
  { everyMs, limit }: { everyMs: number; limit: number },
): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `UPDATE jobs SET cancel_sent_at = now()
     WHERE id IN (
       SELECT id FROM jobs
       WHERE cancelled_at > now() - interval '1 hour'
         AND cancel_sent_at <= now() - $1::float8 * interval '1 millisecond'
         AND EXISTS (SELECT FROM items WHERE items.job = jobs.id AND items.state = 'cancelled' AND settled_at IS NULL)
       ORDER BY cancel_sent_at
       LIMIT $2
       FOR NO KEY UPDATE SKIP LOCKED
     )
     RETURNING id`,
    [everyMs, limit],
  );
  return rows.map((row) => row.id);
}

/** Cancels `sync` jobs that are older than any request can be: the process that did them is gone. Returns how many. */
export async function cancelAbandonedSyncJobs(
  database: Database,
  { olderThanMs }: { olderThanMs: number },
): Promise<number> {
  const rows = await database.query<{ id: string }>(
    `SELECT id FROM jobs
     WHERE mode = 'sync' AND state IN ('queued', 'running') AND created_at < now() - $1::float8 * interval '1 millisecond'
     ORDER BY id LIMIT 100`,
    [olderThanMs],
  );
  for (const { id } of rows) await cancelJob(database, id);
  return rows.length;
}
