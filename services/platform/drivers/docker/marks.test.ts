import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMarks } from './marks.ts';

const event = (Action: string, signal?: string, at = 100) => ({
  Action,
  Actor: { ID: 'a', Attributes: { ...(signal && { signal }) } as Record<string, string> },
  timeNano: at * 1e9,
});

test('whoever is sent SIGTERM drains since then, and a second signal does not change since when', () => {
  const marks = createMarks();
  marks.hear(event('kill', '15', 100));
  marks.hear(event('kill', '9', 110));
  assert.deepEqual(marks.of('a'), { killed: true, drainingAt: 100 });
});

test('SIGKILL ends one without draining, and a signal that ends nobody means nothing', () => {
  const marks = createMarks();
  marks.hear(event('kill', '28')); // SIGWINCH
  assert.deepEqual(marks.of('a'), {});
  marks.hear(event('kill', '9'));
  assert.deepEqual(marks.of('a'), { killed: true });
});

test('a new run begins with nothing', () => {
  const marks = createMarks();
  marks.hear(event('kill', '15'));
  marks.hear(event('start'));
  assert.deepEqual(marks.of('a'), {});
});
