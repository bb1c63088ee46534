// The audit of the ledger on a real database: what it counts, and what it finds wrong where a test has made it so.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { v7 as uuid } from 'uuid';
import { createDatabase } from '../../services/shared/database.ts';
import { acceptJob } from '../../services/shared/ledger/accept.ts';
import { auditLedger } from '../../services/shared/ledger/audit.ts';
import { cancelJob } from '../../services/shared/ledger/cancel.ts';
import { markPublished } from '../../services/shared/ledger/outbox.ts';
import { readJob } from '../../services/shared/ledger/read.ts';
import { type Result, recordResults } from '../../services/shared/ledger/record.ts';
import { createLog } from '../../services/shared/log.ts';
import type { Step } from '../../services/shared/messaging/types.ts';
import { migrate } from '../../services/shared/migrate.ts';
import { openDatabase } from '../helpers/database.ts';
import { undoStack } from '../helpers/undo.ts';

const log = createLog('test', 'test', 'silent');
const spec = { source: 'sample:harbour', width: 320, height: 240, fit: 'cover', format: 'jpeg' } as const;
const step: Step = { role: 'resize', replica: 'resize-1', startedAt: 1, finishedAt: 2, attempt: 1 };

function done(job: string, index: number, more: Partial<Result> = {}): Result {
  const facts = { contentType: 'image/jpeg', width: 320, height: 240, bytes: 9 };
  const original = { width: 640, height: 480, format: 'jpeg', bytes: 9 };
  const bytes = Buffer.from('a picture').toString('base64');
  const result = { job, index, state: 'done', image: { ...facts, original }, caption: null, bytes } as const;
  return { ...result, steps: [step], attempts: 1, ...more } as Result;
}

const failed = (job: string, index: number): Result => ({
  job,
  index,
  state: 'failed',
  error: { code: 'not-a-picture', reason: 'It is a poem.', role: 'resize' },
  steps: [],
  attempts: 1,
});

async function openLedger(context: TestContext) {
  const t = undoStack(context);
  const { url } = await openDatabase(t);
  const database = createDatabase({ url, name: 'test', log });
  t.after(() => database.close());
  const accept = async (size: number, more: Partial<Parameters<typeof acceptJob>[1]> = {}): Promise<string> => {
    const items = Array.from({ length: size }, () => spec);
    const job = { id: uuid(), mode: 'queue' as const, items, requestHash: 'hash', publishLeaseMs: 30_000, ...more };
    await acceptJob(database, job);
    return job.id;
  };
  return { database, accept };
}

