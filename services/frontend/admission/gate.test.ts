import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGate } from './gate.ts';
import { overload } from './overload.fixture.ts';
import type { ScalerTold } from './scaler-status.ts';

/** One role, which does 10 a second, with so many waiting. */
const told = (waiting: number, different: object = {}): ScalerTold => ({
  mode: 'off',
  at: 100,
  roles: [
    {
      ...{ role: 'resize', concurrency: 2, processing: 0.2, maximum: 6, deadline: 10, steering: {} },
      situation: {
        ...{ at: 100, waiting, inHand: 2, age: 1, poll: 2, service: 0.2, boot: 3, ready: 1, starting: [] },
        ...different,
      },
    },
  ],
});

const job = (items: number, deadlineSeconds?: number) => ({ items, urgent: false, deadlineSeconds });
const isIn = (answer: object): boolean => 'place' in answer;

for (const wrong of [0.7, 1, 1.3]) {
  test(`of what is let in at ten times capacity, 95 % keep their deadline with times told as ${wrong} of what they are`, () => {
    const { inTime, used } = overload({ seconds: 120, load: 10, told: wrong });
    assert(inTime >= 0.95, `${inTime} in time`);
    assert(used >= 0.9, `and nothing stands idle: ${used} used`);
  });
}

test('below capacity nearly every job is let in', () => {
  const { offered, accepted, inTime } = overload({ seconds: 120, load: 0.7, told: 1 });
  assert(accepted / offered > 0.9, `${accepted} of ${offered}`);
  assert(inTime >= 0.95, `${inTime} in time`);
});

test('urgent and other jobs keep their deadlines side by side', () => {
  const { inTime, urgentInTime } = overload({ seconds: 120, load: 10, told: 1, urgent: 0.2 });
  assert(inTime >= 0.95, `${inTime} in time`);
  assert(urgentInTime >= 0.95, `${urgentInTime} of the urgent`);
});

test('replicas that come while the load is on let more in, and deadlines are kept', () => {
  const few = overload({ seconds: 120, load: 10, told: 1 });
  const more = overload({ seconds: 120, load: 10, told: 1, growsEvery: 4 });
  assert(more.accepted > 2 * few.accepted, `${more.accepted} against ${few.accepted}`);
  assert(more.inTime >= 0.95, `${more.inTime} in time`);
});

test('a role that stands still for 15 s makes it careful, and it comes back to full use', () => {
  const { inTime, used } = overload({ seconds: 240, load: 10, told: 1, stops: { from: 60, until: 75 } });
  assert(inTime >= 0.9, `${inTime} in time`); // what was let in before nobody could know
  assert(used >= 0.85, `${used} used`);
});

test('while nothing is known of the scaler every job is let in', () => {
  let now = 0;
  const gate = createGate(() => now);
  assert(isIn(gate.ask(job(1000, 1))));
  gate.look(told(1000));
  assert(!isIn(gate.ask(job(1, 10))));
  now = 6;
  assert(!gate.isKnown());
  assert(isIn(gate.ask(job(1, 10))));
});

test('counts that are old are no knowledge, however fresh the answer', () => {
  const gate = createGate(() => 0);
  gate.look(told(1000, { age: 12 }));
  assert(isIn(gate.ask(job(1, 10))));
});

test('a role that cannot be observed makes all of it unknown', () => {
  const gate = createGate(() => 0);
  const [role] = told(1000).roles;
  const { situation: _, ...unseen } = role!;
  gate.look({ mode: 'off', at: 100, roles: [role!, { ...unseen, role: 'caption' }] });
  assert(isIn(gate.ask(job(1, 10))));
});

test('a job without a deadline is let in, and stands before those that come after', () => {
  const gate = createGate(() => 0);
  gate.look(told(0));
  assert(isIn(gate.ask(job(20, 10))));
  assert(isIn(gate.ask(job(1000))));
  assert(!isIn(gate.ask(job(1, 10))));
});

test('what was let in counts at once, and no more when it was given up', () => {
  const gate = createGate(() => 0);
  gate.look(told(0));
  const first = gate.ask(job(45, 10));
  assert('place' in first);
  assert(!isIn(gate.ask(job(45, 10))));
  first.place.leave();
  assert(isIn(gate.ask(job(45, 10))));
});

test('what the broker has counted is not counted twice', () => {
  let now = 0;
  const gate = createGate(() => now);
  gate.look(told(0));
  const first = gate.ask(job(25, 10));
  assert('place' in first);
  first.place.published();
  now = 5;
  gate.look(told(25)); // counted a second ago, when all 25 had been published
  assert(isIn(gate.ask(job(10, 10))));
});

test('an urgent job waits for what is urgent only', () => {
  const gate = createGate(() => 0);
  gate.look(told(1000));
  assert(isIn(gate.ask({ ...job(5, 10), urgent: true })));
  assert(!isIn(gate.ask(job(5, 10))));
  gate.ask({ ...job(100), urgent: true });
  assert(!isIn(gate.ask({ ...job(5, 10), urgent: true })));
});

test('a refusal says which role, how much is before it, and when it could be', () => {
  const gate = createGate(() => 0);
  gate.look(told(298));
  const answer = gate.ask(job(1, 10));
  assert('refusal' in answer);
  const { prediction, retrySeconds } = answer.refusal;
  assert.equal(prediction.role, 'resize');
  assert.equal(prediction.ahead, 300);
  assert(Math.abs(prediction.seconds - (prediction.ahead + 1) / prediction.rate) < 1);
  assert(retrySeconds > prediction.seconds - 10 && retrySeconds < prediction.seconds);
});

test('a job that is too large for its deadline by itself is told so', () => {
  const gate = createGate(() => 0);
  gate.look(told(0));
  const answer = gate.ask(job(500, 10));
  assert('refusal' in answer);
  assert.equal(answer.refusal.retrySeconds, Infinity);
});
