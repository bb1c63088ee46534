import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { Difference } from '../services/coordinator/http/graph-difference.ts';
import { differenceLines, differenceSentence, isSame, takesAway } from './difference-report.ts';

const NONE: Difference = {
  add: [],
  remove: [],
  roles: { add: [], remove: [] },
  initials: [],
  waiting: [],
  unchanged: 7,
};

test('what the file has more stands behind a +, what it lacks behind a -, what waits with its reason', () => {
  const difference: Difference = {
    ...NONE,
    add: ['a OUT -> IN c'],
    remove: ['a OUT -> IN b'],
    roles: { add: ['c'], remove: ['d'] },
    initials: ["'5' -> LIMIT a"],
    waiting: [{ edge: 'a OUT -> IN c', why: 'c has not announced itself' }],
  };
  assert.deepEqual(differenceLines(difference).map(stripVTControlCharacters), [
    '+ role c',
    '- role d',
    '+ a OUT -> IN c',
    '- a OUT -> IN b',
    "+ '5' -> LIMIT a",
    '  a OUT -> IN c  waits: c has not announced itself',
  ]);
  assert.equal(differenceSentence(difference), '1 edge to make, 1 to take away, 7 edges are the same');
});

test('an edge that only waits makes no difference', () => {
  assert.ok(isSame({ ...NONE, waiting: [{ edge: 'a OUT -> IN b', why: 'nobody there' }] }));
  assert.ok(!isSame({ ...NONE, roles: { add: ['c'], remove: [] } }));
});

test('only what is taken away is asked about', () => {
  assert.ok(!takesAway({ ...NONE, add: ['a OUT -> IN b'], roles: { add: ['b'], remove: [] } }));
  assert.ok(takesAway({ ...NONE, remove: ['a OUT -> IN b'] }));
  assert.ok(takesAway({ ...NONE, roles: { add: [], remove: ['b'] } }));
});
