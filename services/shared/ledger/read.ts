// Reading the ledger: one job, its items as they finish, its pictures, and lists of jobs.
import type { Database } from '../database.ts';
import { ITEM_COLUMNS, type ItemRow, type ItemState, JOB_COLUMNS, type JobRow, type JobState } from './types.ts';

export interface JobWithItems {
  job: JobRow;
  items: ItemRow[];
}

type JobRowWithItems = JobRow & { items: ItemRow[] | null };

// Dates inside an aggregate come as text.
const asItem = (item: ItemRow): ItemRow => ({
  ...item,
  accepted_at: new Date(item.accepted_at),
  finished_at: item.finished_at && new Date(item.finished_at),
});

async function readOne(
  database: Database,
  id: string,
  items: string,
  values: readonly unknown[],
): Promise<JobWithItems | undefined> {
  // One statement, so that the counts and the items are of the same moment.
  const [row] = await database.query<JobRowWithItems>(
    `SELECT ${JOB_COLUMNS}, (SELECT json_agg(item) FROM (${items}) AS item) AS items FROM jobs WHERE id = $1`,
    [id, ...values],
  );
  if (row === undefined) return undefined;
  const { items: found, ...job } = row;
  return { job, items: (found ?? []).map(asItem) };
}

/** The job without its items. */
export async function readJob(database: Database, id: string): Promise<JobRow | undefined> {
  const [row] = await database.query<JobRow>(`SELECT ${JOB_COLUMNS} FROM jobs WHERE id = $1`, [id]);
  return row;
}

/** The job and all its items, in the order of the request. */
export async function readJobWithItems(database: Database, id: string): Promise<JobWithItems | undefined> {
  return readOne(database, id, `SELECT ${ITEM_COLUMNS} FROM items WHERE job = jobs.id ORDER BY index`, []);
}

/** The job and those of its items that finished after the given rank, in the order in which they did, at most `limit`. */
export async function readItemsSince(
  database: Database,
  id: string,
  { rank, limit }: { rank: number; limit: number },
): Promise<JobWithItems | undefined> {
  const items = `SELECT ${ITEM_COLUMNS} FROM items WHERE job = jobs.id AND rank > $2 ORDER BY rank LIMIT $3`;
  return readOne(database, id, items, [rank, limit]);
}

export interface Picture {
  state: ItemState;
  error: ItemRow['error'];
  content_type: string | null;
  /** Null unless the item is done. */
  bytes: Buffer | null;
}

/** The picture of an item, or the state that says why there is none. */
export async function readPicture(database: Database, id: string, index: number): Promise<Picture | undefined> {
  const [row] = await database.query<Picture>(
    `SELECT items.state, items.error, results.content_type, results.bytes
     FROM items LEFT JOIN results USING (job, index)
     WHERE job = $1 AND index = $2`,
    [id, index],
  );
  return row;
}

/** Jobs, newest first; `after` is the id of the last one of the page before. */
export async function listJobs(
  database: Database,
  { state, after, limit }: { state?: JobState; after?: string; limit: number },
): Promise<JobRow[]> {
  return database.query<JobRow>(
    `SELECT ${JOB_COLUMNS} FROM jobs
     WHERE ($1::text IS NULL OR state = $1) AND ($2::uuid IS NULL OR id < $2)
     ORDER BY id DESC LIMIT $3`,
    [state ?? null, after ?? null, limit],
  );
}
