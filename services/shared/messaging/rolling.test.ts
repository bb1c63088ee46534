import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rolling } from './rolling.ts';

test('items are numbered as they come, from the first number on', () => {
  const list = new Rolling<string>(1);
  assert.deepEqual([list.add('a'), list.add('b'), list.add('c')], [1, 2, 3]);
  assert.deepEqual(
    [...list.entries()],
    [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ],
  );
});

test('each is taken once, in any order', () => {
  const list = new Rolling<string>();
  for (const item of ['a', 'b', 'c', 'd']) list.add(item);
  assert.equal(list.take(2), 'c');
  assert.equal(list.take(2), undefined);
  assert.equal(list.first, 'a');
  assert.equal(list.take(0), 'a');
  assert.equal(list.first, 'b');
  assert.equal(list.take(7), undefined);
  assert.equal(list.size, 2);
});

test('the first are taken up to a number, over the gaps', () => {
  const list = new Rolling<string>(1);
  for (const item of ['a', 'b', 'c', 'd']) list.add(item);
  list.take(2);
  assert.equal(list.takeFirst(3), 'a');
  assert.equal(list.takeFirst(3), 'c');
  assert.equal(list.takeFirst(3), undefined);
  assert.equal(list.takeFirst(), 'd');
  assert.equal(list.takeFirst(), undefined);
  assert.equal(list.add('e'), 5);
  assert.equal(list.take(5), 'e');
});

test('it keeps its numbers, and nothing else, over many thousand items', () => {
  const list = new Rolling<number>();
  for (let n = 0; n < 50_000; n += 1) {
    assert.equal(list.add(n), n);
    // Five are behind, and every seventh of them goes late.
    if (n >= 5 && n % 7 !== 0) assert.equal(list.take(n - 5), n - 5);
    else if (n >= 12) assert.equal(list.take(n - 5), n - 5);
  }
  assert.ok(list.size < 20, `${list.size} are left`);
  for (const [number, item] of list.entries()) assert.equal(number, item);
});
