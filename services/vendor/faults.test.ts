import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeFaults, type Faults, latency } from './faults.ts';

const calm: Faults = { latency_ms: { median: 0, p99: 0 }, rate_per_second: 10_000, error_rate: 0, outage: false };

test('a new median takes the tail along, a given p99 stands', () => {
  assert.deepEqual(changeFaults(calm, { latency_ms: { median: 100 } }).latency_ms, { median: 100, p99: 250 });
  assert.deepEqual(changeFaults(calm, { latency_ms: { median: 100, p99: 900 } }).latency_ms, { median: 100, p99: 900 });
  assert.deepEqual(changeFaults({ ...calm, latency_ms: latency(100) }, { latency_ms: { p99: 900 } }).latency_ms, {
    median: 100,
    p99: 900,
  });
});
