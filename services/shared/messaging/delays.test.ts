import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs, delayLevel } from './delays.ts';

test('each attempt waits twice as long as the one before, up to a minute', () => {
  const waits = [1, 2, 3, 4, 20].map((attempt) => backoffMs(attempt, () => 0));
  assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 60_000]);
});

test('jitter adds up to half of the delay', () => {
  assert.equal(
    backoffMs(1, () => 1),
    750,
  );
});

test('a delay waits in the queue of the largest level that is not longer', () => {
  assert.deepEqual(delayLevel(1_999), { levelMs: 1_000, delayMs: 1_999 });
  assert.deepEqual(delayLevel(2_000), { levelMs: 2_000, delayMs: 2_000 });
});

test('delays are held between a quarter of a second and about two minutes', () => {
  assert.deepEqual(delayLevel(0), { levelMs: 250, delayMs: 250 });
  assert.deepEqual(delayLevel(3_600_000), { levelMs: 64_000, delayMs: 127_999 });
});
