import assert from 'node:assert/strict';
import { test } from 'node:test';
import { highestOf, timeTicks, valueTicks } from './axis.ts';

test('ticks are round, begin at 0, and hold the highest value', () => {
  assert.deepEqual(valueTicks(258, 4), [0, 100, 200, 300]);
  assert.deepEqual(valueTicks(1, 4), [0, 0.5, 1]);
  assert.deepEqual(valueTicks(0.07, 4), [0, 0.02, 0.04, 0.06, 0.08]);
});

test('what is counted has no fractions on its axis', () => {
  assert.deepEqual(valueTicks(1, 4, { whole: true }), [0, 1]);
});

test('a series of nothing has an axis, too', () => {
  assert.deepEqual(valueTicks(highestOf([0, Number.NaN]), 4, { whole: true }), [0, 1]);
});

test('time is divided as people divide it', () => {
  assert.deepEqual(timeTicks(600, 6), [0, 120, 240, 360, 480, 600]);
  assert.deepEqual(timeTicks(90, 4), [0, 30, 60, 90]);
  assert.deepEqual(timeTicks(86_400, 5), [0, 21_600, 43_200, 64_800, 86_400]);
});
