import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capacityOf, narrowest } from './capacity.ts';
import { readGuvConfig } from './read-config.ts';

test('a role does concurrency × 60 / processing jobs a minute with each replica', () => {
  const [role] = readGuvConfig('a: {p: 2, concurrency: 4, min: 1, max: 6}').roles;
  assert.deepEqual(capacityOf(role!), {
    role: 'a',
    minimum: 1,
    maximum: 6,
    perReplica: 120,
    atMinimum: 120,
    atMaximum: 720,
  });
});

test('the role that allows least at its maximum is the narrowest', () => {
  const { roles } = readGuvConfig('a: {p: 2, max: 6}\nb: {p: 1, max: 2}\nc: {p: 1, max: 9}');
  assert.equal(narrowest(roles.map(capacityOf))?.role, 'b');
  assert.equal(narrowest([]), undefined);
});
