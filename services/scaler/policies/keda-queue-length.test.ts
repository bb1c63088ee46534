import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoleSettings } from '../../shared/guv/settings.ts';
import type { Situation } from '../deciding/types.ts';
import { kedaQueueLength } from './keda-queue-length.ts';

const settings = {
  ...{ deadline: 60, processing: 5, concurrency: 1, minimum: 0, maximum: 50, pollinterval: 15, queueLength: 5 },
} as RoleSettings;

const want = (situation: Partial<Situation>, more: Partial<RoleSettings> = {}) =>
  kedaQueueLength(
    {
      ...({ at: 900, poll: 15, waiting: 0, inHand: 0, ready: 1, starting: [], estimates: [] } as unknown as Situation),
      ...situation,
    },
    { ...settings, ...more },
  );

test('it wants a replica for each queueLength messages, in hand or waiting', () => {
  const { replicas, formula } = want({ waiting: 17, inHand: 4, ready: 4 });
  assert.equal(replicas, 5);
  assert.equal(formula, 'ceil(21 / 5) = 5');
});

test('up it goes by four at most, or to the double where that is more', () => {
  assert.equal(want({ waiting: 500, ready: 2 }).replicas, 6);
  assert.equal(want({ waiting: 500, ready: 8, starting: [3, 3] }).replicas, 20);
});

test('it goes down only to the highest number of the last 300 seconds', () => {
  const estimates = [40, ...Array(19).fill(3), 7];
  assert.equal(want({ ready: 12, estimates }).replicas, 7);
  assert.equal(want({ ready: 12, estimates }).term, 'hysteresis');
  assert.equal(want({ ready: 5, estimates }).replicas, 5, 'and is not scaled up by it');
  assert.equal(want({ ready: 12, estimates: Array(20).fill(0) }).replicas, 0);
});

test('from none it goes to one, and only when KEDA itself looks: every 30 seconds', () => {
  assert.equal(want({ ready: 0, waiting: 500, at: 905, poll: 2 }).replicas, 0);
  assert.equal(want({ ready: 0, waiting: 500, at: 916, poll: 2 }).replicas, 0);
  assert.equal(want({ ready: 0, waiting: 500, at: 931, poll: 2 }).replicas, 1);
});

test('asked more often than the autoscaler looks, it keeps what there is in between', () => {
  const looks = Array.from({ length: 30 }, (_, n) => want({ waiting: 500, ready: 2, at: 901 + 2 * n, poll: 2 }));
  assert.equal(looks.filter(({ replicas }) => replicas > 2).length, 4, 'in a minute');
});

test('where no queueLength is given, a steady backlog is done in half of the deadline', () => {
  assert.match(want({ waiting: 12 }, { queueLength: undefined as never }).formula, /12 \/ 6/);
  assert.match(want({ waiting: 12 }, { queueLength: undefined as never, processing: 100 }).formula, /12 \/ 1\)/);
});
