import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPlaces } from './unsafe.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

test('no more are worked on at once than there are places, in the order in which they came', () => {
  const begun: number[] = [];
  const places = createPlaces<number>(2, (n) => begun.push(n), new AbortController().signal);
  for (const n of numbers(4)) places.add(n);
  assert.deepEqual(begun, [0, 1]);
  places.free();
  assert.deepEqual(begun, [0, 1, 2]);
  places.free();
  places.free();
  places.add(4);
  assert.deepEqual(begun, [0, 1, 2, 3, 4]);
});

test('a hundred thousand that end as soon as they begin do not pile up on the stack', () => {
  let begun = 0;
  const places = createPlaces<number>(
    1,
    () => {
      begun += 1;
      if (begun > 1) places.free();
    },
    new AbortController().signal,
  );
  for (const n of numbers(100_000)) places.add(n);
  assert.equal(begun, 1, 'the first holds the only place');
  places.free();
  assert.equal(begun, 100_000);
});

test('nobody begins any more when the time is up', () => {
  const begun: number[] = [];
  const end = new AbortController();
  const places = createPlaces<number>(1, (n) => begun.push(n), end.signal);
  places.add(0);
  places.add(1);
  end.abort();
  places.free();
  assert.deepEqual(begun, [0]);
});
