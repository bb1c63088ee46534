import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownData } from './shown-data.ts';

test('small data are shown as they are', () => {
  for (const data of ['text', 7, null, true, [1, { two: [2] }], { a: { b: 'c' } }]) {
    assert.deepEqual(shownData(data, 100), data);
  }
});

test('data of more than 64 KiB, and those that were not read, are shown by their size', () => {
  assert.equal(shownData({ a: 1 }, 65_537), '[65537 bytes]');
  assert.equal(shownData(undefined, 300_000), '[300000 bytes]');
});

test('long strings within data are cut, and say how long they were', () => {
  const shown = shownData({ list: [{ text: 'x'.repeat(5_000) }] }, 6_000) as { list: [{ text: string }] };
  assert.match(shown.list[0].text, /^x{2000}… \[5000 characters\]$/);
});

test('data that are nested without end are cut where nobody looks any more', () => {
  const deep = JSON.parse(`${'['.repeat(30_000)}${']'.repeat(30_000)}`);
  assert.match(JSON.stringify(shownData(deep, 60_000)), /^\[{50}"\[…\]"\]{50}$/);
});

test('a key such as __proto__ is a key like others', () => {
  const shown = shownData(JSON.parse('{"__proto__": {"a": 1}}'), 20);
  assert.equal(JSON.stringify(shown), '{"__proto__":{"a":1}}');
});
