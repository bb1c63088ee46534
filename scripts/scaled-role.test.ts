import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScalerStatus } from '../services/scaler/governor.ts';
import type { RoleStatus } from '../services/scaler/live-role.ts';
import { describeScaled, findRole } from './scaled-role.ts';

const status = (platform: ScalerStatus['platform']): ScalerStatus => ({
  mode: 'advise',
  at: 1,
  config: { file: 'guv.yaml', ok: true },
  broker: { ok: true },
  platform,
  roles: [{ role: 'thumbnails', worker: 'resize' } as RoleStatus],
});

test("a role is found by its name and by its service's, as long as the scaler reaches the platform", () => {
  assert.equal(findRole(status({ ok: true }), 'thumbnails')?.role, 'thumbnails');
  assert.equal(findRole(status({ ok: true }), 'resize')?.role, 'thumbnails');
  assert.equal(findRole(status({ ok: true }), 'vendor'), undefined);
  assert.equal(findRole(status({ ok: false, problem: 'no answer' }), 'resize'), undefined);
  assert.equal(findRole(undefined, 'resize'), undefined);
});

test('what came of it is said, with the plain Docker command where there is Docker', () => {
  const scaled = { role: 'resize', from: 2, to: 5 };
  assert.equal(describeScaled(5, scaled, { worker: 'resize', mode: 'local' }), 'resize 2 → 5');
  assert.equal(
    describeScaled(5, scaled, { worker: 'resize', mode: 'docker' }),
    'resize 2 → 5\nthe same by hand: docker compose up --detach --no-recreate --scale resize=5 resize',
  );
});

test('a number that was held, and one that is fixed from now on, are said so', () => {
  const held = { role: 'resize', from: 2, to: 4, held: 'this machine has 2 cores, which is room for 4', fixed: true };
  assert.equal(
    describeScaled(9, held, { worker: 'resize', mode: 'local' }),
    'resize 2 → 4: this machine has 2 cores, which is room for 4\nfixed: ./lab autoscale free resize gives it back',
  );
  assert.equal(
    describeScaled(2, { role: 'resize', from: 2, to: 2 }, { worker: 'resize', mode: 'local' }),
    'resize has 2 replicas already',
  );
});
