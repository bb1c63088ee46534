import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem, problemDetails, problems } from '../shared/errors.ts';
import { describeApi } from './openapi.ts';
import { toProblem } from './problem-response.ts';

test('every problem that the API describes is one of the table, under its status', () => {
  const text = JSON.stringify(describeApi());
  const described = new Set([...text.matchAll(/`([a-z-]+)`: /g)].map(([, code]) => code));
  const known = new Set(Object.keys(problems));
  for (const code of described) assert(known.has(code!), code);
  for (const code of ['invalid-request', 'broker-unavailable', 'image-not-ready', 'job-finished'])
    assert(described.has(code));
});

test('a problem says its type, title, status, code, detail and fields', () => {
  const fields = [{ field: 'images', expected: 'an array', given: '7' }];
  assert.deepEqual(problemDetails(new Problem('invalid-request', 'images must be an array.', { fields }), '/jobs'), {
    type: 'urn:queuelab:problem:invalid-request',
    title: 'The request is not valid',
    status: 422,
    code: 'invalid-request',
    detail: 'images must be an array.',
    instance: '/jobs',
    errors: fields,
  });
});

test('errors of the body parser become problems of the table', () => {
  const parserError = (type: string) => Object.assign(new Error('reason'), { type, status: 400 });
  assert.equal(toProblem(parserError('entity.parse.failed'))?.code, 'malformed-json');
  assert.equal(toProblem(parserError('entity.too.large'))?.code, 'body-too-large');
  assert.equal(toProblem(parserError('charset.unsupported'))?.code, 'unsupported-media-type');
});

test('an address that is not properly encoded is not found', () => {
  assert.equal(toProblem(new URIError('malformed'))?.code, 'not-found');
});

test('what nobody foresaw is no known problem, so that its particulars stay in the log', () => {
  assert.equal(toProblem(new TypeError('x is undefined')), undefined);
});
