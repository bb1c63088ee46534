import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRateGate, retryAfterMs } from './rate-gate.ts';

const forEver = new AbortController().signal;

test('an open gate lets pass at once', async () => {
  const before = performance.now();
  assert.ok((await createRateGate().pass(forEver)) - before < 20);
});

test('after a refusal nobody passes before the time that was asked for', async () => {
  const gate = createRateGate();
  const refusedAt = performance.now();
  gate.refused(refusedAt, 80);
  const passed = await Promise.all([1, 2, 3].map(() => gate.pass(forEver)));
  for (const at of passed) assert.ok(at - refusedAt >= 80, String(at - refusedAt));
});

test('those that waited together do not leave together', async () => {
  const gate = createRateGate();
  for (let refusal = 0; refusal < 4; refusal++) gate.refused(performance.now(), 10);
  const passed = await Promise.all(Array.from({ length: 10 }, () => gate.pass(forEver)));
  assert.ok(Math.max(...passed) - Math.min(...passed) > 40, 'they are spread over up to 320 ms');
});

test('a refusal while others wait holds them back too', async () => {
  const gate = createRateGate(() => 0);
  const start = performance.now();
  gate.refused(start, 20);
  const waiting = gate.pass(forEver);
  gate.refused(start, 90);
  assert.ok((await waiting) - start >= 90);
});

test('who waits can be stopped', async () => {
  const gate = createRateGate();
  gate.refused(performance.now(), 60_000);
  const stop = new AbortController();
  const waiting = gate.pass(stop.signal);
  stop.abort();
  await assert.rejects(waiting, { name: 'AbortError' });
});

test('the time to wait is read from any of its forms', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const wait = (headers: Record<string, string>): number => retryAfterMs(new Headers(headers), now);
  assert.equal(wait({ 'retry-after-ms': '30', 'retry-after': '1' }), 30);
  assert.equal(wait({ 'retry-after': '2' }), 2_000);
  assert.equal(wait({ 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }), 5_000);
  assert.equal(wait({ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }), 0);
  assert.equal(wait({}), 1_000);
  assert.equal(wait({ 'retry-after': 'soon' }), 1_000);
});
