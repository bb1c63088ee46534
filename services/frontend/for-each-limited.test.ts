import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { forEachLimited } from './for-each-limited.ts';

test('everything is worked on once, and never more than the limit at a time', async () => {
  const seen: number[] = [];
  let inHand = 0;
  let most = 0;
  await forEachLimited(
    Array.from({ length: 50 }, (_, n) => n),
    7,
    async (n) => {
      most = Math.max(most, ++inHand);
      await turn();
      inHand--;
      seen.push(n);
    },
  );
  assert.equal(new Set(seen).size, 50);
  assert.equal(seen.length, 50);
  assert.equal(most, 7);
});

test('the first failure is the answer', async () => {
  const work = async (n: number) => {
    if (n === 3) throw new Error('three');
  };
  await assert.rejects(forEachLimited([1, 2, 3, 4], 2, work), /three/);
});

test('an empty list is done at once', () => forEachLimited([], 3, () => assert.fail()));
