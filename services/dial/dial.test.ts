import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createLog } from '../shared/log.ts';
import { createDial, type Dial } from './dial.ts';
import type { Outcome, Poster } from './poster.ts';

const log = createLog('dial', 'test', 'silent');

interface Front {
  dial: Dial;
  /** Idempotency-Keys in the order in which they were sent, and when. */
  keys: string[];
  times: number[];
}

/** A dial whose jobs are answered by a function. */
function withFront(answer: () => Promise<Outcome>, mostInFlight?: number): Front {
  const keys: string[] = [];
  const times: number[] = [];
  const poster: Poster = {
    post(_, key) {
      keys.push(key);
      times.push(performance.now());
      return answer();
    },
    close: () => {},
  };
  return { dial: createDial({ poster, log, ...(mostInFlight === undefined ? {} : { mostInFlight }) }), keys, times };
}

const never = (): Promise<Outcome> => new Promise(() => {});
const accepted = async (): Promise<Outcome> => ({ kind: 'accepted' });

/** Resolves when the load has ended by itself. */
async function ended({ dial }: Front): Promise<void> {
  while (dial.state().running) await wait(5);
}

test('what is due while too many are in flight is counted, not sent, and said', async () => {
  const front = withFront(never, 10);
  front.dial.set({ rate: 500, for_seconds: 0.2 });
  await ended(front);
  const { counts, problem } = front.dial.state();
  assert.deepEqual([counts.sent, counts.in_flight, front.keys.length], [10, 10, 10]);
  assert.ok(counts.due > 90 && counts.not_sent === counts.due - 10, JSON.stringify(counts));
  assert.equal(problem, `${counts.not_sent} jobs were due and not sent, as 10 were in flight without an answer`);
});

test('a change goes on counting, and gives no key twice', async () => {
  const front = withFront(accepted);
  const { run } = front.dial.set({ rate: 200 });
  for (let change = 0; change < 5; change += 1) {
    await wait(40);
    front.dial.set({ rate: 300 + change });
  }
  const state = front.dial.stop();
  assert.equal(state.run, run);
  assert.equal(state.counts.due, front.keys.length);
  assert.deepEqual(
    front.keys,
    front.keys.map((_, n) => `dial-${run}-${n}`),
  );
});

test('a new load is counted from 0, under another name', async () => {
  const front = withFront(accepted);
  front.dial.set({ rate: 500, for_seconds: 0.1 });
  await ended(front);
  const before = front.dial.state();
  assert.ok(before.counts.due > 0 && before.ended !== null);
  const after = front.dial.set({ rate: 0 });
  assert.equal(after.counts.due, 0);
  assert.notEqual(after.run, before.run);
  front.dial.stop();
});

test('whoever turns faster than jobs come does not keep them from coming', async () => {
  const front = withFront(accepted);
  front.dial.set({ rate: 10 }); // a job after 100 ms
  const end = performance.now() + 1_050;
  while (performance.now() < end) {
    await wait(20);
    front.dial.set({ rate: 10 });
  }
  front.dial.stop();
  assert.ok(front.keys.length >= 9 && front.keys.length <= 11, `${front.keys.length} in a second at 10/s`);
});

test('a load at 0 waits to be turned', async () => {
  const front = withFront(accepted);
  front.dial.set({ rate: 0, shape: 'poisson' });
  await wait(50);
  assert.equal(front.dial.state().running, true);
  front.dial.set({ rate: 500 });
  await wait(100);
  assert.ok(front.dial.stop().counts.due > 10);
});

test('a trace ends the load when it is over', async () => {
  const front = withFront(accepted);
  front.dial.set({ rate: 400, shape: 'trace', trace: { values: [1, 2], every_seconds: 0.1 }, arrivals: 'even' });
  await ended(front);
  assert.ok(Math.abs(front.keys.length - 60) <= 2, String(front.keys.length));
});

test('stopping twice, or before there is a load, does nothing', () => {
  const { dial } = withFront(accepted);
  assert.equal(dial.stop().run, null);
  dial.set({ rate: 1 });
  assert.equal(dial.stop().ended, dial.stop().ended);
});
