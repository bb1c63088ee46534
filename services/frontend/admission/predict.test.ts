import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Flow, predict } from './predict.ts';
import type { RoleLoad } from './role-load.ts';

/** 10 items a second. */
const load = (different: Partial<RoleLoad> = {}): RoleLoad => ({
  ...{ role: 'resize', waiting: 0, inHand: 0, service: 0.2, concurrency: 2, ready: 1, starting: [] },
  ...different,
});
const flow = (roles: RoleLoad[], different: Partial<Flow> = {}): Flow => ({
  ...{ roles, taken: 0, finished: 0, urgent: 0, urgentRate: 0 },
  ...different,
});
const ordinary = (items: number) => ({ items, urgent: false });
const seconds = (of: Flow, items = 1): number => Math.round(predict(of, ordinary(items)).seconds * 10) / 10;

test('a job waits for all that is there and itself, and takes the time of one item beside', () => {
  assert.equal(seconds(flow([load({ waiting: 90 })]), 10), 10.2);
});

test('what is before a role stands before the next one, too', () => {
  const caption = load({ role: 'caption', concurrency: 1 });
  const found = predict(flow([load({ waiting: 99 }), caption]), ordinary(1));
  assert.deepEqual([found.role, found.ahead, found.rate, Math.round(found.seconds)], ['caption', 99, 5, 20]);
});

test('a backlog behind a role does not hold up that role', () => {
  const found = predict(flow([load(), load({ role: 'caption', waiting: 100, service: 0.02 })]), ordinary(1));
  assert(found.seconds < 1.5, String(found.seconds));
});

test('what was taken since the count is added, and what was finished is taken away', () => {
  assert.equal(seconds(flow([load({ waiting: 50 })], { taken: 39 })), 9.2);
  assert.equal(seconds(flow([load({ waiting: 50 })], { taken: 39, finished: 60 })), 3.2);
});

test('a replica in boot helps from the time at which it works', () => {
  assert.equal(seconds(flow([load({ waiting: 99, starting: [5] })])), 7.7);
});

test('replicas that could be asked for help only where the wait is longer than the scaler lets it be', () => {
  const more = { replicas: 4, after: 5, beyond: 10 };
  assert.equal(seconds(flow([load({ waiting: 79, more })])), 8.2);
  assert.equal(seconds(flow([load({ waiting: 199, more })])), 10.2);
  assert.equal(seconds(flow([load({ waiting: 649, more })])), 25.2);
});

test('where nobody works it takes for ever, and until they come where some are on their way', () => {
  assert.equal(predict(flow([load({ ready: 0 })]), ordinary(1)).seconds, Infinity);
  assert.equal(seconds(flow([load({ ready: 0, starting: [4] })])), 4.3);
});

test('urgent jobs go past the others, at two of three turns', () => {
  const found = predict(flow([load({ waiting: 1000 })], { urgent: 19 }), { items: 1, urgent: true });
  assert.equal(Math.round(found.seconds * 10) / 10, 3.2);
});

test('an urgent job is never later than it would be in its turn', () => {
  const same = flow([load({ waiting: 20 })], { urgent: 20 });
  const { seconds: turn } = predict(same, ordinary(1));
  assert(predict(same, { items: 1, urgent: true }).seconds <= turn);
});

test('urgent jobs that keep coming make the others slower, down to a third', () => {
  assert.equal(seconds(flow([load({ waiting: 99 })], { urgentRate: 5 })), 20.2);
  assert.equal(seconds(flow([load({ waiting: 99 })], { urgentRate: 50 })), 30.2);
});
