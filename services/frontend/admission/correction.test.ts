import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCorrection } from './correction.ts';

test('it is cautious before it has seen anything', () => {
  assert(createCorrection().factor() > 1);
});

test('it settles where nearly all jobs are within it, not at their mean', () => {
  const correction = createCorrection();
  for (let n = 0; n < 5_000; n += 1) correction.teach(n % 10 === 0 ? 2 : 1);
  assert(correction.factor() > 1.5 && correction.factor() < 2, String(correction.factor()));
});

test('it goes up in a few jobs, and down in many', () => {
  const correction = createCorrection();
  for (let n = 0; n < 50; n += 1) correction.teach(1);
  const low = correction.factor();
  for (let n = 0; n < 20; n += 1) correction.teach(3);
  assert(correction.factor() > 2.5, String(correction.factor()));
  for (let n = 0; n < 20; n += 1) correction.teach(1);
  assert(correction.factor() > low + 1, String(correction.factor()));
});

test('it has bounds, and what is no number teaches nothing', () => {
  const correction = createCorrection();
  for (let n = 0; n < 1_000; n += 1) correction.teach(Infinity);
  assert(correction.factor() <= 5);
  const before = correction.factor();
  correction.teach(Number.NaN);
  assert.equal(correction.factor(), before);
});

test('a job that is not done yet makes it greater, never smaller', () => {
  const correction = createCorrection();
  const before = correction.factor();
  correction.teachAtLeast(before / 2);
  assert.equal(correction.factor(), before);
  correction.teachAtLeast(before * 2);
  assert(correction.factor() > before);
});
