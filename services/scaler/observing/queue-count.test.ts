import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueueTrack, type QueueStatistics } from './queue-count.ts';

const statistics = (more: Partial<QueueStatistics> = {}): QueueStatistics => ({
  waiting: 0,
  inHand: 0,
  consumers: 1,
  arrived: 0,
  acked: 0,
  ...more,
});

test('what waits is what the declaration says, and what came is carried to the same moment', () => {
  const track = createQueueTrack();
  track.add(0, statistics(), { now: { waiting: 0, consumers: 1 } });
  track.add(2, statistics(), { now: { waiting: 40, consumers: 1 } });
  const { sampledAt, waiting, arrived, acked } = track.count();
  assert.deepEqual({ sampledAt, waiting, arrived, acked }, { sampledAt: 2, waiting: 40, arrived: 40, acked: 0 });
});

test('while jobs wait, the flow is carried at its rate: as much came as was done, where no more of them wait', () => {
  const track = createQueueTrack();
  const now = { waiting: 50, consumers: 1 };
  const flow = (done: number) => statistics({ waiting: 50, inHand: 4, arrived: done, acked: done });
  for (let at = 0; at <= 20; at += 5) track.add(at, flow(10 * at), { now });
  track.add(22, flow(200), { now });
  const { arrived, acked, inHand } = track.count();
  assert.equal(arrived, acked);
  assert.ok(acked >= 220 && acked <= 250, `about 10/s, got ${acked} at 22 s`); // dated between two looks: up to 2.5 s early
  assert.equal(inHand, 4);
});

test('a flow that has ended is not carried on', () => {
  const track = createQueueTrack();
  const now = { waiting: 0, consumers: 1 };
  for (let at = 0; at <= 20; at += 5) track.add(at, statistics({ arrived: 100 * at, acked: 100 * at }), { now });
  track.add(24, statistics({ arrived: 2_000, acked: 2_000 }), { now });
  assert.deepEqual([track.count().arrived, track.count().acked], [2_000, 2_000]);
});

test('counters that know already what the depth does not show yet do not count it twice', () => {
  const track = createQueueTrack();
  track.add(0, statistics(), { now: { waiting: 0, consumers: 1 } });
  track.add(1, statistics(), { now: { waiting: 20, consumers: 1 } });
  track.add(2, statistics({ arrived: 20 }), { now: { waiting: 20, consumers: 1 } });
  assert.equal(track.count().arrived, 20);
});

test('jobs that the counters know as done, and the depth still shows, are not done twice', () => {
  const track = createQueueTrack();
  const now = { waiting: 0, consumers: 1 };
  track.add(0, statistics(), { now });
  track.add(2, statistics({ waiting: 12, inHand: 8, arrived: 20 }), { now: { waiting: 12, consumers: 1 } });
  track.add(4, statistics({ waiting: 12, inHand: 8, arrived: 20, acked: 20 }), { now });
  track.add(6, statistics({ waiting: 12, inHand: 8, arrived: 20, acked: 20 }), { now });
  track.add(8, statistics({ arrived: 20, acked: 20 }), { now });
  assert.deepEqual([track.count().arrived, track.count().acked], [20, 20]);
});

test('workers that have stopped are not taken to go on for longer than statistics may be late', () => {
  const track = createQueueTrack();
  const now = { waiting: 500, consumers: 1 };
  for (let at = 0; at <= 20; at += 5) {
    track.add(at, statistics({ waiting: 500, inHand: 8, arrived: 10 * at, acked: 10 * at }), { now });
  }
  for (let at = 25; at <= 100; at += 5) {
    track.add(at, statistics({ waiting: 500, inHand: 8, arrived: 200, acked: 200 }), { now, aliveAt: at });
    track.count();
  }
  assert.ok(track.count().acked <= 280, `at most some seconds of 10/s, got ${track.count().acked} instead of 200`);
});

