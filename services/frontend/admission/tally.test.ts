import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTally } from './tally.ts';

test('a tally says how much happened since a moment, and forgets what is half a minute old', () => {
  let now = 100;
  const tally = createTally(() => now);
  tally.add(3);
  now = 110;
  tally.add();
  assert.deepEqual([tally.since(99), tally.since(105), tally.since(111)], [4, 1, 0]);
  now = 131;
  assert.equal(tally.since(0), 1);
  now = 1_000;
  assert.equal(tally.since(0), 0);
});
