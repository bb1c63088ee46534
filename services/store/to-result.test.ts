import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CANCELLED, type ItemResult } from '../shared/messages.ts';
import type { Delivery, Step } from '../shared/messaging/types.ts';
import { NOT_STORABLE, toResult } from './to-result.ts';

const job = '01976f6c-0f5e-7c3a-9d3b-3f1f5a1c2b4d';
const recorder = { role: 'store', replica: 'store-1', startedAt: 20 };
const resize: Step = { role: 'resize', replica: 'resize-2', queuedAt: 1, startedAt: 2, finishedAt: 3, attempt: 4 };
const caption: Step = { role: 'caption', replica: 'caption-7', startedAt: 5, finishedAt: 6, attempt: 1 };

const deliver = (data: ItemResult, steps: Step[]): Delivery<ItemResult> => ({
  data,
  item: data.item,
  attempt: 2,
  steps,
  traceparent: '',
  sentAt: 10,
  redelivered: false,
});

const captioned = (bytes: string): ItemResult => ({
  item: `${job}.3`,
  job,
  index: 3,
  image: { contentType: 'image/png', width: 4, height: 3, bytes },
  original: { width: 40, height: 30, format: 'png', bytes: 99 },
  caption: { text: 'A boat', colours: [], brightness: 0.4, orientation: 'landscape' },
});

const failure = (code: string): ItemResult => ({
  item: `${job}.3`,
  job,
  index: 3,
  error: { code, reason: 'It is a poem.', role: 'resize', attempts: 5 },
});

test('a captioned image is done, by the last worker, after the most attempts that a role needed', () => {
  const bytes = Buffer.from('four!').toString('base64');
  const result = toResult(deliver(captioned(bytes), [resize, caption]), recorder);
  assert(result.state === 'done');
  assert.deepEqual([result.worker, result.attempts, result.image.bytes], ['caption-7', 4, 5]);
  assert.deepEqual(result.recording, { ...recorder, queuedAt: 10, attempt: 2 });
});

test('a result that was handed out a second time says so in the step of its store', () => {
  const delivery = { ...deliver(captioned('AAAA'), [resize]), redelivered: true };
  assert.equal(toResult(delivery, recorder).recording?.redelivered, true);
  assert.equal('redelivered' in toResult({ ...delivery, redelivered: false }, recorder).recording!, false);
});

test('a picture whose way did not lead by caption is done, without a caption', () => {
  const data = captioned(Buffer.from('four!').toString('base64'));
  if ('caption' in data) delete data.caption;
  const result = toResult(deliver(data, [resize]), recorder);
  assert(result.state === 'done');
  assert.equal(result.caption, null);
});

test('a failed item is failed with its reason, and one of a cancelled job is cancelled', () => {
  const result = toResult(deliver(failure('not-a-picture'), []), recorder);
  assert(result.state === 'failed');
  assert.deepEqual(result.error, { code: 'not-a-picture', reason: 'It is a poem.', role: 'resize' });
  assert.deepEqual([result.attempts, result.worker], [5, undefined]);
  assert.equal(toResult(deliver(failure(CANCELLED), []), recorder).state, 'cancelled');
});

test('a picture that is not base64 makes a failure', () => {
  for (const bytes of ['abc', '====', 'ab=c', 'a b=', 'ab\ncd']) {
    const result = toResult(deliver(captioned(bytes), []), recorder);
    assert(result.state === 'failed', bytes);
    assert.equal(result.error.code, NOT_STORABLE);
  }
});

test('a message without a trace of its way is stored as well', () => {
  const result = toResult(deliver(captioned('AAAA'), []), recorder);
  assert.deepEqual([result.state, result.attempts, result.worker], ['done', 1, undefined]);
});
