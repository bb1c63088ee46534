import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretCheck } from './secret.ts';

test('the secret, and nothing else, is the secret', () => {
  const knows = secretCheck('s3cret');
  assert.equal(knows('s3cret'), true);
  for (const given of [
    's3cre',
    's3cret ',
    'S3CRET',
    '',
    undefined,
    null,
    7,
    ['s3cret'],
    { length: 6 },
    'x'.repeat(1e6),
  ]) {
    assert.equal(knows(given), false);
  }
});

test('where no secret is set, nobody knows it', () => {
  for (const given of ['', undefined, null, 'undefined']) assert.equal(secretCheck('')(given), false);
});
