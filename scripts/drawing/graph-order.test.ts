import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrange } from './graph-order.ts';

type Way = [string, string];
const ways = (text: string): Way[] => text.split(' ').map((way) => way.split('>') as Way);
const order = (roles: string, edges: string): string =>
  arrange(roles.split(''), ways(edges))
    .groups.map((g) => g.join(''))
    .join(' ');

test('a role stands behind all that lead to it', () => {
  assert.equal(order('dcba', 'a>b b>c c>d a>d'), 'abcd');
  assert.equal(order('abcd', 'a>d b>d c>d'), 'abcd');
});

test('the longest way goes on first, whatever the file names first', () => {
  assert.equal(order('axbc', 'a>x a>b b>c'), 'abcx');
});

test('a way back does not turn the order around', () => {
  assert.equal(order('abc', 'a>b b>c c>a'), 'abc');
});

test('a circle begins where the fewest ways lead back, whatever the roles are named in', () => {
  assert.equal(order('cswr', 'c>s s>w w>c w>r r>c r>s'), 'wrcs');
});

test('graphs that are not connected stand apart, and lone roles last', () => {
  const { groups, alone } = arrange(['a', 'x', 'b', 'c', 'd'], ways('a>b c>d x>x'));
  assert.deepEqual(groups, [
    ['a', 'b'],
    ['c', 'd'],
  ]);
  assert.deepEqual(alone, ['x']);
});
