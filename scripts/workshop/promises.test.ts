import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../../services/scaler/deciding/guard.ts';
import { deadline } from '../../services/scaler/policies/deadline.ts';
import { readGuvConfig } from '../../services/shared/guv/read-config.ts';
import { exampleSituation } from '../scaling/example-decisions.ts';
import { promisesIn } from './promises.ts';

/** As the scaler decides it, in the scaler's own words. */
function decided(seconds: number, waiting: number) {
  const [settings] = readGuvConfig(`caption: {p: 0.2, d: ${seconds}, max: 4}`, 'guv.yaml').roles;
  const situation = exampleSituation({ waiting, service: 0.2, serviceSpread: 0.1 });
  const wish = deadline(situation, settings!);
  return settle({ at: situation.at, policy: 'deadline', situation, wish }, settings!, {});
}

test('a deadline is found in what the scaler says, whether it wants more, fewer or the same', () => {
  assert.deepEqual(promisesIn([decided(3, 900), decided(60, 0), decided(2.5, 20)], 3), [3, 60, 2.5]);
});

test('a deadline in force counts before anything was decided by it, and once', () => {
  assert.deepEqual(promisesIn([], 3), [3]);
  assert.deepEqual(promisesIn([decided(3, 10), decided(3, 0)], 3), [3]);
  assert.deepEqual(promisesIn([decided(12.345, 10)], 12.345), [12.3], 'a sentence has three figures');
});

test('a decision that names none says nothing', () => {
  const [settings] = readGuvConfig('caption: {p: 0.2, d: 9}', 'guv.yaml').roles;
  const fixed = settle({ at: 1, policy: 'deadline', from: 1 }, settings!, { fixed: 2 });
  assert.deepEqual(promisesIn([fixed], 9), [9]);
});
