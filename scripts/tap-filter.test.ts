import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CannotRun } from './command.ts';
import { readFilter } from './tap-filter.ts';

const line = {
  at: 1,
  size: 2,
  item: 'abc.7',
  job: 'abc',
  attempt: 2,
  sampled: false,
  data: { image: { width: 320 }, sizes: [{ width: 5 }], text: 'a=b' },
};

const situations: [filter: string, wanted: boolean][] = [
  ['job=abc', true],
  ['job=ab', false],
  ['item=abc.7', true],
  ['attempt=2', true],
  ['attempt=3', false],
  ['image.width=320', true],
  ['image.width=32', false],
  ['sizes.0.width=5', true],
  ['image.constructor.name=Object', false],
  ['text=a=b', true],
  ['no.such.place=undefined', false],
  ['abc', true],
  ['"width":320', true],
  ['elsewhere', false],
];

for (const [filter, wanted] of situations) {
  test(`--filter '${filter}' ${wanted ? 'lets the message through' : 'keeps the message out'}`, () => {
    assert.equal(readFilter(filter)(line), wanted);
  });
}

test('an empty filter is refused', () => {
  assert.throws(() => readFilter(''), CannotRun);
});
