import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConsumeMessage } from 'amqplib';
import { createAnswers, type Incoming } from './answers.ts';

/** A channel's books, and what was sent on it: `ack 3`, `ack up to 3`, `nack 4`. */
function books(count: number) {
  const sent: string[] = [];
  const answers = createAnswers({
    ack: (tag, allUpTo) => void sent.push(`ack ${allUpTo ? 'up to ' : ''}${tag}`),
    nack: (tag, requeue) => void sent.push(`nack ${tag}${requeue ? ' back' : ''}`),
  });
  const messages = Array.from({ length: count }, (_, n) =>
    answers.take({ fields: { deliveryTag: n + 1 } } as unknown as ConsumeMessage),
  );
  const message = (n: number): Incoming => messages[n - 1]!;
  return { answers, message, sent };
}

test('acks that come together are sent as one where nothing is missing between them', () => {
  const { answers, message, sent } = books(5);
  for (const n of [2, 1, 3]) message(n).ack();
  assert.deepEqual(sent, []);
  answers.flush();
  assert.deepEqual(sent, ['ack up to 3']);
});

test('a message still in hand is never acked by those around it', () => {
  const { answers, message, sent } = books(6);
  for (const n of [1, 2, 3, 5]) message(n).ack();
  answers.flush();
  assert.deepEqual(sent.splice(0), ['ack up to 3', 'ack 5']);
  for (const n of [6, 4]) message(n).ack();
  answers.flush();
  assert.deepEqual(sent, ['ack up to 6']);
});

test('a single message is acked alone', () => {
  const { answers, message, sent } = books(2);
  message(1).ack();
  answers.flush();
  assert.deepEqual(sent, ['ack 1']);
});

test('a rejected message is told at once, and does not stop an ack from reaching over it', () => {
  const { answers, message, sent } = books(4);
  message(2).reject({ requeue: true });
  for (const n of [1, 3]) message(n).ack();
  answers.flush();
  assert.deepEqual(sent, ['nack 2 back', 'ack up to 3']);
});

test('held, it sends no acks, and all of them when it is released', () => {
  const { answers, message, sent } = books(3);
  answers.hold();
  for (const n of [1, 2]) message(n).ack();
  answers.flush();
  assert.deepEqual(sent, []);
  answers.release();
  assert.deepEqual(sent, ['ack up to 2']);
});

test('a second answer is not sent', () => {
  const { answers, message, sent } = books(1);
  message(1).ack();
  message(1).ack();
  message(1).reject({ requeue: true });
  answers.flush();
  answers.flush();
  assert.deepEqual(sent, ['ack 1']);
});

test('nothing is sent on a channel that is gone', () => {
  const { answers, message, sent } = books(3);
  message(1).ack();
  answers.close();
  answers.flush();
  message(2).ack();
  message(3).reject({ requeue: true });
  answers.flush();
  assert.deepEqual(sent, []);
  assert.equal(message(3).answerable(), false);
});

test('acks are sent without being asked for', async () => {
  const { message, sent } = books(2);
  message(1).ack();
  message(2).ack();
  await new Promise((resolve) => setImmediate(resolve)); // later than the end of what runs now
  assert.deepEqual(sent, ['ack up to 2']);
});
