// Accepting a job: the job and all its items are stored by one statement, so that nothing is ever half accepted. Jobs that come at the same
// time are stored by the same one.
import type { Database } from '../database.ts';
import { gatherFor } from './gather.ts';
import { type ItemSpec, JOB_COLUMNS, type JobMode, type JobRow } from './types.ts';

export interface NewJob {
  /** A uuid v7. */
  id: string;
  mode: JobMode;
  /** At least one. */
  items: readonly ItemSpec[];
  /** A digest of the request, to tell a repetition from another request under the same key. */
  requestHash: string;
  idempotencyKey?: string;
  deadlineSeconds?: number;
  /** Its messages go ahead of those of other jobs. */
  urgent?: boolean;
  /** How long the caller has to publish the job before a relay may. A `sync` job is never published. */
  publishLeaseMs: number;
}

/** `repeated`: a job was accepted under this key before, and this is its id; nothing was stored now. */
export type Accepted =
  | { outcome: 'stored'; id: string; job: JobRow }
  | { outcome: 'repeated' | 'key-reused'; id: string };

// In the order of their keys: two front ends that store the same keys at once must not wait for each other in a circle.
const INSERT = `
  WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS given (
      id uuid, mode text, "idempotencyKey" text, "requestHash" text, items jsonb, "deadlineSeconds" float8,
      "publishLeaseMs" float8, urgent boolean
    )
  ), job AS (
    INSERT INTO jobs (id, mode, idempotency_key, request_hash, total, deadline_at, published_at, publish_lease_until, urgent)
    SELECT
      id, mode, "idempotencyKey", "requestHash", jsonb_array_length(items),
      now() + "deadlineSeconds" * interval '1 second',
      CASE WHEN mode = 'sync' THEN now() END,
      now() + "publishLeaseMs" * interval '1 millisecond',
      coalesce(urgent, false)
    FROM given ORDER BY "idempotencyKey", id
    ON CONFLICT (idempotency_key) DO NOTHING
    RETURNING ${JOB_COLUMNS}
  ), stored AS (
    INSERT INTO items (job, index, spec)
    SELECT given.id, one.position - 1, one.spec
    FROM job JOIN given USING (id), jsonb_array_elements(given.items) WITH ORDINALITY AS one (spec, position)
  )
  SELECT * FROM job`;

/** Items that are stored by one statement, in how many jobs they may come, and so many statements at a time. */
const TOGETHER = { most: 2_000, atATime: 2 };

/** Those that were stored; undefined where the key is known. */
const insert = gatherFor((database: Database) => ({
  ...TOGETHER,
  weigh: ({ items }: NewJob) => items.length,
  async work(jobs: readonly NewJob[]) {
    const rows = await database.query<JobRow>(INSERT, [JSON.stringify(jobs)]);
    const stored = new Map(rows.map((row) => [row.id, row]));
    return jobs.map(({ id }) => stored.get(id));
  },
}));

/**
 * Stores a job, or finds the one that was stored under its key. Requests with the same key may come at the same time. Jobs that come at
 * the same time are stored together, each of them whole or not at all.
 */
export async function acceptJob(database: Database, job: NewJob): Promise<Accepted> {
  const stored = await insert(database, job);
  if (stored !== undefined) return { outcome: 'stored', id: job.id, job: stored };
  // A statement of its own: the other job may have been committed after the first statement began.
  const [other] = await database.query<{ id: string; request_hash: string }>(
    'SELECT id, request_hash FROM jobs WHERE idempotency_key = $1',
    [job.idempotencyKey],
  );
  if (other === undefined) throw new Error(`job ${job.id} was neither stored nor there before`);
  return { outcome: other.request_hash === job.requestHash ? 'repeated' : 'key-reused', id: other.id };
}
