import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startedOtherwise } from './start-supervised.ts';

test('a lab whose services were told something else than .env says has to be started anew', () => {
  assert.equal(startedOtherwise({ POISON: '1' }, { POISON: '1' }), undefined);
  assert.equal(
    startedOtherwise({ POISON: '1', ADMISSION: 'on' }, { POISON: '0' }),
    'with another ADMISSION, POISON than .env has',
  );
});

test('so has one that did not note what they were told', () => {
  assert.equal(startedOtherwise(undefined, {}), 'by an earlier version');
});
