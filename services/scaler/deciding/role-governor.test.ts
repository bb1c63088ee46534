import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoleSettings } from '../../shared/guv/settings.ts';
import { guv } from '../policies/guv.ts';
import { createRoleGovernor, type RoleGovernor } from './role-governor.ts';
import { settingsOf, wishOf } from './situation.fixture.ts';
import type { Policy, Reading } from './types.ts';

const fixedWish =
  (replicas: number): Policy =>
  () =>
    wishOf(replicas);

function reading(at: number, { waiting = 4, ready = 2 } = {}): Reading {
  return {
    at,
    queue: { sampledAt: at, waiting, inHand: 2, arrived: at, acked: at - 6, consumers: ready },
    replicas: { ready, starting: [], draining: 0, broken: 0 },
  };
}

const governorOf = (policy: Policy, different: Partial<RoleSettings> = {}): RoleGovernor =>
  createRoleGovernor({ settings: settingsOf(different), policy });

test('a role that was never seen asks for nothing', () => {
  const { to, term, conditions } = governorOf(fixedWish(5)).decide(1_000);
  assert.deepEqual({ to, term, conditions }, { to: undefined, term: 'fallback', conditions: ['Fallback'] });
});

test('one look that sees nothing of a queue does not change what comes after it', () => {
  const settings = { policy: 'guv', pollinterval: 30, processing: 10, stddev: 5, deadline: 60, target: 48.4 };
  const seen = governorOf(guv, settings);
  const missed = governorOf(guv, settings);
  const waiting = [0, 40, 40, 0, 0, 0, 0, 0, 0];
  let last: [number | undefined, number | undefined] = [undefined, undefined];
  for (const [index, jobs] of waiting.entries()) {
    const at = 1_000 + index * 30;
    seen.observe(reading(at, { waiting: jobs }));
    missed.observe(index === 3 ? { at, problem: 'there is no queue resize.IN' } : reading(at, { waiting: jobs }));
    last = [seen.decide(at).to, missed.decide(at).to];
    if (index === 3) assert.equal(missed.guard().unobserved?.because, 'there is no queue resize.IN');
  }
  assert.deepEqual(last, [1, 1]);
  assert.equal(missed.guard().unobserved, undefined);
  assert.ok(missed.save().estimates.every(Number.isFinite));
});

test('as many estimates are kept as guv looks back, the newest', () => {
  const governor = governorOf((situation) => wishOf(situation.at - 1_000), {
    policy: 'guv',
    pollinterval: 30,
    history: 120,
    rateWindow: 120,
  });
  for (const after of [1, 2, 3, 4, 5, 6]) {
    governor.observe(reading(1_000 + after));
    governor.decide(1_000 + after);
  }
  assert.deepEqual(governor.save().estimates, [3, 4, 5, 6]);
});

test('a change begins the cooldown', () => {
  let wanted = 4;
  const governor = governorOf(() => wishOf(wanted), { cooldown: 60 });
  const decideAt = (at: number, ready: number) => {
    governor.observe(reading(at, { ready }));
    return governor.decide(at);
  };
  assert.equal(decideAt(1_000, 2).to, 4);
  wanted = 1;
  assert.equal(decideAt(1_010, 4).term, 'cooldown');
  assert.equal(decideAt(1_059, 4).to, 4);
  assert.equal(decideAt(1_061, 4).to, 1);
});

test('while nothing can be seen, what was wanted last is held, also where replicas have died', () => {
  const governor = governorOf(fixedWish(5));
  governor.observe(reading(1_000));
  governor.decide(1_000);
  governor.observe({ at: 1_100, replicas: { ready: 3, starting: [], draining: 0, broken: 0 }, problem: 'no broker' });
  const { from, to, term } = governor.decide(1_100);
  assert.deepEqual({ from, to, term }, { from: 3, to: 5, term: 'fallback' });
});

for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, -1, 1e9, 'three', undefined, null]) {
  test(`a policy that asks for ${wrong} replicas falls back, and recovers by itself`, () => {
    let answer: unknown = wrong;
    const governor = governorOf(() => wishOf(answer as number));
    governor.observe(reading(1_000));
    const bad = governor.decide(1_000);
    assert.deepEqual([bad.to, bad.term, bad.conditions.includes('Fallback')], [2, 'fallback', true]);
    assert.match(bad.guard.policyProblem ?? '', /asked for .* replicas: a number from 0/);
    answer = 3;
    governor.observe(reading(1_002));
    const good = governor.decide(1_002);
    assert.deepEqual([good.to, good.term, good.guard.policyProblem], [3, 'deadline', undefined]);
  });
}

test('a policy that throws falls back, and says what it threw', () => {
  const governor = governorOf(() => {
    throw new Error('boom');
  });
  governor.observe(reading(1_000));
  const { to, sentence } = governor.decide(1_000);
  assert.equal(to, 2);
  assert.match(sentence, /its policy deadline failed: boom; what there is, is held/);
});

test('records stay what they were when the governor goes on', () => {
  const governor = governorOf(fixedWish(3), { policy: 'guv' });
  governor.observe(reading(1_000));
  const first = governor.decide(1_000);
  const before = JSON.stringify(first);
  governor.steer({ fixed: 7, paused: 'in' });
  governor.observe(reading(1_002));
  assert.equal(governor.decide(1_002).to, 7);
  assert.equal(JSON.stringify(first), before);
});

test('what is set is taken back with null, and what is not named stays', () => {
  const governor = governorOf(fixedWish(3));
  governor.steer({ fixed: 7, paused: 'in' });
  governor.steer({ fixed: null });
  assert.deepEqual([governor.guard().fixed, governor.guard().paused], [undefined, 'in']);
});

test('another policy begins without the estimates of the one before', () => {
  const governor = governorOf(fixedWish(3), { policy: 'guv' });
  governor.observe(reading(1_000));
  governor.decide(1_000);
  governor.configure(settingsOf({ policy: 'keda-queue-length' }), fixedWish(2));
  assert.deepEqual(governor.save().estimates, []);
});
