// The ledger against a real database: accepted once, recorded once, numbered without gaps, whoever writes at the same time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v7 as uuid } from 'uuid';
import { createDatabase, type Database } from '../../services/shared/database.ts';
import { acceptJob } from '../../services/shared/ledger/accept.ts';
import { cancelAbandonedSyncJobs, cancelJob, claimCancellations } from '../../services/shared/ledger/cancel.ts';
import { claimJob, claimUnpublished, markPublished, unfinishedItems } from '../../services/shared/ledger/outbox.ts';
import { listJobs, readItemsSince, readJob, readJobWithItems, readPicture } from '../../services/shared/ledger/read.ts';
import { type Recorded, type Result, recordResults } from '../../services/shared/ledger/record.ts';
import { createLog } from '../../services/shared/log.ts';
import { migrate } from '../../services/shared/migrate.ts';
import { openDatabase } from '../helpers/database.ts';

const log = createLog('test', 'test', 'silent');
const spec = { source: 'sample:harbour', width: 320, height: 240, fit: 'cover', format: 'jpeg' } as const;
const picture = Buffer.from('a picture');
const LEASE_MS = 30_000;

function newJob(count: number, more: Partial<Parameters<typeof acceptJob>[1]> = {}) {
  const items = Array.from({ length: count }, () => spec);
  return { id: uuid(), mode: 'queue' as const, items, requestHash: 'hash', publishLeaseMs: LEASE_MS, ...more };
}

function done(job: string, index: number): Result {
  return {
    job,
    index,
    state: 'done',
    image: {
      contentType: 'image/jpeg',
      width: 320,
      height: 240,
      bytes: picture.length,
      original: { width: 640, height: 480, format: 'jpeg', bytes: 9 },
    },
    caption: { text: 'A harbour', colours: ['blue'], brightness: 0.5, orientation: 'landscape' },
    bytes: picture.toString('base64'),
    steps: [{ role: 'resize', replica: 'resize-1', startedAt: 1, finishedAt: 2, attempt: 1 }],
    recording: { role: 'store', replica: 'store-1', queuedAt: 2, startedAt: 3, attempt: 1 },
    attempts: 1,
    worker: 'resize-1',
  };
}

function failed(job: string, index: number, state: 'failed' | 'cancelled' = 'failed'): Result {
  const error = { code: 'not-a-picture', reason: 'It is not a picture.', role: 'resize' };
  return { job, index, state, error, steps: [], attempts: 1 };
}

const count = <T>(values: readonly T[], wanted: T) => values.filter((value) => value === wanted).length;

