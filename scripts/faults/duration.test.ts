import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationOf, lasting } from './duration.ts';

test('a duration is a number with its unit', () => {
  assert.deepEqual(
    ['30s', '5m', '500ms', '1.5s', '1h'].map((text) => durationOf('--for', text)),
    [30, 300, 0.5, 1.5, 3600],
  );
});

test('what is no duration, none at all or longer than a day is refused', () => {
  for (const text of ['30', 's', '', '-1s', '0s', '25h', '1d', '1e3s']) {
    assert.throws(() => durationOf('--for', text), /--for must be a duration such as 30s, 5m or 500ms, got /, text);
  }
});

test('a length is said as a person would', () => {
  assert.deepEqual([0.5, 4, 90, 300].map(lasting), ['0.5 s', '4 s', '90 s', '5 min']);
});
