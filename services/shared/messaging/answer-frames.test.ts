import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { Channel } from 'amqplib';
import { answering } from './answer-frames.ts';

// amqplib reads what we write.
const require = createRequire(import.meta.url);
const { parseFrame, decodeFrame } = require('../../../node_modules/amqplib/lib/frame.js');
const defs = require('../../../node_modules/amqplib/lib/defs.js');

test('acks and nacks are read as they were written, whatever the tag', () => {
  const written: Buffer[] = [];
  const stream = { write: (frame: Buffer) => written.push(frame) > 0 };
  const answers = answering({ ch: 7, connection: { frameMax: 4_096, stream } } as unknown as Channel);
  answers.ack(1, false);
  answers.ack(Number.MAX_SAFE_INTEGER, true);
  answers.nack(300, true);
  answers.nack(301, false);
  const read = written.map((frame) => decodeFrame(parseFrame(frame, 4_096)));
  assert.ok(read.every(({ channel }) => channel === 7));
  const { BasicAck, BasicNack } = defs;
  assert.deepEqual(
    read.map(({ id, fields }) => [id, { ...fields }]),
    [
      [BasicAck, { deliveryTag: 1, multiple: false }],
      [BasicAck, { deliveryTag: Number.MAX_SAFE_INTEGER, multiple: true }],
      [BasicNack, { deliveryTag: 300, multiple: false, requeue: true }],
      [BasicNack, { deliveryTag: 301, multiple: false, requeue: false }],
    ],
  );
});
