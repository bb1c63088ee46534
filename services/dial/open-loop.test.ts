import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createArrivals } from '../shared/arrivals/arrivals.ts';
import { constant, poisson } from '../shared/arrivals/loads.ts';
import { startOpenLoop } from './open-loop.ts';

/** Due times in seconds, from a list. */
const listed = (times: readonly number[]) => {
  let n = 0;
  return () => times[n++] ?? Number.POSITIVE_INFINITY;
};

test('a thousand a second for three seconds are three thousand, none of them before it is due', async () => {
  const startedAt = performance.now();
  let early = 0;
  let sent = 0;
  const { done } = startOpenLoop({
    next: createArrivals(constant(1_000, 3), 1),
    startedAt,
    send(n, dueAt) {
      assert.equal(n, sent);
      sent += 1;
      if (performance.now() < dueAt) early += 1;
    },
  });
  await done;
  const seconds = (performance.now() - startedAt) / 1_000;
  assert.ok(Math.abs(sent - 3_000) <= 30, `${sent} were sent`);
  assert.equal(early, 0);
  assert.ok(seconds > 2.97 && seconds < 3.3, `it took ${seconds} s`);
});

test('what was due while the process was busy is called for at once, with the time at which it was due', async () => {
  const dueTimes: number[] = [];
  const startedAt = performance.now();
  const { done } = startOpenLoop({
    next: createArrivals(constant(100, 0.5), 1),
    startedAt,
    send(n, dueAt) {
      dueTimes.push(dueAt - startedAt);
      if (n === 9) while (performance.now() < startedAt + 300); // 200 ms without a turn for anybody
    },
  });
  await done;
  assert.equal(dueTimes.length, 49);
  for (const [n, dueAt] of dueTimes.entries()) assert.ok(Math.abs(dueAt - (n + 1) * 10) < 0.001, `${dueAt} at ${n}`);
});

test('the same seed is called for at the same times', async () => {
  const run = async (seed: number): Promise<number[]> => {
    const times: number[] = [];
    const startedAt = performance.now() - 10_000; // all of it is due already
    const send = (_: number, dueAt: number): void => void times.push(Math.round(dueAt - startedAt));
    await startOpenLoop({ next: createArrivals(poisson(50, 10), seed), startedAt, send }).done;
    return times;
  };
  const [one, again, other] = await Promise.all([run(1), run(1), run(2)]);
  assert.deepEqual(one, again);
  assert.notDeepEqual(one, other);
  assert.ok(one.length > 400);
});

test('after the signal nothing more is called for, also where much is due', async () => {
  const stop = new AbortController();
  let sent = 0;
  const { done } = startOpenLoop({
    next: () => 0,
    send(n) {
      sent += 1;
      if (n === 4) stop.abort();
    },
    signal: stop.signal,
  });
  await done;
  assert.equal(sent, 5);
});

test('a signal that has fired already, and a load without a job, end it at once', async () => {
  const send = (): never => assert.fail('nothing is due');
  await startOpenLoop({ next: () => 0, send, signal: AbortSignal.abort() }).done;
  await startOpenLoop({ next: () => Number.POSITIVE_INFINITY, send }).done;
});

test('others have their turn while a great many are due', async () => {
  let sent = 0;
  const stop = new AbortController();
  const send = (): void => {
    sent += 1;
  };
  const { done } = startOpenLoop({ next: () => 0, send, signal: stop.signal });
  await wait(100); // a timer of somebody else comes to its turn
  stop.abort();
  await done;
  assert.ok(sent > 1_000, `${sent} were sent`);
});

test('what a sender throws is what done rejects with', async () => {
  const send = (): never => {
    throw new Error('no more');
  };
  await assert.rejects(startOpenLoop({ next: listed([0, 0.01]), send }).done, { message: 'no more' });
});
