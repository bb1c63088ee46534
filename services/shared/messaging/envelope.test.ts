import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { decodeData, readEnvelope, readSteps, writeHeaders } from './envelope.ts';
import { nextTraceparent } from './trace.ts';
import type { Envelope, Step } from './types.ts';

const received = (data: unknown, headers?: Record<string, unknown>) => ({
  content: Buffer.from(JSON.stringify(data)),
  properties: { headers },
});

test('an envelope that is written is read back the same', () => {
  const sent: Envelope = {
    item: 'job.3',
    job: 'job',
    attempt: 2,
    steps: [{ role: 'resize', replica: 'resize-1', queuedAt: 1, startedAt: 2, finishedAt: 3, attempt: 1 }],
    traceparent: nextTraceparent(),
  };
  const read = readEnvelope(received({}, writeHeaders(sent, {}, 1_700_000_000_000)), {});
  assert.deepEqual(read, { ...sent, tracestate: undefined, sentAt: 1_700_000_000_000, urgent: undefined });
});

test('a step tells that its message had been handed out before, whether or not it is known how long it had waited', () => {
  const step: Step = { role: 'resize', replica: 'resize-1', queuedAt: 1, startedAt: 2, finishedAt: 3, attempt: 1 };
  const steps: Step[] = [
    { ...step, redelivered: true },
    { ...step, queuedAt: undefined, redelivered: true },
    { ...step, queuedAt: undefined },
  ];
  const sent: Envelope = { item: 'job.3', attempt: 1, steps, traceparent: nextTraceparent() };
  assert.deepEqual(readSteps(writeHeaders(sent, {})['x-steps']), steps);
});

test('steps of participants that say less, or more, are read as far as they are known', () => {
  const known = { role: 'resize', replica: 'resize-1', startedAt: 2, finishedAt: 5, attempt: 1 };
  const read = (...more: unknown[]) => readSteps(JSON.stringify([['resize', 'resize-1', 2, 3, 1, ...more]]));
  assert.deepEqual(read(), [{ ...known, queuedAt: undefined }]);
  assert.deepEqual(read(1), [{ ...known, queuedAt: 1 }]);
  assert.deepEqual(read(1, 'odd', 'and more'), [{ ...known, queuedAt: 1 }]);
  assert.deepEqual(read(1, 1, 'and more'), [{ ...known, queuedAt: 1, redelivered: true }]);
});

test('a message is urgent from priority 5 on, and a priority of any other type is none', () => {
  const urgent = (priority: unknown) => readEnvelope({ ...received({}), properties: { priority } }, {}).urgent;
  assert.deepEqual([5, 9, 255].map(urgent), [true, true, true]);
  assert.deepEqual([0, 4, '9', null, undefined].map(urgent), Array(5).fill(undefined));
});

test('ids that the data say are not said again in headers, and read back the same', () => {
  const data = { item: 'job.3', job: 'job', n: 1 };
  const sent: Envelope = { item: 'job.3', job: 'job', attempt: 1, steps: [], traceparent: nextTraceparent() };
  const headers = writeHeaders(sent, data);
  assert.equal(headers['x-item'] ?? headers['x-job'], undefined);
  const { item, job } = readEnvelope(received(data, headers), data);
  assert.deepEqual([item, job], ['job.3', 'job']);
  assert.equal(writeHeaders(sent, { ...data, item: 'job.4' })['x-item'], 'job.3');
});

test('a message without headers takes its ids from the data', () => {
  const data = { item: 'job.0', job: 'job' };
  const envelope = readEnvelope(received(data), data);
  assert.equal(envelope.item, 'job.0');
  assert.equal(envelope.job, 'job');
  assert.equal(envelope.attempt, 1);
});

test('what is nowhere is made up', () => {
  const envelope = readEnvelope(received('text'), 'text');
  assert.match(envelope.item, /^[0-9a-f-]{36}$/);
  assert.match(envelope.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  assert.deepEqual(envelope.steps, []);
});

test('headers of wrong types are passed over, never an error', () => {
  const odd = {
    'x-item': 7,
    'x-job': {},
    'x-attempt': 'two',
    'x-steps': '{"role":',
    traceparent: 'x'.repeat(5_000),
    'x-sent-at': -1,
  };
  const envelope = readEnvelope(received({}, odd), {});
  assert.equal(envelope.attempt, 1);
  assert.equal(envelope.job, undefined);
  assert.equal(envelope.sentAt, undefined);
  assert.deepEqual(envelope.steps, []);
});

test('the next span keeps the trace', () => {
  const first = nextTraceparent();
  const second = nextTraceparent(first);
  assert.equal(second.slice(3, 35), first.slice(3, 35));
  assert.notEqual(second.slice(36, 52), first.slice(36, 52));
});

test('a body that is no JSON is taken as text', () => {
  assert.equal(decodeData(Buffer.from('not json')), 'not json');
  assert.equal(typeof decodeData(randomBytes(64)), 'string');
});
