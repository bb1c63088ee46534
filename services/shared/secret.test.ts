import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bearerOf, secretCheck } from './secret.ts';

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

test('a request carries the token behind the word Bearer, and in no other way', () => {
  const has = (authorization?: string) => secretCheck('t0ken')(bearerOf({ authorization }));
  for (const given of ['Bearer t0ken', 'bearer t0ken']) assert.equal(has(given), true, given);
  const others = [undefined, '', 't0ken', 'Bearer ', 'Bearer t0ke', 'Bearer t0ken ', 'Basic t0ken', 'Bearer T0KEN'];
  for (const given of others) assert.equal(has(given), false, given);
});
