// Audits the ledger: what became of all that was accepted, how often it was done again, and whether the books agree with themselves.
//
// It takes one look: all of an audit is of the same moment, whatever is written meanwhile. Whether an open item is lost the ledger alone
// cannot tell: its message is with the broker, or is not (`scripts/verdict/`).
import type { Database, Query } from '../database.ts';
import { findInconsistencies } from './inconsistencies.ts';

/** An item that is not final. */
export interface OpenItem {
  /** `<job>.<index>` */
  item: string;
  job: string;
  index: number;
  /** ISO, by the database's clock, as the next. */
  accepted_at: string;
  /** When every message of its job had been confirmed; null: the outbox still has it. */
  published_at: string | null;
}

/** In items, of jobs accepted until `before`, where nothing else is said. */
export interface Audit {
  /** The moment of the look, ISO, by the database's clock; rounded down to milliseconds. */
  at: string;
  accepted: number;
  done: number;
  failed: number;
  cancelled: number;
  /** Not final. accepted = done + failed + cancelled + open. */
  open: number;
  /** Of the open ones: not all messages of their jobs are confirmed. */
  unpublished: number;
  /** Of the open ones: done inside a request, so that no message of them ever was. */
  inside_requests: number;
  /** Of the final ones: a message of it had been handed out before, to somebody who did not answer. */
  redelivered: number;
  /** Of the final ones: some role needed more than one attempt. */
  retried: number;
  /** Results that came once more, to an item that had one. */
  duplicate_deliveries: number;
  /** How often an item became final again. Anything but 0 is a broken promise. */
  duplicate_effects: number;
  /** A sentence each; none where the books agree. */
  inconsistencies: string[];
  /** Those that the workers have or should have: not done inside a request. At most 1000, the oldest first. */
  open_items: OpenItem[];
  /** There are more of these than are listed. */
  more: boolean;
}

export interface AuditOptions {
  /** Only what was accepted until then. Default: all. */
  before?: Date;
  /** Only this job. */
  job?: string;
  /** List the open items behind this one: the last one of the list before. */
  after?: { job: string; index: number };
}

const MOST_OPEN = 1_000;
/** It reads every item: a few hundred milliseconds for 200,000. */
const LIMIT_MS = 20_000;

// A job's items are accepted at its own moment, in one statement. An item that is looked at one by one is in the partial index.
const COUNTS = `
  WITH jobs_then AS (
    SELECT
      coalesce(sum(total), 0) AS accepted, coalesce(sum(done), 0) AS done, coalesce(sum(failed), 0) AS failed,
      coalesce(sum(cancelled), 0) AS cancelled,
      coalesce(sum(total - done - failed - cancelled), 0) AS open,
      coalesce(sum(total - done - failed - cancelled) FILTER (WHERE published_at IS NULL), 0) AS unpublished,
      coalesce(sum(total - done - failed - cancelled) FILTER (WHERE mode = 'sync'), 0) AS inside_requests
    FROM jobs
    WHERE ($1::timestamptz IS NULL OR created_at <= $1) AND ($2::uuid IS NULL OR id = $2)
  ), items_then AS (
    SELECT
      count(*) FILTER (WHERE redelivered) AS redelivered, count(*) FILTER (WHERE attempts > 1) AS retried,
      coalesce(sum(deliveries - 1) FILTER (WHERE deliveries > 1), 0) AS duplicate_deliveries,
      coalesce(sum(effects - 1) FILTER (WHERE effects > 1), 0) AS duplicate_effects
    FROM items
    WHERE (redelivered OR attempts > 1 OR deliveries > 1 OR effects > 1)
      AND ($1::timestamptz IS NULL OR accepted_at <= $1) AND ($2::uuid IS NULL OR job = $2)
  )
  SELECT date_trunc('milliseconds', now()) AS at, * FROM jobs_then, items_then`;

// In the order of the jobs' ids, which is that of time.
const OPEN = `
  SELECT items.job, items.index, items.accepted_at, jobs.published_at
  FROM jobs JOIN items ON items.job = jobs.id
  WHERE jobs.state IN ('queued', 'running') AND jobs.mode = 'queue' AND items.state = 'queued'
    AND ($1::timestamptz IS NULL OR jobs.created_at <= $1) AND ($2::uuid IS NULL OR jobs.id = $2)
    AND ($3::uuid IS NULL OR (jobs.id >= $3 AND (items.job, items.index) > ($3, $4::integer)))
  ORDER BY jobs.id, items.index
  LIMIT ${MOST_OPEN + 1}`;

type Counts = Omit<Audit, 'at' | 'inconsistencies' | 'open_items' | 'more'>;

async function openItems(query: Query, values: readonly unknown[]): Promise<OpenItem[]> {
  const rows = await query<{ job: string; index: number; accepted_at: Date; published_at: Date | null }>(OPEN, values, {
    limitMs: LIMIT_MS,
  });
  return rows.map(({ job, index, accepted_at, published_at }) => ({
    item: `${job}.${index}`,
    job,
    index,
    accepted_at: accepted_at.toISOString(),
    published_at: published_at?.toISOString() ?? null,
  }));
}

/** @throws the database's error where it is away, or needs more than 20 s. */
export async function auditLedger(database: Database, { before, job, after }: AuditOptions = {}): Promise<Audit> {
  return database.transaction(async (query) => {
    await query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    // The limit of those who ask for a row is not that of an audit.
    await query(`SET LOCAL statement_timeout = ${LIMIT_MS}`);
    const values = [before ?? null, job ?? null];
    const [row] = await query<{ at: Date } & Record<keyof Counts, string>>(COUNTS, values, { limitMs: LIMIT_MS });
    const { at, ...texts } = row!;
    // Sums and counts come as text: they may be larger than a number holds, elsewhere.
    const counts = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Number(text)]));
    const inconsistencies = await findInconsistencies(query, { values, limitMs: LIMIT_MS });
    const open = await openItems(query, [...values, after?.job ?? null, after?.index ?? null]);
    return {
      at: at.toISOString(),
      ...(counts as unknown as Counts),
      inconsistencies,
      open_items: open.slice(0, MOST_OPEN),
      more: open.length > MOST_OPEN,
    };
  });
}
