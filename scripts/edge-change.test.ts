import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { changeReport, edgesOf } from './edge-change.ts';

test('edges are read as a person writes them, and written as they are everywhere', () => {
  assert.deepEqual(edgesOf(['resize out -> in caption', 'a OUT->IN b']), ['resize OUT -> IN caption', 'a OUT -> IN b']);
  assert.deepEqual(edgesOf(undefined), []);
});

test('what is no edge is told, with an example', () => {
  for (const text of ['resize', 'resize -> -> caption', 'a OUT -> IN b OUT -> IN c', '']) {
    assert.throws(() => edgesOf([text]), /an edge such as 'resize OUT -> IN caption' was expected, got /);
  }
});

test('a swap is told as what it is, with its time, its warnings, and how to keep it', () => {
  const done = { connected: ['a OUT -> IN c'], disconnected: ['a OUT -> IN b'], swapped: true, tookMs: 12.4 };
  assert.equal(
    stripVTControlCharacters(changeReport({ ...done, warnings: ['b is idle now'] })),
    `+ a OUT -> IN c
- a OUT -> IN b
done in 12 ms, in one step: no message was without a way, none took both
b is idle now
this is live, and not in the file: ./lab graph save writes it down`,
  );
});
