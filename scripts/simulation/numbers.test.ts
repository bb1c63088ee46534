import assert from 'node:assert/strict';
import { test } from 'node:test';
import { number, numberByRole } from './numbers.ts';

test('a number is within its bounds, or it is said what was expected', () => {
  assert.equal(number('--lost', '0.3', { most: 1 }), 0.3);
  const cases: [string, Parameters<typeof number>[2], string][] = [
    ['1.2', { most: 1 }, '--lost must be a number from 0 to 1, got "1.2"'],
    ['0', { above: 0 }, '--lost must be a number above 0, got "0"'],
    ['-1', {}, '--lost must be a number of 0 or more, got "-1"'],
    ['', {}, '--lost must be a number of 0 or more, got ""'],
    ['NaN', {}, '--lost must be a number of 0 or more, got "NaN"'],
    ['1e999', {}, '--lost must be a number of 0 or more, got "1e999"'],
    ['2 s', { above: 0, most: 9 }, '--lost must be a number above 0, up to 9, got "2 s"'],
  ];
  for (const [text, bounds, message] of cases) {
    assert.throws(() => number('--lost', text, bounds), { name: 'CannotRun', message });
  }
});

test('a number for one role goes before the one for all', () => {
  const roles = ['resize', 'caption', 'store'];
  const of = numberByRole({ service: ['0.8', 'caption=1.2,store=2'] }, 'service', roles, { above: 0 });
  assert.deepEqual(roles.map(of), [0.8, 1.2, 2]);
  assert.equal(numberByRole({}, 'service', roles, {})('resize'), undefined);
});

test('a role that there is not is told with those that there are', () => {
  assert.throws(() => numberByRole({ service: ['x=1'] }, 'service', ['resize'], {}), {
    message: '--service: there is no role x; there are resize',
  });
});
