import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancelledItem, createCancellations } from './cancellations.ts';
import { FailedItem } from './messages.ts';

test('a job that was cancelled is remembered, another is not known', () => {
  const cancelled = createCancellations();
  cancelled.add('a');
  assert.deepEqual([cancelled.has('a'), cancelled.has('b')], [true, false]);
});

test('only the last ones are kept, however many come', () => {
  const cancelled = createCancellations(3);
  for (let job = 0; job < 100; job++) cancelled.add(String(job));
  assert.deepEqual(
    ['96', '97', '98', '99'].map((job) => cancelled.has(job)),
    [false, true, true, true],
  );
});

test('a job that is named again counts as new', () => {
  const cancelled = createCancellations(2);
  for (const job of ['a', 'b', 'a', 'c']) cancelled.add(job);
  assert.deepEqual(['a', 'b', 'c'].map(cancelled.has), [true, false, true]);
});

test('the answer for an item of a cancelled job is a failed item', () => {
  const job = '0199c0de-0000-7000-8000-000000000000';
  const { port, data } = cancelledItem({ item: `${job}.4`, job, index: 4 }, { role: 'resize', attempts: 0 });
  assert.equal(port, 'error');
  assert.deepEqual(FailedItem.parse(data), {
    item: `${job}.4`,
    job,
    index: 4,
    error: { code: 'cancelled', reason: 'The job was cancelled.', role: 'resize', attempts: 0 },
  });
});
