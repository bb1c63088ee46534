import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoleSettings } from '../../shared/guv/settings.ts';
import { settle } from './guard.ts';
import { settingsOf, situationOf, wishOf } from './situation.fixture.ts';
import type { Decision, GuardState, Situation, Term } from './types.ts';

/** What comes of a wish where 2 replicas are ready. */
function decided(
  wanted: number,
  {
    settings = {},
    guard = {},
    situation = {},
  }: { settings?: Partial<RoleSettings>; guard?: GuardState; situation?: Partial<Situation> } = {},
): Decision {
  const moment = { at: 1_000, policy: 'deadline', situation: situationOf(situation), wish: wishOf(wanted) };
  return settle(moment, settingsOf(settings), guard);
}

function unobserved(guard: GuardState, fallback: RoleSettings['fallback'], from?: number): Decision {
  return settle({ at: 1_000, policy: 'deadline', from }, settingsOf({ fallback }), guard);
}

const is = (decision: Decision, to: number | undefined, term: Term): void =>
  assert.deepEqual([decision.to, decision.term], [to, term], decision.sentence);

test('a wish within all bounds is the result', () => is(decided(5), 5, 'deadline'));

test('a fraction of a replica is a whole one', () => is(decided(2.1), 3, 'deadline'));

test('there are never fewer than the minimum', () => is(decided(0, { settings: { minimum: 1 } }), 1, 'minimum'));

test('there are never more than the maximum', () => is(decided(50, { settings: { maximum: 6 } }), 6, 'maximum'));

test('a step up is bounded, also on the way to the minimum', () => {
  is(decided(9, { settings: { maxstepUp: 2 } }), 4, 'step');
  is(decided(9, { settings: { maxstepUp: 1, minimum: 5 } }), 3, 'step');
});

test('a step down is bounded, also on the way to the maximum', () => {
  is(decided(1, { settings: { maxstepDown: 3 }, situation: { ready: 9 } }), 6, 'step');
  is(decided(9, { settings: { maxstepDown: 1, maximum: 5 }, situation: { ready: 9 } }), 8, 'step');
});

test('nothing is taken away within the cooldown of the last change, and may be added', () => {
  const settings = { cooldown: 60 };
  is(decided(1, { settings, guard: { changedAt: 950 } }), 2, 'cooldown');
  is(decided(1, { settings, guard: { changedAt: 940 } }), 1, 'deadline');
  is(decided(3, { settings, guard: { changedAt: 950 } }), 3, 'deadline');
});

test('starting replicas count as there', () => {
  const decision = decided(5, { situation: { starting: [1, 2] }, settings: { maxstepUp: 1 } });
  assert.equal(decision.from, 4);
  is(decision, 5, 'deadline');
});

test('where more would not help none is added, lost ones are replaced, and fewer are allowed', () => {
  const guard: GuardState = { saturated: { by: 'vendor', at: 3, because: 'the vendor refuses 31 % of the calls' } };
  is(decided(7, { guard, situation: { ready: 3 } }), 3, 'saturated');
  is(decided(7, { guard, situation: { ready: 2 } }), 3, 'saturated');
  is(decided(7, { guard, situation: { ready: 5 } }), 5, 'saturated');
  is(decided(2, { guard, situation: { ready: 3 } }), 2, 'deadline');
  is(decided(7, { guard, situation: { ready: 3 }, settings: { minimum: 4 } }), 4, 'saturated');
});

test('paused: nothing changes in the direction that is paused, and anything in the other', () => {
  is(decided(5, { guard: { paused: 'both' } }), 2, 'paused');
  is(decided(1, { guard: { paused: 'both' } }), 2, 'paused');
  is(decided(5, { guard: { paused: 'out' } }), 2, 'paused');
  is(decided(1, { guard: { paused: 'out' } }), 1, 'deadline');
  is(decided(1, { guard: { paused: 'in' } }), 2, 'paused');
  is(decided(5, { guard: { paused: 'in' } }), 5, 'deadline');
});

test('fixed by hand counts before everything, outside of the bounds and unobserved, too', () => {
  is(decided(5, { guard: { fixed: 0, paused: 'both' } }), 0, 'fixed');
  is(decided(5, { guard: { fixed: 12 } }), 12, 'fixed');
  is(unobserved({ fixed: 3 }, 'hold', 2), 3, 'fixed');
});

test('unobserved: what there is, is held, and what was wanted last where replicas have died', () => {
  is(unobserved({}, 'hold', 4), 4, 'fallback');
  is(unobserved({ wanted: 5 }, 'hold', 4), 5, 'fallback');
});

test('unobserved: what is not known is not asked for', () => {
  is(unobserved({}, 'hold'), undefined, 'fallback');
  is(unobserved({}, { higher: 3 }), undefined, 'fallback');
  is(unobserved({ paused: 'both' }, { fixed: 3 }), undefined, 'paused');
});

test('unobserved: the fallback may be a number, or a number where there are fewer', () => {
  is(unobserved({}, { fixed: 3 }, 5), 3, 'fallback');
  is(unobserved({}, { higher: 3 }, 2), 3, 'fallback');
  is(unobserved({}, { higher: 3 }, 5), 5, 'fallback');
});

test('a role that is unobserved has the condition Fallback, and loses it when it is seen again', () => {
  assert.deepEqual(unobserved({}, 'hold', 4).conditions, ['Fallback']);
  assert.deepEqual(decided(5).conditions, ['Active']);
});

test('where the platform does not follow, the term says so', () => {
  is(decided(5, { guard: { platform: 'only 4 fit on this host' } }), 5, 'platform');
  is(decided(2, { guard: { platform: 'only 4 fit on this host' } }), 2, 'deadline');
});
