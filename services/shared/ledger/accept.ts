// Accepting a job: the job and all its items are stored by one statement, so that nothing is ever half accepted.
import type { Database } from '../database.ts';
import type { ItemSpec, JobMode } from './types.ts';

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
  /** How long the caller has to publish the job before a relay may. A `sync` job is never published. */
  publishLeaseMs: number;
}

/** `repeated`: a job was accepted under this key before, and this is its id; nothing was stored now. */
export type Accepted = { outcome: 'stored' | 'repeated'; id: string } | { outcome: 'key-reused'; id: string };

const INSERT = `
  WITH job AS (
    INSERT INTO jobs (id, mode, idempotency_key, request_hash, total, deadline_at, published_at, publish_lease_until)
    VALUES (
      $1, $2, $3, $4, jsonb_array_length($5::jsonb),
      now() + $6::float8 * interval '1 second',
      CASE WHEN $2 = 'sync' THEN now() END,
      now() + $7::float8 * interval '1 millisecond'
    )
    ON CONFLICT (idempotency_key) DO NOTHING
    RETURNING id
  ), stored AS (
    INSERT INTO items (job, index, spec)
    SELECT job.id, given.position - 1, given.spec
    FROM job, jsonb_array_elements($5::jsonb) WITH ORDINALITY AS given (spec, position)
  )
  SELECT id FROM job`;

/** Stores a job, or finds the one that was stored under its key. Requests with the same key may come at the same time. */
export async function acceptJob(database: Database, job: NewJob): Promise<Accepted> {
  const values = [
    job.id,
    job.mode,
    job.idempotencyKey ?? null,
    job.requestHash,
    JSON.stringify(job.items),
    job.deadlineSeconds ?? null,
    job.publishLeaseMs,
  ];
  const stored = await database.query(INSERT, values);
  if (stored.length > 0) return { outcome: 'stored', id: job.id };
  // A statement of its own: the other job may have been committed after the first statement began.
  const [other] = await database.query<{ id: string; request_hash: string }>(
    'SELECT id, request_hash FROM jobs WHERE idempotency_key = $1',
    [job.idempotencyKey],
  );
  if (other === undefined) throw new Error(`job ${job.id} was neither stored nor there before`);
  return { outcome: other.request_hash === job.requestHash ? 'repeated' : 'key-reused', id: other.id };
}
