import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTally } from './tally.ts';

test('every due job is counted once, in what became of it', () => {
  const tally = createTally();
  for (let n = 0; n < 6; n += 1) tally.sent(100, 100);
  tally.notSent(100);
  tally.done({ kind: 'accepted' }, 101, 100);
  tally.done({ kind: 'refused', status: 503 }, 101, 100);
  tally.done({ kind: 'refused', status: 503 }, 101, 100);
  tally.done({ kind: 'failed', reason: 'ECONNREFUSED' }, 101, 100);
  tally.done({ kind: 'timed out' }, 110, 100);
  assert.deepEqual(tally.figures(110, 100).counts, {
    due: 7,
    sent: 6,
    accepted: 1,
    refused: 2,
    refused_by_status: { 503: 2 },
    failed: 1,
    failed_by_reason: { ECONNREFUSED: 1 },
    timed_out: 1,
    in_flight: 1,
    not_sent: 1,
  });
});

test('latency counts from when a job was due, with those that timed out and without those that were refused', () => {
  const tally = createTally();
  for (const [outcome, seconds] of [
    [{ kind: 'accepted' }, 2],
    [{ kind: 'timed out' }, 10],
    [{ kind: 'refused', status: 503 }, 0.01],
    [{ kind: 'failed', reason: 'ECONNRESET' }, 0.01],
  ] as const) {
    tally.sent(101, 100); // a second late
    tally.done(outcome, 100 + seconds, 100);
  }
  const { accept_seconds, late_seconds } = tally.figures(110, 100);
  assert.deepEqual(accept_seconds.last_10_s, { p50: 10, p95: 10, p99: 10 });
  assert.ok(Math.abs(accept_seconds.since_start!.p50 - 2) < 0.01);
  assert.equal(late_seconds.max, 1);
});

test('where nothing was answered there is no latency, rather than one of 0', () => {
  assert.deepEqual(createTally().figures(1, 1).accept_seconds, { last_10_s: null, since_start: null });
});
