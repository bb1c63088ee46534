import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRing } from './ring.ts';

test('the newest are kept, newest last', () => {
  const ring = createRing<number>(3);
  for (const one of [1, 2, 3, 4]) ring.add(one);
  assert.deepEqual([ring.last(), ring.last(2), ring.last(0), ring.last(9)], [[2, 3, 4], [3, 4], [], [2, 3, 4]]);
});

test('whoever listens hears each new one, until he has enough', () => {
  const ring = createRing<number>(3);
  const heard: number[] = [];
  const stop = ring.listen((one) => void heard.push(one));
  ring.add(1);
  stop();
  ring.add(2);
  assert.deepEqual(heard, [1]);
});
