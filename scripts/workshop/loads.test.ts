import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleJob } from './example-job.ts';
import { loadsIn, narrowestRole, replicasIn } from './loads.ts';

/** So many jobs of 4 images, two a second, of which the last ones are late. */
function jobsFrom(at: number, count: number, late = 0) {
  return Array.from({ length: count }, (_, n) => {
    const times = { resize: [n >= count - late ? 9 : 0.1, 0.2], caption: [0.05, 0.1] } as const;
    return exampleJob({ images: 4, at: at + n / 2, times, deadline: 6 });
  });
}

test('jobs that come one soon after the other are one load, whatever order they are told in', () => {
  const [first, second, ...rest] = loadsIn([...jobsFrom(60, 10), ...jobsFrom(0, 20, 15)].reverse());
  assert.deepEqual([first?.jobs.length, second?.jobs.length, rest.length], [20, 10, 0]);
  assert.equal(first?.from, '2026-01-31T12:00:00.000Z');
});

test('a load says how many images came a second, and how many jobs kept their deadline', () => {
  const [load] = loadsIn(jobsFrom(0, 20, 15));
  assert.deepEqual([load?.rate, load?.met, load?.share], [8, 5, 0.25]);
});

test('a few jobs, jobs without a deadline and work inside the request are no load', () => {
  const promised = (mode: 'queue' | 'sync') => exampleJob({ deadline: 6, mode });
  assert.deepEqual(loadsIn(Array.from({ length: 20 }, () => exampleJob())), []);
  assert.deepEqual(loadsIn(Array.from({ length: 20 }, () => promised('sync'))), []);
  assert.deepEqual(loadsIn(Array.from({ length: 7 }, () => promised('queue'))), []);
});

test('a load of which a deadline is still to come is no load yet', () => {
  const open = exampleJob({ images: 4, at: 5, state: 'queued', deadline: 6 });
  assert.deepEqual(loadsIn([...jobsFrom(0, 10), open]), []);
  assert.equal(loadsIn([...jobsFrom(0, 10), { ...open, created_at: '2026-01-31T13:00:00.000Z' }]).length, 1);
});

test('the narrowest role is the one before which work waited longest', () => {
  const jobs = jobsFrom(0, 20, 15);
  assert.equal(narrowestRole(jobs)?.role, 'resize');
  assert.ok(Math.abs(narrowestRole(jobs)!.waiting - 4 * (15 * 9 + 5 * 0.1)) < 1e-6);
  assert.equal(narrowestRole([exampleJob({ state: 'queued' })]), undefined);
});

test('replicas are counted by their names, of one role only', () => {
  const job = exampleJob({
    images: 6,
    step: (step, index) => (step.role === 'resize' ? { ...step, replica: `resize-${(index % 3) + 1}` } : step),
  });
  assert.deepEqual([replicasIn([job], 'resize'), replicasIn([job], 'caption')], [3, 1]);
});
