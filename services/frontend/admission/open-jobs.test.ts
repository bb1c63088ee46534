import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOpenJobs } from './open-jobs.ts';

const ordinary = { items: 10, urgent: false, predicted: 2 };

test('a job counts as taken from when it is let in until the broker counts it', () => {
  let now = 0;
  const jobs = createOpenJobs(() => now);
  const place = jobs.hold(ordinary);
  assert.equal(jobs.takenSince(0), 10);
  now = 5;
  assert.equal(jobs.takenSince(4), 10, 'it is not published yet');
  place.published();
  place.leave();
  assert.equal(jobs.takenSince(4), 10);
  now = 20;
  assert.equal(jobs.takenSince(6), 0, 'the broker has counted since');
});

test('a job is finished with its last item', () => {
  const jobs = createOpenJobs(() => 0);
  jobs.hold({ ...ordinary, items: 2 }).stored('a');
  assert.equal(jobs.finished({ job: 'a', state: 'done' }), undefined);
  assert.equal(jobs.finished({ job: 'a', state: 'failed' })?.items, 2);
  assert.equal(jobs.finished({ job: 'a', state: 'done' }), undefined);
});

test('a job stays open when its place is left after it was published', () => {
  const jobs = createOpenJobs(() => 0);
  const place = jobs.hold({ ...ordinary, items: 1 });
  place.stored('a');
  place.published();
  place.leave();
  assert.equal(jobs.finished({ job: 'a', state: 'done' })?.items, 1);
});

test('a cancelled job says nothing of how long work takes', () => {
  const jobs = createOpenJobs(() => 0);
  jobs.hold({ ...ordinary, items: 1 }).stored('a');
  assert.equal(jobs.finished({ job: 'a', state: 'cancelled' }), undefined);
  assert.equal(jobs.finished({ job: 'a', state: 'done' }), undefined);
});

test('a front end that did half of what it heard of reckons with as much of others', () => {
  const jobs = createOpenJobs(() => 0);
  jobs.hold({ ...ordinary, items: 50 }).stored('ours');
  for (let n = 0; n < 40; n += 1) jobs.finished({ job: n % 2 === 0 ? 'ours' : 'theirs', state: 'done' });
  jobs.hold(ordinary);
  assert.equal(jobs.takenSince(0), (50 + 10) * 2);
});

test('a job that is late is told once, and again when it is half as late again, until it is given up', () => {
  let now = 0;
  const jobs = createOpenJobs(() => now);
  const late = () => [...jobs.late(() => 1.5)].map(({ ratio }) => ratio);
  jobs.hold(ordinary).stored('a');
  const told = [2, 4, 5, 6, 7, 100].map((at) => {
    now = at;
    return late();
  });
  assert.deepEqual(told, [[], [2], [], [], [3.5], []]);
  assert.equal(jobs.finished({ job: 'a', state: 'done' }), undefined);
});

test('urgent items are counted until they are finished, and when their job is given up', () => {
  const jobs = createOpenJobs(() => 0);
  const place = jobs.hold({ ...ordinary, urgent: true });
  place.stored('a');
  jobs.finished({ job: 'a', state: 'done' });
  assert.equal(jobs.urgent(), 9);
  place.leave();
  assert.equal(jobs.urgent(), 0);
});
