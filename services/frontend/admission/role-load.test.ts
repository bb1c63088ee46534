import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRoleLoads } from './role-load.ts';
import type { RoleTold, ScalerTold } from './scaler-status.ts';

const situation = {
  ...{ at: 100, waiting: 0, inHand: 0, age: 1, poll: 2, service: 0.1, boot: 3, ready: 1, starting: [4] as number[] },
};
const told = (different: Partial<RoleTold> = {}, mode: ScalerTold['mode'] = 'act'): ScalerTold => ({
  ...{ mode, at: 100 },
  roles: [
    {
      ...{ role: 'resize', concurrency: 2, processing: 0.2, maximum: 6, deadline: 10, steering: {}, situation },
      ...different,
    },
  ],
});
const only = (status: ScalerTold) => createRoleLoads()(status, ['resize'])?.[0];

test('a role at leisure counts as slow as guv.yaml says, not as fast as it was alone', () => {
  assert.equal(only(told())?.service, 0.2);
});

test('what was measured under load counts from then on', () => {
  const loads = createRoleLoads();
  const busy = { ...situation, waiting: 10, inHand: 2, service: 0.12 };
  assert.equal(loads(told({ situation: busy }), ['resize'])?.[0]?.service, 0.12);
  assert.equal(loads(told(), ['resize'])?.[0]?.service, 0.12);
});

test('in mode act the scaler may ask for more, up to the maximum', () => {
  assert.deepEqual(only(told())?.more, { replicas: 4, after: 5, beyond: 10 });
});

for (const [what, different] of [
  ['more would not help', { decision: { guard: { saturated: { at: 2 } } } }],
  ['the platform gives no more', { decision: { guard: { platform: 'full' } } }],
  ['a person has paused it', { steering: { paused: 'both' } }],
  ['a person has fixed it at what there is', { steering: { fixed: 2 } }],
] as [string, Partial<RoleTold>][]) {
  test(`no more are reckoned with where ${what}`, () => {
    assert.equal(only(told(different))?.more, undefined);
  });
}

test('no more are reckoned with where the scaler only looks', () => {
  assert.equal(only(told({}, 'advise'))?.more, undefined);
});

test('replicas in boot have come nearer since they were looked at', () => {
  assert.deepEqual(only({ ...told(), at: 103 })?.starting, [1]);
});
