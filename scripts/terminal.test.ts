import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { plural, seconds, table } from './terminal.ts';

test('columns line up, and numbers stand at their right', () => {
  const text = stripVTControlCharacters(
    table([
      ['queue', 'ready'],
      ['resize.IN', '12'],
      ['fbp', '3'],
    ]),
  );
  assert.equal(text, 'queue      ready\nresize.IN     12\nfbp            3');
});

test('colours do not shift a column', () => {
  const text = table([
    ['a', 'b'],
    ['\u001b[32mgreen\u001b[39m', 'x'],
    ['r', 'y'],
  ]);
  assert.equal(stripVTControlCharacters(text), 'a      b\ngreen  x\nr      y');
});

test('durations are said as people say them', () => {
  assert.deepEqual([0.0421, 3.21, 75].map(seconds), ['42 ms', '3.2 s', '1 min 15 s']);
});

test('one is not many', () => {
  assert.deepEqual([plural(1, 'image'), plural(2, 'image')], ['1 image', '2 images']);
});