test('work that comes after a flow has ended is not taken for done at the rate of that flow', () => {
  const track = createQueueTrack();
  for (let at = 0; at <= 10; at += 1)
    track.add(at, statistics({ arrived: 7 * at, acked: 7 * at }), { now: { waiting: 0, consumers: 1 } });
  track.add(13, statistics({ arrived: 70, acked: 70 }), { now: { waiting: 96, consumers: 1 }, aliveAt: 13 });
  const { acked, arrived, waiting } = track.count();
  assert.deepEqual({ acked, arrived, waiting }, { acked: 70, arrived: 166, waiting: 96 });
});

test('after a purge what comes is seen as soon as before', () => {
  const track = createQueueTrack();
  let arrived = 0;
  const look = (at: number, waiting: number, now = waiting) =>
    track.add(at, statistics({ waiting, arrived, consumers: 0 }), { now: { waiting: now, consumers: 0 } });
  look(0, 0);
  arrived = 100;
  look(5, 100);
  for (let at = 10; at <= 40; at += 5) look(at, 0);
  look(42, 0, 7);
  assert.equal(track.count().arrived, 107);
});

test('jobs of a worker that died wait again: nothing came, and nothing was done', () => {
  const track = createQueueTrack();
  const held = statistics({ waiting: 3, inHand: 8, arrived: 11 });
  track.add(0, held, { now: { waiting: 3, consumers: 1 } });
  track.add(2, held, { now: { waiting: 11, consumers: 0 } });
  const { waiting, inHand, arrived, acked } = track.count();
  assert.deepEqual({ waiting, inHand, arrived, acked }, { waiting: 11, inHand: 0, arrived: 0, acked: 0 });
});

test('jobs that a new worker has taken are in hand, not done', () => {
  const track = createQueueTrack();
  const before = statistics({ waiting: 20, consumers: 0 });
  track.add(0, before, { now: { waiting: 20, consumers: 0 } });
  track.add(2, before, { now: { waiting: 12, consumers: 1 } });
  const { inHand, acked, arrived } = track.count();
  assert.deepEqual({ inHand, acked, arrived }, { inHand: 8, acked: 0, arrived: 0 });
});

test('counters that begin again at 0 go on from where they were, and none ever falls', () => {
  const track = createQueueTrack();
  const seen: number[] = [];
  for (const [at, acked] of [10, 60, 110, 5, 30].entries()) {
    track.add(at * 5, statistics({ acked, arrived: acked }), { now: { waiting: 0, consumers: 1 } });
    seen.push(track.count().acked);
  }
  assert.deepEqual(
    seen.toSorted((one, other) => one - other),
    seen,
  );
  track.add(25, statistics({ acked: 30, arrived: 30 }));
  assert.ok(track.count().acked >= 130, 'what was counted before, and after');
});

test('statistics that stand still while the queue moves are old, and say for how long', () => {
  const track = createQueueTrack();
  const frozen = statistics({ waiting: 1, inHand: 1 });
  for (let at = 0; at <= 20; at += 2) track.add(at, frozen, { now: { waiting: 5 + at, consumers: 1 }, aliveAt: at });
  const { sampledAt, still } = track.count();
  assert.equal(sampledAt, 0);
  assert.equal(still, 20);
});

test('statistics that are not made any more are old, although the queue looks as they say', () => {
  const track = createQueueTrack();
  for (let at = 0; at <= 20; at += 2)
    track.add(at, statistics({ inHand: 1 }), { now: { waiting: 0, consumers: 1 }, aliveAt: 1 });
  assert.equal(track.count().still, 19);
});

test('an idle queue is known as of now for as long as the broker makes statistics', () => {
  const track = createQueueTrack();
  for (let at = 0; at <= 600; at += 5) track.add(at, statistics({ consumers: 0 }), { aliveAt: at });
  const { sampledAt, still } = track.count();
  assert.deepEqual([sampledAt, still], [600, undefined]);
});
