import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRate } from './rate.ts';

test('after a burst, so many a second are let through, evenly', () => {
  let now = 0;
  const rate = createRate(10, () => now);
  const taken = (tries: number): number => Array.from({ length: tries }, () => rate.take()).filter(Boolean).length;
  assert.equal(taken(50), 10);
  assert.equal(taken(50), 0);
  now = 300;
  assert.equal(taken(50), 3);
  now = 100_000;
  assert.equal(taken(50), 10, 'a rest is worth one second, not more');
});
