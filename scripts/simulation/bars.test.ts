import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bars, columnsOf } from './bars.ts';

test('the tops of bars show eighths of a line', () => {
  const values = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  assert.deepEqual(bars(values, { columns: 9, height: 1, highest: 8, unicode: true }), [' ▁▂▃▄▅▆▇█']);
  assert.deepEqual(bars(values, { columns: 9, height: 2, highest: 8, unicode: true }), ['     ▂▄▆█', ' ▂▄▆█████']);
});

test('a terminal without these characters gets others', () => {
  assert.deepEqual(bars([0, 1, 2, 3], { columns: 4, height: 1, highest: 3, unicode: false }), [' .:|']);
});

test('a peak that is shorter than a column is not lost', () => {
  const values = Array.from({ length: 100 }, (_, i) => (i === 37 ? 9 : 0));
  assert.deepEqual(columnsOf(values, 10), [0, 0, 0, 9, 0, 0, 0, 0, 0, 0]);
});

test('fewer values than columns are widened, and what is no number is empty', () => {
  assert.deepEqual(columnsOf([1, 2], 4), [1, 1, 2, 2]);
  assert.equal(bars([Number.NaN, 1], { columns: 2, height: 1, highest: 1, unicode: true })[0], ' █');
});

test('anything above nothing shows, and nothing is empty, also where all is nothing', () => {
  assert.deepEqual(bars([0.001, 1_000], { columns: 2, height: 1, highest: 1_000, unicode: true }), ['▁█']);
  assert.deepEqual(bars([0, 0], { columns: 2, height: 1, highest: 0, unicode: true }), ['']);
});
