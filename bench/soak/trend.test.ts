import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trendOf } from './trend.ts';

test('what stays as it is has no slope and no change', () => {
  assert.deepEqual(trendOf([50, 50, 50, 50, 50, 50], 10, 20), { first: 50, last: 50, change: 0, perHour: 0 });
});

test('what grows by one in each reading of ten seconds grows by 360 an hour', () => {
  const { first, last, change, perHour } = trendOf([100, 101, 102, 103, 104, 105], 10, 20);
  assert.deepEqual([first, last], [100.5, 104.5]);
  assert.ok(Math.abs(perHour - 360) < 1e-9);
  assert.ok(Math.abs(change - 100 * (104.5 / 100.5 - 1)) < 1e-9);
});

test('a short run is compared by its first and its last third', () => {
  assert.deepEqual([trendOf([1, 1, 5, 9, 2, 2], 10, 600).first, trendOf([1, 1, 5, 9, 2, 2], 10, 600).last], [1, 2]);
});