test('an audit', async (t) => {
  const { database, accept } = await openLedger(t);
  await migrate(database, { log });

  await t.test('of nothing is all zero, and finds nothing wrong', async () => {
    const { at, ...rest } = await auditLedger(database);
    assert(Math.abs(Date.parse(at) - Date.now()) < 60_000);
    assert.deepEqual(rest, {
      ...{ accepted: 0, done: 0, failed: 0, cancelled: 0, open: 0, unpublished: 0, inside_requests: 0 },
      ...{ redelivered: 0, retried: 0, duplicate_deliveries: 0, duplicate_effects: 0 },
      ...{ inconsistencies: [], open_items: [], more: false },
    });
  });

  await t.test('counts items by what became of them, and lists those that are open', async () => {
    const mixed = await accept(5);
    await markPublished(database, mixed);
    await recordResults(database, [done(mixed, 0), failed(mixed, 1)]);
    const cancelled = await accept(2);
    await cancelJob(database, cancelled);
    const unpublished = await accept(1);
    await accept(3, { mode: 'sync' });
    const audit = await auditLedger(database);
    assert.deepEqual(
      [audit.accepted, audit.done, audit.failed, audit.cancelled, audit.open, audit.unpublished, audit.inside_requests],
      [11, 1, 1, 2, 7, 1, 3],
    );
    assert.deepEqual(
      audit.open_items.map(({ item, published_at }) => [item, published_at !== null]),
      [
        [`${mixed}.2`, true],
        [`${mixed}.3`, true],
        [`${mixed}.4`, true],
        [`${unpublished}.0`, false],
      ],
    );
    assert.deepEqual(audit.inconsistencies, []);
  });

  await t.test('can be of one job, and of what was accepted until a moment', async () => {
    const id = await accept(2);
    const before = (await readJob(database, id))!.created_at;
    await accept(1);
    assert.equal((await auditLedger(database, { job: id })).accepted, 2);
    const all = await auditLedger(database);
    const until = await auditLedger(database, { before: new Date(before.getTime() + 1) });
    assert(until.accepted >= all.accepted - 1 && until.accepted <= all.accepted);
    assert.equal((await auditLedger(database, { before: new Date(0) })).accepted, 0);
    assert.equal((await auditLedger(database, { job: uuid() })).accepted, 0);
  });

  await t.test('counts what was handed out twice, tried twice and came twice', async () => {
    const job = await accept(4);
    const retried = done(job, 1, { attempts: 3 });
    const again = done(job, 2, { steps: [step, { ...step, redelivered: true }] });
    await recordResults(database, [done(job, 0), done(job, 0), retried, again]);
    await recordResults(database, [done(job, 0), done(job, 3)]);
    const audit = await auditLedger(database, { job });
    assert.deepEqual(
      [audit.done, audit.redelivered, audit.retried, audit.duplicate_deliveries, audit.duplicate_effects],
      [4, 1, 1, 2, 0],
    );
  });

  await t.test('counts the late result of a cancelled item as its first, and the next one as a duplicate', async () => {
    const job = await accept(1);
    await markPublished(database, job);
    await cancelJob(database, job);
    await recordResults(database, [done(job, 0)]);
    assert.equal((await auditLedger(database, { job })).duplicate_deliveries, 0);
    await recordResults(database, [done(job, 0)]);
    const audit = await auditLedger(database, { job });
    assert.deepEqual([audit.cancelled, audit.duplicate_deliveries, audit.duplicate_effects], [1, 1, 0]);
    assert.deepEqual(audit.inconsistencies, []);
  });

  await t.test('finds an effect that was had twice, whatever let it through', async () => {
    const job = await accept(2);
    await recordResults(database, [done(job, 0), done(job, 1)]);
    // As if nothing had kept the second result out.
    await database.query(`UPDATE items SET state = 'failed' WHERE job = $1 AND index = 0`, [job]);
    assert.equal((await auditLedger(database, { job })).duplicate_effects, 1);
  });

  await t.test('finds every way in which the books can contradict themselves, and names a job', async () => {
    for (const [statement, words] of [
      ['UPDATE jobs SET done = 1 WHERE id = $1', /count other items than they have/],
      ['UPDATE items SET rank = 9 WHERE job = $1 AND index = 0', /have gaps in the order/],
      ['DELETE FROM results WHERE job = $1', /is done, and no picture of it/],
      [`UPDATE items SET state = 'failed' WHERE job = $1 AND index = 1`, /a picture of an item that is not done/],
      ['UPDATE items SET finished_at = NULL WHERE job = $1', /whose end is dated although it is open/],
      ['UPDATE items SET effects = 0 WHERE job = $1', /final and never became so/],
      ['UPDATE jobs SET finished_at = NULL WHERE id = $1', /an end although something is open/],
    ] as const) {
      const job = await accept(2);
      await recordResults(database, [done(job, 0), done(job, 1)]);
      assert.deepEqual((await auditLedger(database, { job })).inconsistencies, []);
      await database.query(statement, [job]);
      const { inconsistencies } = await auditLedger(database, { job });
      const found = inconsistencies.find((one) => words.test(one));
      assert(found?.startsWith('1 of the jobs ') && found.endsWith(job), `${statement}: ${inconsistencies.join('; ')}`);
    }
  });

  await t.test('lists a thousand open items, and says that there are more', async () => {
    await accept(1_000);
    await accept(1_000);
    const { open_items: open, more } = await auditLedger(database);
    assert.deepEqual([open.length, more], [1_000, true]);
  });

  await t.test('is kept of urgent jobs, too', async () => {
    assert.equal((await readJob(database, await accept(1, { urgent: true })))?.urgent, true);
    assert.equal((await readJob(database, await accept(1)))?.urgent, false);
  });
});

test('what was kept before there was an audit passes it', async (t) => {
  const { database } = await openLedger(t);
  const folder = new URL('../../services/shared/migrations/', import.meta.url);
  await database.query(await readFile(new URL('001-ledger.sql', folder), 'utf8'));
  const job = uuid();
  await database.query(
    `INSERT INTO jobs (id, mode, request_hash, total, done, cancelled, cancelled_at, finished_at)
     VALUES ($1, 'queue', 'x', 2, 1, 1, now(), now())`,
    [job],
  );
  await database.query(
    `INSERT INTO items (job, index, spec, state, rank, steps, finished_at, settled_at)
     VALUES ($1, 0, '{}', 'done', 1, '[{"redelivered": true}]', now(), now()), ($1, 1, '{}', 'cancelled', 2, '[]', now(), NULL)`,
    [job],
  );
  await database.query(`INSERT INTO results VALUES ($1, 0, 'image/png', '')`, [job]);
  await database.query(
    'CREATE TABLE migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
  );
  await database.query(`INSERT INTO migrations VALUES ('001-ledger.sql')`);
  await migrate(database, { log });
  const audit = await auditLedger(database);
  assert.deepEqual([audit.accepted, audit.done, audit.cancelled, audit.redelivered], [2, 1, 1, 1]);
  assert.deepEqual([audit.duplicate_deliveries, audit.duplicate_effects, audit.inconsistencies], [0, 0, []]);
});