test('the ledger', async (t) => {
  const { url } = await openDatabase(t);
  const open: Database[] = [];
  const connect = () => {
    const opened = createDatabase({ url, name: 'test', log });
    open.push(opened);
    return opened;
  };

  const database = connect();
  t.after(() => Promise.all(open.map((opened) => opened.close())));
  await migrate(database, { log });

  const accept = async (size: number, more?: Partial<Parameters<typeof acceptJob>[1]>) => {
    const job = newJob(size, more);
    await acceptJob(database, job);
    return job.id;
  };

  await t.test('is migrated once, whoever comes at the same time', async () => {
    await Promise.all([connect(), connect(), connect(), connect()].map((other) => migrate(other, { log })));
    const rows = await database.query<{ name: string }>('SELECT name FROM migrations');
    assert.deepEqual(
      rows.map((row) => row.name),
      ['001-ledger.sql', '002-audit.sql'],
    );
  });

  await t.test('keeps the statements of several connections apart, however large their parameters', async () => {
    const size = 300_000;
    const answers = await Promise.all(
      Array.from({ length: 6 }, async (_, n) => {
        const [row] = await database.query<object>(`SELECT ${n} AS n, length($1::text) AS length`, [
          'x'.repeat(size + n),
        ]);
        return row;
      }),
    );
    assert.deepEqual(
      answers,
      answers.map((_, n) => ({ n, length: size + n })),
    );
  });

  await t.test('accepts a job of 1000 images whole', async () => {
    const id = await accept(1000, { deadlineSeconds: 60 });
    const found = await readJobWithItems(database, id);
    assert.equal(found?.job.state, 'queued');
    assert.equal(found.job.total, 1000);
    assert.deepEqual(
      found.items.map((item) => item.index),
      Array.from({ length: 1000 }, (_, index) => index),
    );
    assert.deepEqual(found.items[999]?.spec, spec);
    assert.equal(found.job.deadline_at!.getTime() - found.job.created_at.getTime(), 60_000);
  });

  await t.test('accepts one job under one key, however many ask at the same time', async () => {
    const key = uuid();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => acceptJob(database, newJob(3, { idempotencyKey: key }))),
    );
    assert.equal(
      count(
        answers.map(({ outcome }) => outcome),
        'stored',
      ),
      1,
    );
    assert.equal(
      count(
        answers.map(({ outcome }) => outcome),
        'repeated',
      ),
      11,
    );
    assert.equal(new Set(answers.map(({ id }) => id)).size, 1);
  });

  await t.test('tells another request under a used key', async () => {
    const key = uuid();
    const id = await accept(1, { idempotencyKey: key });
    const answer = await acceptJob(database, newJob(1, { idempotencyKey: key, requestHash: 'another' }));
    assert.deepEqual(answer, { outcome: 'key-reused', id });
  });

  await t.test('goes from queued over running to done, and knows when', async () => {
    const id = await accept(2);
    assert.equal((await readJob(database, id))?.state, 'queued');
    assert.deepEqual(await recordResults(database, [done(id, 1)]), ['done']);
    assert.equal((await readJob(database, id))?.state, 'running');
    assert.deepEqual(await recordResults(database, [failed(id, 0)]), ['failed']);
    const found = await readJobWithItems(database, id);
    assert.equal(found?.job.state, 'done');
    assert(found.job.finished_at! >= found.job.created_at);
    assert.deepEqual(
      found.items.map(({ state, rank, error }) => ({ state, rank, error })),
      [
        { state: 'failed', rank: 2, error: { code: 'not-a-picture', reason: 'It is not a picture.', role: 'resize' } },
        { state: 'done', rank: 1, error: null },
      ],
    );
  });

  await t.test('keeps the picture, and completes the step of the one who records', async () => {
    const id = await accept(2);
    await recordResults(database, [done(id, 0)]);
    const stored = await readPicture(database, id, 0);
    assert.deepEqual(stored, { state: 'done', error: null, content_type: 'image/jpeg', bytes: picture });
    assert.equal((await readPicture(database, id, 1))?.bytes, null);
    assert.equal(await readPicture(database, id, 2), undefined);
    const item = (await readJobWithItems(database, id))!.items[0]!;
    assert.deepEqual(
      item.steps.map((step) => step.role),
      ['resize', 'store'],
    );
    assert(Math.abs(item.steps[1]!.finishedAt - item.finished_at!.getTime()) <= 1_000);
  });

  await t.test('keeps the first result of an item, in the same batch and in a later one', async () => {
    const id = await accept(2);
    assert.deepEqual(await recordResults(database, [done(id, 0), failed(id, 0), done(id, 1)]), [
      'done',
      'duplicate',
      'done',
    ]);
    assert.deepEqual(await recordResults(database, [failed(id, 0), failed(id, 1)]), ['duplicate', 'duplicate']);
    const job = (await readJob(database, id))!;
    assert.deepEqual([job.done, job.failed, job.state], [2, 0, 'done']);
  });

  await t.test('names results of jobs and items that it does not know', async () => {
    const id = await accept(1);
    const results = [done(uuid(), 0), done(id, 7), done(id, 0), done(id, 2 ** 40)];
    assert.deepEqual(await recordResults(database, results), ['unknown', 'unknown', 'done', 'unknown']);
  });

  await t.test('loses and doubles nothing when stores write overlapping batches at the same time', async () => {
    const ids = await Promise.all([accept(60), accept(60), accept(60)]);
    const all = ids.flatMap((id) => Array.from({ length: 60 }, (_, index) => ({ id, index })));
    const store = async (shift: number): Promise<Recorded[]> => {
      const mine = connect();
      const answers: Recorded[] = [];
      for (let at = 0; at < all.length; at += 15) {
        // Every store writes every item, in batches that are cut, mixed and ordered in its own way.
        const batch = Array.from({ length: 15 }, (_, k) => all[(shift * 41 + (at + k) * 7) % all.length]!);
        answers.push(
          ...(await recordResults(
            mine,
            batch.map(({ id, index }) => done(id, index)),
          )),
        );
      }
      return answers;
    };
    const answers = (await Promise.all([0, 1, 2, 3].map(store))).flat();
    assert.equal(count(answers, 'done'), 180);
    assert.equal(count(answers, 'duplicate'), 540);
    for (const id of ids) {
      const found = (await readJobWithItems(database, id))!;
      assert.deepEqual([found.job.done, found.job.state], [60, 'done']);
      const ranks = found.items.map((item) => item.rank!).sort((a, b) => a - b);
      assert.deepEqual(
        ranks,
        Array.from({ length: 60 }, (_, n) => n + 1),
      );
    }
  });

  await t.test('counts every item once when a job is cancelled while its results come in', async () => {
    const id = await accept(200);
    await markPublished(database, id);
    const writers = [0, 1].map(async (half) => {
      const mine = connect();
      const answers: Recorded[] = [];
      for (let at = half; at < 200; at += 20) {
        const batch = Array.from({ length: 10 }, (_, k) => done(id, (at + 2 * k) % 200));
        answers.push(...(await recordResults(mine, batch)));
        if (half === 0 && at === 60) assert.equal(await cancelJob(database, id), 'cancelled');
      }
      return answers;
    });
    const answers = (await Promise.all(writers)).flat();
    const job = (await readJob(database, id))!;
    assert.equal(job.state, 'cancelled');
    assert.equal(job.done + job.cancelled, 200);
    assert.equal(job.done, count(answers, 'done'));
    assert.equal(job.cancelled, count(answers, 'cancelled'));
    const items = (await readJobWithItems(database, id))!.items;
    assert.equal(new Set(items.map((item) => item.rank)).size, 200);
    const unsettled = await database.query('SELECT FROM items WHERE job = $1 AND settled_at IS NULL', [id]);
    assert.equal(unsettled.length, 0, 'every cancelled item settled when its result came');
  });

  await t.test('cancels what is not finished, and says so again when it is asked again', async () => {
    const id = await accept(3);
    await recordResults(database, [done(id, 1)]);
    assert.equal(await cancelJob(database, id), 'cancelled');
    assert.equal(await cancelJob(database, id), 'cancelled');
    const found = (await readJobWithItems(database, id))!;
    assert.deepEqual([found.job.state, found.job.done, found.job.cancelled], ['cancelled', 1, 2]);
    assert.deepEqual(
      found.items.map((item) => item.rank),
      [2, 1, 3],
    );
  });

  await t.test('does not cancel what is finished or unknown', async () => {
    const id = await accept(1);
    await recordResults(database, [done(id, 0)]);
    assert.equal(await cancelJob(database, id), 'finished');
    assert.equal(await cancelJob(database, uuid()), 'unknown');
  });

  await t.test('repeats a cancellation until the last item has settled', async () => {
    const id = await accept(2);
    await markPublished(database, id);
    await cancelJob(database, id);
    const claim = () => claimCancellations(database, { everyMs: 0, limit: 1000 });
    assert((await claim()).includes(id));
    assert.deepEqual(await recordResults(database, [failed(id, 0, 'cancelled')]), ['cancelled']);
    assert((await claim()).includes(id));
    assert.deepEqual(await recordResults(database, [done(id, 1)]), ['cancelled']);
    assert.equal((await claim()).includes(id), false);
  });

  await t.test('hands a cancellation to one of several relays', async () => {
    const id = await accept(1);
    await markPublished(database, id);
    await cancelJob(database, id);
    await database.query(`UPDATE jobs SET cancel_sent_at = now() - interval '1 minute' WHERE id = $1`, [id]);
    const claims = await Promise.all(
      Array.from({ length: 5 }, () => claimCancellations(database, { everyMs: 10_000, limit: 1000 })),
    );
    assert.equal(count(claims.flat(), id), 1);
  });

  await t.test('hands an unpublished job to one of several relays, once its lease has run out', async () => {
    const id = await accept(1, { publishLeaseMs: -1 });
    const held = await accept(1);
    const lease = { leaseMs: LEASE_MS };
    const claims = await Promise.all(Array.from({ length: 5 }, () => claimUnpublished(database, lease)));
    assert.equal(count(claims, id), 1);
    assert.equal(count(claims, held), 0);
    assert.equal(await claimJob(database, id, lease), false);
  });

  await t.test('publishes nothing that is published, cancelled or finished already', async () => {
    const published = await accept(1, { publishLeaseMs: -1 });
    await markPublished(database, published);
    const cancelled = await accept(1, { publishLeaseMs: -1 });
    await cancelJob(database, cancelled);
    const claim = await claimUnpublished(database, { leaseMs: LEASE_MS });
    assert.notEqual(claim, published);
    assert.notEqual(claim, cancelled);
    const half = await accept(3);
    await recordResults(database, [done(half, 1)]);
    assert.deepEqual(
      (await unfinishedItems(database, half)).map((item) => item.index),
      [0, 2],
    );
  });

  await t.test('cancels a synchronous job whose process is gone', async () => {
    const id = await accept(2, { mode: 'sync' });
    assert.equal((await readJob(database, id))?.published_at !== null, true);
    await cancelAbandonedSyncJobs(database, { olderThanMs: 60_000 });
    assert.equal((await readJob(database, id))?.state, 'queued');
    await cancelAbandonedSyncJobs(database, { olderThanMs: -60_000 });
    assert.equal((await readJob(database, id))?.state, 'cancelled');
  });

  await t.test('reads items in the order in which they finished, from any place on', async () => {
    const id = await accept(5);
    await recordResults(database, [done(id, 3), done(id, 0)]);
    await recordResults(database, [done(id, 4)]);
    const since = async (rank: number, limit = 10) =>
      (await readItemsSince(database, id, { rank, limit }))!.items.map((item) => [item.rank, item.index]);
    assert.deepEqual(await since(0), [
      [1, 3],
      [2, 0],
      [3, 4],
    ]);
    assert.deepEqual(await since(1, 1), [[2, 0]]);
    assert.deepEqual(await since(3), []);
  });

  await t.test('lists jobs newest first, page by page, by state', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.unshift(await accept(1));
    await recordResults(database, [done(ids[1]!, 0)]);
    const first = await listJobs(database, { limit: 2 });
    const second = await listJobs(database, { limit: 2, after: first[1]!.id });
    assert.deepEqual(
      [...first, ...second].map((job) => job.id),
      ids.slice(0, 4),
    );
    const [newest] = await listJobs(database, { state: 'done', limit: 1 });
    assert.equal(newest?.id, ids[1]);
  });
});
