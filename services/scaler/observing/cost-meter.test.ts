import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reading, ReplicaReading } from '../deciding/types.ts';
import { createCostMeter } from './cost-meter.ts';

const reading = (at: number, replicas: Partial<ReplicaReading> | undefined, inHand = 0): Reading => ({
  at,
  queue: { sampledAt: at, waiting: 0, inHand, arrived: 0, acked: 0, consumers: 0 },
  ...(replicas && { replicas: { ready: 0, starting: [], draining: 0, broken: 0, ...replicas } }),
});

test('each replica-second is counted once, as what the replica did', () => {
  const meter = createCostMeter();
  const replicas = { ready: 3, starting: [0], draining: 1 };
  for (let at = 0; at <= 10; at += 2) meter.add(reading(at, replicas, 2 * 4 + 4), 4);
  assert.deepEqual(meter.total(), { working: 20, idle: 10, booting: 10, draining: 10 });
});

test('more jobs in hand than there are slots are not more work', () => {
  const meter = createCostMeter();
  for (const at of [0, 10]) meter.add(reading(at, { ready: 2 }, 50), 4);
  assert.deepEqual(meter.total(), { working: 20, idle: 0, booting: 0, draining: 0 });
});

test('broken replicas cost and do no work', () => {
  const meter = createCostMeter();
  for (const at of [0, 10]) meter.add(reading(at, { broken: 2 }), 1);
  assert.equal(meter.total().idle, 20);
});

test('a look that saw nothing is bridged, a long silence is not', () => {
  const meter = createCostMeter();
  meter.add(reading(0, { ready: 1 }), 1);
  meter.add(reading(10, undefined), 1);
  meter.add(reading(20, { ready: 1 }), 1);
  assert.equal(meter.total().idle, 20);
  meter.add(reading(3_620, { ready: 1 }), 1);
  assert.equal(meter.total().idle, 80);
});

test('it goes on from what was counted before', () => {
  const meter = createCostMeter({ working: 5, idle: 1, booting: 0, draining: 0 });
  for (const at of [0, 10]) meter.add(reading(at, { ready: 1 }, 1), 1);
  assert.deepEqual(meter.total(), { working: 15, idle: 1, booting: 0, draining: 0 });
});
