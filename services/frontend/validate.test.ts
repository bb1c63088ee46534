import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../shared/errors.ts';
import { JobRequest } from './request.ts';
import { fieldName, shown, validate } from './validate.ts';

const image = { source: 'sample:harbour' };

function problemOf(body: unknown): Problem {
  try {
    validate(JobRequest, body, 'body');
  } catch (error) {
    assert(error instanceof Problem);
    return error;
  }
  assert.fail('the body was taken');
}

test('a field is named by the path that leads to it', () => {
  assert.equal(fieldName(['images', 3, 'width']), 'images[3].width');
  assert.equal(fieldName([0, 'a']), '[0].a');
});

test('an image has a size, a fit and a format though only its source is given', () => {
  const { images } = validate(JobRequest, { images: [image] }, 'body');
  assert.deepEqual(images, [{ ...image, width: 320, height: 240, fit: 'cover', format: 'jpeg' }]);
});

test('a wrong field is answered with what was expected and what was given', () => {
  const problem = problemOf({ images: [image, { ...image, width: 5000 }] });
  assert.equal(problem.code, 'invalid-request');
  assert.equal(problem.message, 'images[1].width must be a whole number from 1 to 4096, got 5000.');
  assert.deepEqual(problem.fields, [
    { field: 'images[1].width', expected: 'a whole number from 1 to 4096', given: '5000' },
  ]);
});

test('every wrong field is named at once', () => {
  const problem = problemOf({ images: [{ source: 7, fit: 'stretch', colour: 'red' }], priority: 1 });
  assert.deepEqual(problem.fields.map(({ field }) => field).sort(), [
    'images[0].colour',
    'images[0].fit',
    'images[0].source',
    'priority',
  ]);
  assert.match(problem.message, /; and 3 more, see errors\.$/);
});

test('a thousand wrong images make a short answer', () => {
  const problem = problemOf({ images: Array.from({ length: 1000 }, () => ({ source: 'x'.repeat(5000) })) });
  assert.equal(problem.fields.length, 50);
  assert(JSON.stringify(problem.fields).length < 20_000);
});

test('what was given is shown as JSON, and not at length', () => {
  assert.equal(shown(undefined), undefined);
  assert.equal(shown('ten'), '"ten"');
  assert.equal(shown([1, 2, 3]), 'an array of 3');
  assert.equal(shown('💥'.repeat(500))?.isWellFormed(), true);
});
