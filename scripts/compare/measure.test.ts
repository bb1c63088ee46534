import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Run } from './comparison.ts';
import { exampleComparison } from './example-comparison.ts';
import { arrivalsBySecond, measure, percentile, rolesOf } from './measure.ts';

const [off, on] = exampleComparison.runs;

test('a percentile is the smallest value that so large a share does not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  assert.deepEqual(
    [0.5, 0.95, 0.99, 1].map((share) => percentile(hundred, share)),
    [50, 95, 99, 100],
  );
  assert.equal(percentile([7], 0.5), 7);
  assert.ok(Number.isNaN(percentile([], 0.5)));
});

test('a job that took exactly the deadline is in time; late, refused and unfinished ones are not', () => {
  const { jobs, inDeadline, share } = measure(off, 10);
  assert.deepEqual({ jobs, inDeadline, share }, { jobs: 8, inDeadline: 3, share: 3 / 8 });
});

test('what was accepted and never done takes for ever, and what was refused takes no time at all', () => {
  const { p50, p99, counts } = measure(off, 10);
  assert.deepEqual([p50, p99], [12, Number.POSITIVE_INFINITY]);
  assert.deepEqual(counts, { done: 6, failed: 0, refused: 1, unanswered: 0, unfinished: 1 });
});

test('backlog and replicas are those of all roles at one moment, and the cost is that of all roles', () => {
  const { longestBacklog, mostReplicas, replicaSeconds } = measure(on, 10);
  assert.deepEqual([longestBacklog, mostReplicas, replicaSeconds], [4, 5, 49.6]);
});

test('what the scaler could not tell is not known, and not nothing', () => {
  assert.ok(Number.isNaN(measure({ ...on, replicaSeconds: null }, 10).replicaSeconds));
});

test('a run in which nothing was due has missed nothing', () => {
  const empty: Run = { ...on, fates: [], samples: [] };
  assert.deepEqual([measure(empty, 10).share, measure(empty, 10).longestBacklog], [1, 0]);
});

test('arrivals are counted by the second in which they were due, each once', () => {
  assert.deepEqual(arrivalsBySecond(off.fates, 5), [1, 2, 2, 2, 1]);
});

test('a role that was seen in one run alone is among the roles', () => {
  const more = { ...on, samples: [{ ...on.samples[0]!, roles: { caption: { backlog: 0, replicas: 1 } } }] };
  assert.deepEqual(rolesOf({ runs: [off, more] }), ['resize', 'store', 'caption']);
});
