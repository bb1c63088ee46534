// The role `store` on a real database: what it does with good results, bad ones, and a database that goes away.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v7 as uuid } from 'uuid';
import { createDatabase } from '../../services/shared/database.ts';
import { ItemError } from '../../services/shared/errors.ts';
import { acceptJob } from '../../services/shared/ledger/accept.ts';
import { readJobWithItems, readPicture } from '../../services/shared/ledger/read.ts';
import { createLog } from '../../services/shared/log.ts';
import { type CaptionedImage, type FailedItem, type ItemResult, itemId } from '../../services/shared/messages.ts';
import { type BatchInPort, type Delivery, RetryLater } from '../../services/shared/messaging/types.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { migrate } from '../../services/shared/migrate.ts';
import { createStore } from '../../services/store/store-result.ts';
import { openDatabase } from '../helpers/database.ts';
import { eventually } from '../helpers/eventually.ts';
import { databaseWire } from './database-wire.ts';

const log = createLog('test', 'test', 'silent');
const never = new AbortController().signal;

const captioned = (job: string, index: number, more: Partial<CaptionedImage> = {}): CaptionedImage => ({
  item: itemId(job, index),
  job,
  index,
  image: { contentType: 'image/png', width: 4, height: 3, bytes: Buffer.from('a picture').toString('base64') },
  original: { width: 40, height: 30, format: 'png', bytes: 99 },
  caption: { text: 'A boat', colours: ['blue'], brightness: 0.4, orientation: 'landscape' },
  ...more,
});

const failed = (job: string, index: number): FailedItem => ({
  item: itemId(job, index),
  job,
  index,
  error: { code: 'not-a-picture', reason: 'It is a poem.', role: 'resize', attempts: 3 },
});

const deliver = (data: ItemResult): Delivery<ItemResult> => ({
  data,
  item: data.item,
  job: data.job,
  attempt: 1,
  steps: [{ role: 'caption', replica: 'caption-1', queuedAt: 1, startedAt: 2, finishedAt: 3, attempt: 2 }],
  traceparent: '00-0-0-01',
  sentAt: Date.now(),
  redelivered: false,
});

test('store', async (t) => {
  const { url } = await openDatabase(t);
  const cable = await databaseWire(t, url);
  const database = createDatabase({ url: cable.url, name: 'store-1', log });
  t.after(() => database.close());
  await migrate(database, { log });
  const metrics = createMetrics({ role: 'store', replica: 'store-1' });
  const store = createStore({ database, metrics, log, prefetch: 200, batch: { size: 100, waitMs: 20 } });
  const inport = store.definition.inports.in as BatchInPort<ItemResult>;
  const handle = (results: ItemResult[], signal = never) =>
    inport.handleBatch(results.map(deliver), { signal, role: 'store', replica: 'store-1', cancel: () => {} });
  const accept = async (total: number): Promise<string> => {
    const spec = { source: 'sample:harbour', width: 4, height: 3, fit: 'cover', format: 'png' } as const;
    const id = uuid();
    const items = Array.from({ length: total }, () => spec);
    await acceptJob(database, { id, mode: 'queue', items, requestHash: 'x', publishLeaseMs: 10_000 });
    return id;
  };

  await t.test('writes what worked and what failed, and tells of both', async () => {
    const id = await accept(2);
    const answers = await handle([captioned(id, 1), failed(id, 0)]);
    assert.deepEqual(answers, [
      { port: 'out', data: { item: itemId(id, 1), job: id, index: 1, state: 'done' } },
      { port: 'out', data: { item: itemId(id, 0), job: id, index: 0, state: 'failed' } },
    ]);
    const { job, items } = (await readJobWithItems(database, id))!;
    assert.equal(job.state, 'done');
    assert.deepEqual(items[0]!.error, { code: 'not-a-picture', reason: 'It is a poem.', role: 'resize' });
    assert.deepEqual([items[0]!.attempts, items[1]!.attempts, items[1]!.worker], [3, 2, 'caption-1']);
    assert.deepEqual(
      items[1]!.steps.map(({ role, replica }) => [role, replica]),
      [
        ['caption', 'caption-1'],
        ['store', 'store-1'],
      ],
    );
    assert.equal((await readPicture(database, id, 1))?.bytes?.toString(), 'a picture');
  });

  await t.test('tells nobody twice of what it hears twice', async () => {
    const id = await accept(1);
    await handle([captioned(id, 0)]);
    assert.deepEqual(await handle([captioned(id, 0)]), [undefined]);
  });

  await t.test('refuses the result of an item that was never accepted', async () => {
    const id = await accept(1);
    const [known, unknown] = await handle([captioned(id, 0), captioned(uuid(), 0)]);
    assert.equal((known as { port: string }).port, 'out');
    assert(unknown instanceof ItemError && unknown.code === 'unknown-item');
  });

  await t.test('fails an item whose result cannot be kept, and keeps the rest of the batch', async () => {
    const id = await accept(4);
    const image = captioned(id, 1).image;
    const answers = await handle([
      captioned(id, 0),
      captioned(id, 1, { image: { ...image, bytes: 'not base64!' } }),
      captioned(id, 2, { caption: { ...captioned(id, 2).caption, text: 'A \u0000 boat' } }),
      captioned(id, 3),
    ]);
    assert.deepEqual(
      answers.map((answer) => (answer as { data: { state: string } }).data.state),
      ['done', 'failed', 'failed', 'done'],
    );
    const { items } = (await readJobWithItems(database, id))!;
    assert.deepEqual(
      items.map(({ error }) => error?.code),
      [undefined, 'result-not-storable', 'result-not-storable', undefined],
    );
  });

  await t.test('holds a batch while the database is away, says so, and writes it when it is back', async () => {
    const id = await accept(1);
    cable.set('cut');
    const writing = handle([captioned(id, 0)]);
    const health = await eventually('store says why it waits', () => {
      const now = store.health();
      return now.ok ? undefined : now;
    });
    assert.match(health.reason, /waiting for the database since/);
    cable.set('whole');
    assert.equal(((await writing)[0] as { port: string }).port, 'out');
    assert.deepEqual(store.health(), { ok: true });
  });

  await t.test('hands a batch back when it is told to stop while the database is away', async () => {
    const id = await accept(1);
    cable.set('cut');
    const stop = new AbortController();
    const writing = handle([captioned(id, 0)], stop.signal);
    await eventually('store waits', () => !store.health().ok);
    stop.abort();
    await assert.rejects(writing, RetryLater);
    cable.set('whole');
  });
});
