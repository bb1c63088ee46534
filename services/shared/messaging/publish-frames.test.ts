import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { type Message, mostBytes, writeFrames } from './publish-frames.ts';

// amqplib reads what we write.
const require = createRequire(import.meta.url);
const { parseFrame, decodeFrame } = require('../../../node_modules/amqplib/lib/frame.js');
const FRAME_MAX = 4_096;
const CHANNEL = 7;

interface Frame {
  channel: number;
  size?: number;
  fields?: Record<string, unknown>;
  content?: Buffer;
}

const message = (more: Partial<Message> = {}): Message => ({
  exchange: 'worker.OUT',
  key: '',
  mandatory: true,
  messageId: '17',
  headers: {},
  content: '{"n":1}',
  ...more,
});

/** Writes a message somewhere into memory that is full of rubbish, and reads it with amqplib. */
function written(given: Message, frameMax = FRAME_MAX) {
  const start = 5;
  const most = mostBytes(given, frameMax);
  const memory = Buffer.alloc(start + most, 0xaa);
  const end = writeFrames(memory, start, CHANNEL, given, frameMax);
  assert.ok(end - start <= most, `${end - start} bytes, said to be ${most} at most`);
  const frames: Frame[] = [];
  for (let rest = memory.subarray(start, end); rest.length > 0; ) {
    const frame = parseFrame(rest, frameMax);
    frames.push(decodeFrame(frame));
    rest = frame.rest;
  }
  const [method, header, ...body] = frames as [Frame, Frame, ...Frame[]];
  assert.ok(frames.every(({ channel }) => channel === CHANNEL));
  const content = Buffer.concat(body.map((frame) => frame.content!));
  assert.equal(header.size, content.length);
  return { method: method.fields!, properties: header.fields!, content, frames: body.length };
}

test('a message is read as it was written', () => {
  const { method, properties, content } = written(message({ key: 'worker.IN', mandatory: false, expirationMs: 250 }));
  assert.equal(method.exchange, 'worker.OUT');
  assert.equal(method.routingKey, 'worker.IN');
  assert.equal(method.mandatory, false);
  assert.equal(written(message()).method.mandatory, true);
  assert.equal(properties.contentType, 'application/json');
  assert.equal(properties.deliveryMode, 2);
  assert.equal(properties.messageId, '17');
  assert.equal(properties.expiration, '250');
  assert.equal(written(message()).properties.expiration, undefined);
  assert.equal(content.toString(), '{"n":1}');
});

test('an urgent message has priority 5, and one that need not outlive the broker is transient', () => {
  const { priority, deliveryMode } = written(message()).properties;
  assert.deepEqual([priority, deliveryMode], [undefined, 2]);
  const { properties, content } = written(message({ urgent: true, transient: true, expirationMs: 250 }));
  assert.deepEqual([properties.priority, properties.deliveryMode], [5, 1]);
  assert.deepEqual([properties.expiration, properties.messageId, content.toString()], ['250', '17', '{"n":1}']);
});

test('headers are texts and whole numbers of any size; what is undefined is left out', () => {
  const headers = {
    text: 'Grüße, 図, 🦀',
    empty: '',
    zero: 0,
    negative: -1,
    large: Number.MAX_SAFE_INTEGER,
    small: Number.MIN_SAFE_INTEGER,
    time: 1_795_000_000_123,
    nothing: undefined,
  };
  const { nothing, ...sent } = headers;
  assert.deepEqual(written(message({ headers })).properties.headers, sent);
});

test('a body of any length and any letters arrives, in as many frames as it needs', () => {
  const room = FRAME_MAX - 8;
  for (const length of [0, 1, room / 3, room / 3 + 1, room - 1, room, room + 1, 2 * room, 5 * room + 17]) {
    for (const letter of ['a', 'ü', '図', '🦀']) {
      const text = letter.repeat(Math.floor(length));
      const asText = written(message({ content: text }));
      const asBytes = written(message({ content: Buffer.from(text) }));
      assert.equal(asText.content.toString(), text);
      assert.equal(asBytes.content.toString(), text);
      assert.equal(asBytes.frames, Math.ceil(Buffer.byteLength(text) / room));
      assert.equal(asText.frames, asBytes.frames);
    }
  }
});

test('headers that do not fit into a frame, and names that are too long, are refused', () => {
  assert.throws(() => written(message({ headers: { long: 'x'.repeat(FRAME_MAX) } })), RangeError);
  assert.throws(() => written(message({ exchange: 'x'.repeat(256) })), RangeError);
  assert.throws(() => written(message({ headers: { ['x'.repeat(256)]: 1 } })), RangeError);
  assert.equal(written(message({ exchange: 'x'.repeat(255) })).method.exchange, 'x'.repeat(255));
});
