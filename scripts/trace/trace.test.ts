import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { ItemView } from '../../services/frontend/job-view.ts';
import { slowest } from './find-item.ts';
import { lengthOf, type StepView, segmentsOf } from './segments.ts';
import { waterfall } from './waterfall.ts';

const ZERO = Date.parse('2026-01-31T12:00:00.000Z');
const iso = (ms: number): string => new Date(ZERO + ms).toISOString();
const step = (role: string, queued: number | null, started: number, finished: number, more = {}): StepView => ({
  role,
  replica: `${role}-1`,
  attempt: 1,
  queued_at: queued === null ? null : iso(queued),
  started_at: iso(started),
  finished_at: iso(finished),
  ...more,
});
const between = (steps: StepView[], end: number) => segmentsOf(steps, { start: iso(0), end: iso(end) });
const sum = (segments: ReturnType<typeof between>): number => segments.reduce((all, one) => all + lengthOf(one), 0);

test('segments follow each other, and add up to the total', () => {
  const segments = between([step('resize', 3, 103, 203), step('store', 205, 225, 230)], 231);
  assert.deepEqual(
    segments.map((one) => [one.kind, one.role, lengthOf(one)]),
    [
      ['on its way', 'resize', 3],
      ['waiting', 'resize', 100],
      ['working', 'resize', 100],
      ['on its way', 'store', 2],
      ['waiting', 'store', 20],
      ['working', 'store', 5],
      ['on its way', undefined, 1],
    ],
  );
  assert.equal(sum(segments), 231);
});

test('they add up to it also where the clocks contradict each other', () => {
  for (const steps of [
    [step('resize', -50, -20, 90), step('store', 40, 30, 500)],
    [step('resize', 400, 300, 200)],
    [step('resize', null, 1_000, 2_000)],
    [],
  ]) {
    const segments = between(steps, 120);
    assert.equal(sum(segments), 120);
    assert(segments.every((one) => lengthOf(one) >= 0));
  }
});

test('where the sender did not say when it sent, all the time before the work is waiting', () => {
  assert.deepEqual(
    between([step('resize', null, 40, 50)], 50).map((one) => [one.kind, lengthOf(one)]),
    [
      ['waiting', 40],
      ['working', 10],
    ],
  );
});

test('a waterfall fits 80 columns, whatever the names, and says what it adds up to', () => {
  const long = { replica: 'a-replica-with-a-very-long-name-indeed-1', attempt: 3, redelivered: true };
  const steps = [step('resize', 2, 500, 900), step('caption'.repeat(5), 901, 1_000_000, 1_234_567, long)];
  const text = stripVTControlCharacters(waterfall(between(steps, 1_234_600)));
  for (const line of text.split('\n')) assert(line.length <= 80, line);
  assert.match(text, /1,234,600 ms in all$/);
  assert.match(text, /^resize working +█ +400 ms resize-1$/m);
  assert.match(text, /░+ +999,099 ms handed out again/);
});

test('what took any time at all can be seen', () => {
  const text = waterfall(between([step('resize', 0, 1, 100_000)], 100_001));
  assert.match(stripVTControlCharacters(text), /^resize waiting +░/m);
  assert.match(stripVTControlCharacters(text), /· +1 ms to the ledger/);
});

test('the slowest item is the one that took longest; one that is not finished has not taken any time yet', () => {
  const item = (index: number, total_seconds: number | null) => ({ index, timings: { total_seconds } }) as ItemView;
  assert.equal(slowest([item(0, 1), item(1, 3), item(2, null)]).index, 1);
  assert.equal(slowest([item(0, null), item(1, null)]).index, 0);
});
