import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoleSettings } from '../../shared/guv/settings.ts';
import { settle } from './guard.ts';
import { figure } from './sentence.ts';
import { settingsOf, situationOf, wishOf } from './situation.fixture.ts';
import type { GuardState, Situation, Wish } from './types.ts';

function said(
  wish: Wish | undefined,
  {
    settings = {},
    guard = {},
    situation = {},
  }: { settings?: Partial<RoleSettings>; guard?: GuardState; situation?: Partial<Situation> | null } = {},
): string {
  const seen = situation === null ? undefined : situationOf(situation);
  const from = situation === null ? 2 : undefined;
  const policy = settings.policy ?? 'deadline';
  return settle({ at: 1_000, policy, situation: seen, wish, from }, settingsOf(settings), guard).sentence;
}

const busy = { waiting: 82, arrivalRate: 12.4 };
const short = wishOf(5, { projectedWait: 19.6 });

test('a scale-up says what waits, what comes, and what the wait would be', () => {
  assert.equal(
    said(short, { situation: busy }),
    'resize 2 → 5: 82 waiting and 12.4/s arriving; at 0.81 s each and 15 s deadline the wait would reach 19.6 s before new replicas are up',
  );
});

test('a scale-up for what may come says so', () => {
  assert.match(
    said(wishOf(3, { projectedWait: 2 })),
    /the wait would reach 2 s before new replicas are up, and too long if as many come as may$/,
  );
});

test('no change and a scale-down say the wait with what is there', () => {
  const load =
    '4 waiting and 1.50/s arriving; at 0.81 s each and 15 s deadline the wait would be 3 s with what is there';
  assert.equal(said(wishOf(2, { term: 'hysteresis', projectedWait: 3 })), `resize stays at 2: ${load}`);
  assert.equal(said(wishOf(1, { term: 'spare', projectedWait: 3 })), `resize 2 → 1: ${load}, and fewer are enough`);
});

test('no replicas are wanted where nothing waits and none is the minimum', () => {
  const nothing = { waiting: 0, inHand: 0, arrivalRate: 0, ready: 1 };
  assert.equal(
    said(wishOf(0, { term: 'zero' }), { situation: nothing, settings: { minimum: 0 } }),
    'resize 1 → 0: nothing is waiting and nothing arrives, and its minimum is 0',
  );
});

test('a policy without a forecast says how many would do, and what its history keeps', () => {
  assert.equal(
    said(wishOf(3, { term: 'load', estimate: 3 }), { settings: { policy: 'guv' } }),
    'resize 2 → 3: 4 waiting and 1.50/s arriving; at 0.81 s each 3 replicas would do',
  );
  assert.equal(
    said(wishOf(2, { term: 'hysteresis', estimate: 1 }), { settings: { policy: 'guv' } }),
    'resize stays at 2: 4 waiting and 1.50/s arriving; at 0.81 s each 1 replica would do, and 2 were wanted within the last 120 s',
  );
});

test("one's own policy says its own reason", () => {
  assert.equal(said(wishOf(3, { term: 'own', formula: 'because it is Monday' })), 'resize 2 → 3: because it is Monday');
});

test('each thing that bounds a wish is named with its number', () => {
  const own = wishOf(9, { term: 'own', formula: 'much to do' });
  const down = wishOf(1, { term: 'own', formula: 'little to do' });
  const saturated = { by: 'host', at: 2, because: 'the cores of the host are 97 % busy' } as const;
  const expected: [string, string][] = [
    [said(own, { settings: { maximum: 6 } }), 'resize 2 → 6: much to do; 9 wanted, its maximum is 6'],
    [said(down, { settings: { minimum: 2 } }), 'resize stays at 2: little to do; 1 wanted, its minimum is 2'],
    [said(own, { settings: { maxstepUp: 1 } }), 'resize 2 → 3: much to do; 9 wanted, at most 1 more at a time'],
    [
      said(down, { settings: { maxstepDown: 1 }, situation: { ready: 5 } }),
      'resize 5 → 4: little to do; 1 wanted, at most 1 fewer at a time',
    ],
    [
      said(down, { settings: { cooldown: 60 }, guard: { changedAt: 988 } }),
      'resize stays at 2: little to do; 1 wanted, fewer only in 48 s: its cooldown is 60 s',
    ],
    [
      said(own, { guard: { saturated } }),
      'resize stays at 2: much to do; 9 wanted, more would not help: the cores of the host are 97 % busy',
    ],
    [said(own, { guard: { paused: 'out' } }), 'resize stays at 2: much to do; 9 wanted, scaling up is paused'],
    [said(own, { guard: { fixed: 4 } }), 'resize 2 → 4: fixed at 4 by hand'],
    [
      said(own, { guard: { platform: 'only 4 fit on this host' } }),
      'resize 2 → 9: much to do; the platform: only 4 fit on this host',
    ],
    [said(own, { guard: { crashLooping: 'resize-2 keeps dying' } }), 'resize 2 → 9: much to do; resize-2 keeps dying'],
  ];
  for (const [sentence, wanted] of expected) assert.equal(sentence, wanted);
});

test('a fallback says why, and what is done', () => {
  const unobserved = { since: 990, because: 'the queue resize.IN does not exist' };
  assert.equal(
    said(undefined, { situation: null, guard: { unobserved } }),
    'resize stays at 2: it cannot be observed: the queue resize.IN does not exist; what there is, is held',
  );
  assert.equal(
    said(undefined, { guard: { policyProblem: 'failed: boom' }, settings: { policy: 'mine', fallback: { fixed: 3 } } }),
    'resize 2 → 3: its policy mine failed: boom; its fallback is 3',
  );
});

test('numbers have as many figures as people read', () => {
  assert.deepEqual([0.811, 12.44, 82, 120.6, 0, 9.999, 99.97].map(figure), [
    '0.81',
    '12.4',
    '82',
    '121',
    '0',
    '10.0',
    '100',
  ]);
});
