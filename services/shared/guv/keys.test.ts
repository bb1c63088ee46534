import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { KEY_HEADING, keyRows } from './key-rows.ts';
import { KEYS } from './keys.ts';
import { editDistance, nearest } from './nearest.ts';
import { readGuvConfig } from './read-config.ts';
import { normalQuantile } from './target.ts';

test('the table of keys in README.md is that of keys.ts', () => {
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
  const [, text = ''] = /<!-- keys -->\n(.*?)<!-- \/keys -->/s.exec(readme) ?? [];
  const rows = text
    .trim()
    .split('\n')
    .map((line) =>
      line
        .replace(/^\| ?| ?\|$/g, '')
        .split(' | ')
        .map((cell) => cell.trim()),
    );
  const [heading, , ...keys] = rows;
  assert.deepEqual([heading, ...keys], [KEY_HEADING, ...keyRows()]);
});

test('a number that is filled in is one that may be written', () => {
  for (const { name, fallback } of KEYS) {
    if (fallback !== undefined) assert.equal(readGuvConfig(`a: {${name}: ${fallback}}`).roles.length, 1, name);
  }
});

test('the nearest word is one that a slip of the hand leads to', () => {
  const words = ['minimum', 'maximum', 'processing', 'p', 'min', 'max'];
  assert.equal(nearest('procesing', words), 'processing');
  assert.equal(nearest('Max', words), 'max');
  assert.equal(nearest('P', words), 'p');
  assert.equal(nearest('colour', words), undefined);
  assert.equal(nearest('x', words), undefined);
  assert.equal(editDistance('mian', 'main'), 1);
});

test('the normal quantile is that of the tables, on both sides of the middle', () => {
  const known: [number, number][] = [
    [50, 0],
    [84.1344746, 1],
    [97.7249868, 2],
    [99, 2.3263479],
    [99.9, 3.0902323],
    [1, -2.3263479],
  ];
  for (const [percentile, quantile] of known) {
    assert.ok(Math.abs(normalQuantile(percentile) - quantile) < 1e-6, `${percentile}: ${normalQuantile(percentile)}`);
  }
});
