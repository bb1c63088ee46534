import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLastCounts } from './last-counts.ts';

test('of requests that wait only the last is done, and all who waited get what came of it', async () => {
  const done: number[] = [];
  const first = Promise.withResolvers<void>();
  const set = createLastCounts(async (_role: string, wanted: number) => {
    if (wanted === 1) await first.promise;
    done.push(wanted);
    return wanted;
  });
  const answers = [set('resize', 1), set('resize', 2), set('resize', 3), set('resize', 4)];
  first.resolve();
  assert.deepEqual(await Promise.all(answers), [1, 4, 4, 4]);
  assert.deepEqual(done, [1, 4]);
});

test('one that fails does not keep the next from being done', async () => {
  const set = createLastCounts(async (_role: string, wanted: number) => {
    if (wanted === 1) throw new Error('no');
    return wanted;
  });
  const first = set('resize', 1);
  const second = set('resize', 2);
  await assert.rejects(first, { message: 'no' });
  assert.equal(await second, 2);
});

test('one role does not wait for another', async () => {
  const set = createLastCounts((_role: string, wanted: Promise<number>) => wanted);
  const never = set('resize', new Promise(() => {}));
  assert.equal(await set('caption', Promise.resolve(3)), 3);
  assert.ok(never);
});
