import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { listen, operationsHandler } from '../../shared/http.ts';
import { createMetrics } from '../../shared/metrics.ts';
import type { PlatformReplica } from './platform-client.ts';
import { createWorkers } from './workers.ts';

/** A page that takes its time on a busy machine is no part of these promises. */
const PATIENT = { limitMs: 30_000 };

/** A replica of `caption` with the page that every worker has. */
async function worker(t: TestContext, id: string, more: Partial<PlatformReplica> = {}) {
  const metrics = createMetrics({ role: 'caption', replica: id });
  const handler = operationsHandler({ health: () => ({ ok: true }), metrics: metrics.registry });
  const page = await listen(handler, { host: '127.0.0.1', port: 0 });
  t.after(() => page.close());
  const replica: PlatformReplica = {
    id,
    name: `caption-${id}`,
    service: 'caption',
    role: 'caption',
    state: 'ready',
    since: 0,
    requestedAt: 0,
    paused: false,
    cut: false,
    crashLooping: false,
    restarts: 0,
    address: `127.0.0.1:${page.port}`,
    ...more,
  };
  return { metrics, replica };
}

test('the share of refused calls is that of all replicas, since the last look', async (t) => {
  const one = await worker(t, 'a');
  const other = await worker(t, 'b');
  const list = [one.replica, other.replica];
  one.metrics.vendorCalls.inc({ outcome: 'ok' }, 1_000);
  other.metrics.vendorCalls.inc({ outcome: 'ok' }, 1_000);
  const workers = createWorkers(PATIENT);
  assert.equal((await workers.look(list, 0)).get('caption')?.refusedShare, undefined);
  one.metrics.vendorCalls.inc({ outcome: 'ok' }, 14);
  other.metrics.vendorCalls.inc({ outcome: 'rate-limited' }, 6);
  const reading = (await workers.look(list, 2)).get('caption')!;
  assert.equal(reading.refusedShare, 0.3);
  assert.equal(reading.vendorCalls, 10);
});

test('jobs in hand are added up, and a process uses some of a core', async (t) => {
  const { metrics, replica } = await worker(t, 'a');
  metrics.inHand.set({ port: 'in' }, 5);
  const workers = createWorkers(PATIENT);
  await workers.look([replica], 0);
  const reading = (await workers.look([replica], 1)).get('caption')!;
  assert.equal(reading.inHand, 5);
  assert.ok(reading.coresUsed! > 0, 'this process has worked in between');
});

test('who writes into the database says so', async (t) => {
  const { metrics, replica } = await worker(t, 'a');
  const workers = createWorkers(PATIENT);
  assert.equal((await workers.look([replica], 0)).get('caption')?.writesDatabase, false);
  metrics.itemsStored.inc({ state: 'done' });
  assert.equal((await workers.look([replica], 1)).get('caption')?.writesDatabase, true);
});

test('a replica without a page, one that is gone and one that is silent leave the others their say', async (t) => {
  const { replica } = await worker(t, 'a');
  const silent = await listen(() => {}, { host: '127.0.0.1', port: 0 });
  t.after(() => {
    silent.server.closeAllConnections();
    return silent.close();
  });
  const foreign = { ...replica, id: 'b', address: undefined };
  const gone = { ...replica, id: 'c', address: '127.0.0.1:1' };
  const mute = { ...replica, id: 'd', address: `127.0.0.1:${silent.port}` };
  const reading = (await createWorkers({ limitMs: 2_000 }).look([replica, foreign, gone, mute], 0)).get('caption');
  assert.equal(reading?.reporting, 1);
});
