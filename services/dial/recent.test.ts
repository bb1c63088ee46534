import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecentRate, createRecentTimes } from './recent.ts';

/** Adds so many a second, evenly, from one moment up to another. */
function fill(meter: { add(at: number): void }, perSecond: number, from: number, to: number): void {
  for (let n = 0; n < (to - from) * perSecond; n += 1) meter.add(from + n / perSecond);
}

test('a rate is that of the last seconds, and follows a change within them', () => {
  const rate = createRecentRate(5);
  fill(rate, 100, 50, 60);
  assert.ok(Math.abs(rate.perSecond(60, 50) - 100) < 1);
  fill(rate, 20, 60, 65.05);
  assert.ok(Math.abs(rate.perSecond(65.05, 50) - 20) < 1, String(rate.perSecond(65.05, 50)));
});

test('what has just begun is divided by the time that it has run', () => {
  const rate = createRecentRate(5);
  fill(rate, 10, 100, 102);
  assert.equal(rate.perSecond(102, 100), 10);
  assert.equal(rate.perSecond(100, 100), 0);
});

test('nothing for a while is a rate of 0, also after a very long while', () => {
  const rate = createRecentRate(5);
  fill(rate, 10, 0, 2);
  assert.equal(rate.perSecond(8, 0), 0);
  fill(rate, 10, 8, 9);
  assert.equal(rate.perSecond(100_000, 0), 0);
});

test('percentiles are exact, and forget what is older than their window', () => {
  const times = createRecentTimes(10);
  for (let n = 1; n <= 100; n += 1) times.add(20, n / 100);
  assert.deepEqual(times.percentiles(21), { p50: 0.51, p95: 0.96, p99: 1 });
  times.add(29, 5);
  assert.deepEqual(times.percentiles(31), { p50: 5, p95: 5, p99: 5 });
  assert.equal(times.percentiles(60), undefined);
});
