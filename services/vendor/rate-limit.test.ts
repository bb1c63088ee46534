import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRateLimit } from './rate-limit.ts';

test('the bucket lets through the rate and a small burst', () => {
  let now = 0;
  const limit = createRateLimit(() => now);
  let taken = 0;
  for (; now < 10_000; now += 5) if (limit.take(50).taken) taken++;
  assert.ok(taken >= 500 && taken <= 511, String(taken));
  now += 60_000;
  const burst = Array.from({ length: 20 }, () => limit.take(50));
  assert.equal(burst.filter(({ taken }) => taken).length, 10);
  assert.deepEqual(burst.at(-1), { taken: false, retryAfterMs: 20 });
});
