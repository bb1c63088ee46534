// The outbox: jobs that are stored and whose messages the broker has not confirmed yet. A lease says who is publishing.
import type { Database } from '../database.ts';
import { gatherFor } from './gather.ts';
import type { ItemSpec } from './types.ts';

interface Lease {
  /** How long nobody else will publish it. */
  leaseMs: number;
}

/** Takes the lease of one unpublished job; false where it is published, cancelled, or somebody else has it. */
export async function claimJob(database: Database, id: string, { leaseMs }: Lease): Promise<boolean> {
  const rows = await database.query(
    `UPDATE jobs SET publish_lease_until = now() + $2::float8 * interval '1 millisecond'
     WHERE id = $1 AND published_at IS NULL AND cancelled_at IS NULL AND publish_lease_until < now()
     RETURNING id`,
    [id, leaseMs],
  );
  return rows.length > 0;
}

/** Takes the lease of a job that nobody is publishing: the one that has waited longest since it was last tried. */
export async function claimUnpublished(database: Database, { leaseMs }: Lease): Promise<string | undefined> {
  const [row] = await database.query<{ id: string }>(
    `UPDATE jobs SET publish_lease_until = now() + $1::float8 * interval '1 millisecond'
     WHERE id = (
       SELECT id FROM jobs
       WHERE published_at IS NULL AND cancelled_at IS NULL AND publish_lease_until < now()
       ORDER BY publish_lease_until
       LIMIT 1
       FOR NO KEY UPDATE SKIP LOCKED
     )
     RETURNING id`,
    [leaseMs],
  );
  return row?.id;
}

/** Gives the lease back, so that the next attempt need not wait for it to run out. */
export async function releaseJob(database: Database, id: string): Promise<void> {
  await database.query('UPDATE jobs SET publish_lease_until = now() WHERE id = $1 AND published_at IS NULL', [id]);
}

/** The items of a job whose results are not there: what has to be published. */
export async function unfinishedItems(database: Database, id: string): Promise<{ index: number; spec: ItemSpec }[]> {
  return database.query(`SELECT index, spec FROM items WHERE job = $1 AND state = 'queued' ORDER BY index`, [id]);
}

/** Every message of the job was confirmed by the broker. Jobs that come to this at the same time are marked together. */
export const markPublished: (database: Database, id: string) => Promise<void> = gatherFor((database: Database) => ({
  most: 500,
  atATime: 1,
  weigh: () => 1,
  async work(ids: readonly string[]) {
    const mark = 'UPDATE jobs SET published_at = now() WHERE id = ANY($1::uuid[]) AND published_at IS NULL';
    await database.query(mark, [ids]);
    return ids.map(() => undefined);
  },
}));
