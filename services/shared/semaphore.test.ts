import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSemaphore } from './semaphore.ts';

const forEver = new AbortController().signal;

test('no more than the limit run at a time, and all get their turn, in order', async () => {
  const semaphore = createSemaphore(2);
  const done: number[] = [];
  let running = 0;
  let most = 0;
  const work = (index: number) => async () => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
    done.push(index);
  };
  await Promise.all([0, 1, 2, 3, 4].map((index) => semaphore.run(work(index), forEver)));
  assert.deepEqual([most, done], [2, [0, 1, 2, 3, 4]]);
});

test('work that fails makes room too', async () => {
  const semaphore = createSemaphore(1);
  await assert.rejects(
    semaphore.run(() => Promise.reject(new Error('no')), forEver),
    { message: 'no' },
  );
  assert.equal(await semaphore.run(async () => 'in', forEver), 'in');
});

test('who gives up while in line is not run, and holds up nobody', async () => {
  const semaphore = createSemaphore(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = new AbortController();
  const first = semaphore.run(() => promise, forEver);
  const second = semaphore.run(() => assert.fail('was run'), stop.signal);
  const third = semaphore.run(async () => 'in', forEver);
  stop.abort(new Error('enough'));
  await assert.rejects(second, { message: 'enough' });
  resolve();
  await first;
  assert.equal(await third, 'in');
});
