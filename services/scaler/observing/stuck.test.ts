import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStuckWatch, patienceFor } from './stuck.ts';

const consumer = (inHand: number, acked: number) => [{ replica: 'resize-1', role: 'resize', inHand, acked }];
const patience = () => 20;
/** Whether it is stuck after these looks, five seconds apart. */
const after = (...looks: [inHand: number, acked: number][]): boolean => {
  const watch = createStuckWatch();
  for (const [n, [inHand, acked]] of looks.entries()) watch.add(n * 5, consumer(inHand, acked), patience);
  return watch.stuck().length > 0;
};

test('a worker that holds jobs and finishes none is stuck, and says since when', () => {
  const watch = createStuckWatch();
  for (let at = 0; at <= 25; at += 5) watch.add(at, consumer(2, 7), patience);
  assert.deepEqual(watch.stuck(), [{ replica: 'resize-1', role: 'resize', inHand: 2, since: 0 }]);
});

test('a worker with nothing in hand is idle, not stuck', () => {
  assert.equal(after([0, 7], [0, 7], [0, 7], [0, 7], [0, 7], [0, 7]), false);
});

test('a worker that finishes a job now and then is at work', () => {
  assert.equal(after([2, 1], [2, 1], [2, 1], [2, 2], [2, 2], [2, 2], [2, 3]), false);
});

test('a stuck worker that finishes a job is well again', () => {
  assert.equal(after([2, 1], [2, 1], [2, 1], [2, 1], [2, 1], [2, 1]), true);
  assert.equal(after([2, 1], [2, 1], [2, 1], [2, 1], [2, 1], [2, 1], [1, 2]), false);
});

test('a stuck worker that has gone is forgotten', () => {
  const watch = createStuckWatch();
  for (let at = 0; at <= 25; at += 5) watch.add(at, consumer(2, 7), patience);
  watch.add(30, [], patience);
  assert.deepEqual(watch.stuck(), []);
});

test('patience grows with what a job takes and how much that varies, and is never below 20 s', () => {
  assert.equal(patienceFor(0.1, 0.05), 20);
  assert.equal(patienceFor(10, 0), 50);
  assert.equal(patienceFor(10, 5), 125);
});
