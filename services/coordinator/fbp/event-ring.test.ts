import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventRing } from './event-ring.ts';

test('a ring holds the last events that fit, the oldest first', () => {
  const ring = createEventRing(10);
  for (const text of ['one', 'two', 'three', 'four']) ring.add(text);
  assert.deepEqual(ring.all(), ['three', 'four']);
});

test('an event that is larger than the ring changes nothing', () => {
  const ring = createEventRing(10);
  ring.add('one');
  ring.add('x'.repeat(11));
  assert.deepEqual(ring.all(), ['one']);
});

test('a ring that was cleared fills again', () => {
  const ring = createEventRing(10);
  ring.add('one');
  ring.clear();
  assert.deepEqual(ring.all(), []);
  for (const text of ['12345', '67890']) ring.add(text);
  assert.deepEqual(ring.all(), ['12345', '67890']);
});

test('however many events come, a ring stays within its bytes', () => {
  const ring = createEventRing(1_000);
  for (let n = 0; n < 50_000; n += 1) ring.add(`event ${n}`);
  const kept = ring.all();
  assert.ok(kept.join('').length <= 1_000);
  assert.equal(kept.at(-1), 'event 49999');
});
