// Where the ledger would contradict itself: what is counted, numbered and dated twice is held against each other.
import type { Query } from '../database.ts';

/** What may not be, as SQL over a job (`jobs`) and what is known of its items (`its`), and as words behind `<n> jobs`. */
const RULES = [
  {
    name: 'counts',
    broken: `(jobs.total, jobs.done, jobs.failed, jobs.cancelled) IS DISTINCT FROM (its.total, its.done, its.failed, its.cancelled)`,
    words: 'count other items than they have',
  },
  {
    name: 'ranks',
    broken: 'its.ranked > 0 AND (its.first_rank <> 1 OR its.last_rank <> its.ranked)',
    words: 'have gaps in the order in which their items finished',
  },
  { name: 'results', broken: 'its.without_result > 0', words: 'have an item that is done, and no picture of it' },
  { name: 'pictures', broken: 'its.odd_result > 0', words: 'have a picture of an item that is not done' },
  {
    name: 'dates',
    broken: 'its.misdated > 0',
    words: 'have an item whose end is dated although it is open, or is not although it is final',
  },
  {
    name: 'effects',
    broken: 'its.miscounted > 0',
    words: 'have an item that is final and never became so, or was final and is open again',
  },
  {
    name: 'ends',
    broken: '(jobs.finished_at IS NULL) <> (jobs.done + jobs.failed + jobs.cancelled < jobs.total)',
    words: 'have an end although something is open, or none although nothing is',
  },
];

const FIND = `
  WITH its AS (
    SELECT
      items.job, count(*) AS total,
      count(*) FILTER (WHERE state = 'done') AS done, count(*) FILTER (WHERE state = 'failed') AS failed,
      count(*) FILTER (WHERE state = 'cancelled') AS cancelled,
      count(rank) AS ranked, min(rank) AS first_rank, max(rank) AS last_rank,
      count(*) FILTER (WHERE state = 'done' AND results.job IS NULL) AS without_result,
      count(*) FILTER (WHERE state <> 'done' AND results.job IS NOT NULL) AS odd_result,
      count(*) FILTER (WHERE (state = 'queued') <> (finished_at IS NULL)) AS misdated,
      count(*) FILTER (WHERE (state = 'queued') <> (effects = 0)) AS miscounted
    FROM items LEFT JOIN results USING (job, index)
    WHERE ($1::timestamptz IS NULL OR accepted_at <= $1) AND ($2::uuid IS NULL OR items.job = $2)
    GROUP BY items.job
  )
  SELECT ${RULES.map(
    ({ name, broken }) =>
      `count(*) FILTER (WHERE ${broken})::integer AS ${name}, min(jobs.id::text) FILTER (WHERE ${broken}) AS ${name}_first`,
  ).join(',\n    ')}
  FROM jobs LEFT JOIN its ON its.job = jobs.id
  WHERE ($1::timestamptz IS NULL OR created_at <= $1) AND ($2::uuid IS NULL OR id = $2)`;

/** One sentence for each rule that is broken, with the first job that does so. `values`: accepted until when, or null; which job, or null. */
export async function findInconsistencies(
  query: Query,
  { values, limitMs }: { values: readonly unknown[]; limitMs: number },
): Promise<string[]> {
  const [row] = await query<Record<string, number | string | null>>(FIND, values, { limitMs });
  return RULES.flatMap(({ name, words }) => {
    const count = Number(row?.[name] ?? 0);
    return count === 0 ? [] : [`${count} of the jobs ${words}; the first is ${row?.[`${name}_first`]}`];
  });
}
