import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoleSettings } from '../../shared/guv/settings.ts';
import { policies } from '../policies/policies.ts';
import { evaluate, storedWish } from './evaluate.ts';
import { settle } from './guard.ts';
import { settingsOf, situationOf, wishOf } from './situation.fixture.ts';
import type { Decision, GuardState, Situation } from './types.ts';

/** Repeatable numbers from 0 to 1. */
function createDice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function randomCase(seed: number) {
  const dice = createDice(seed);
  const upTo = (most: number): number => Math.floor(dice() * (most + 1));
  const perhaps = <T>(value: T): T | undefined => (dice() < 0.25 ? value : undefined);
  const minimum = upTo(3);
  const policy = ['deadline', 'guv', 'keda-queue-length'][upTo(2)] as string;
  const settings: RoleSettings = settingsOf({
    policy,
    minimum,
    maximum: minimum + upTo(20),
    cooldown: upTo(1) * 30,
    maxstepUp: perhaps(1 + upTo(4)),
    maxstepDown: perhaps(1 + upTo(4)),
    fallback: (['hold', { higher: upTo(9) }, { fixed: upTo(9) }] as const)[upTo(2)]!,
  });
  const situation: Situation = situationOf({
    waiting: upTo(300),
    inHand: upTo(20),
    arrivalRate: dice() * 20,
    service: 0.05 + dice() * 5,
    ready: upTo(12),
    starting: Array.from({ length: upTo(3) }, () => dice() * 5),
    estimates: policy === 'deadline' ? [] : Array.from({ length: upTo(60) }, () => upTo(9)),
  });
  const guard: GuardState = JSON.parse(
    JSON.stringify({
      changedAt: perhaps(1_000 - upTo(60)),
      fixed: perhaps(upTo(20)),
      paused: perhaps((['both', 'in', 'out'] as const)[upTo(2)]),
      saturated: perhaps({ by: 'vendor', at: upTo(9), because: 'the vendor refuses' }),
      platform: perhaps('only 4 fit'),
      wanted: perhaps(upTo(12)),
      policyProblem: perhaps('failed'),
    }),
  );
  const outcome = dice();
  return { settings, situation, guard, outcome };
}

test('a stored record, evaluated again, gives its result, whatever the situation', () => {
  for (let seed = 1; seed <= 2_000; seed += 1) {
    const { settings, situation, guard, outcome } = randomCase(seed);
    const policy = policies.get(settings.policy)!;
    const seen = outcome < 0.15 ? undefined : situation;
    const wish = seen === undefined || outcome < 0.25 ? undefined : policy(seen, settings);
    const moment = {
      at: 1_000,
      policy: settings.policy,
      situation: seen,
      wish,
      from: seen === undefined ? 4 : undefined,
    };
    const stored = JSON.parse(JSON.stringify(settle(moment, settings, guard))) as Decision;
    const again = JSON.parse(JSON.stringify(evaluate(stored, settings, policy)));
    assert.deepEqual(again, stored, `seed ${seed}`);
  }
});

test('the result is a whole number that is not negative, and within the bounds where nobody has fixed it', () => {
  for (let seed = 1; seed <= 2_000; seed += 1) {
    const { settings, situation, guard } = randomCase(seed);
    const { maxstepUp, maxstepDown, ...unstepped } = settings;
    const { fixed, paused, ...unsteered } = guard;
    const wish = policies.get(settings.policy)!(situation, settings);
    const from = situation.ready + situation.starting.length;
    const { to } = settle({ at: 5_000, policy: settings.policy, situation, wish }, unstepped, unsteered);
    assert.ok(to !== undefined && Number.isInteger(to), `seed ${seed}: ${to}`);
    assert.ok(to >= settings.minimum && to <= Math.max(settings.maximum, 0), `seed ${seed}: ${from} → ${to}`);
  }
});

test('a decision with a policy of its own is evaluated with what that said then', () => {
  const settings = settingsOf({ policy: 'mine', maximum: 6 });
  const wish = wishOf(9, { term: 'own', formula: 'much to do' });
  const decision = settle({ at: 1_000, policy: 'mine', situation: situationOf(), wish }, settings, {});
  assert.deepEqual(evaluate(decision, settings, storedWish(decision)), decision);
});
