import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ItemRow, JobRow } from '../shared/ledger/types.ts';
import { ItemView, itemView, JobSummary, jobSummary } from './job-view.ts';

const id = '01976f6c-0f5e-7c3a-9d3b-3f1f5a1c2b4d';
const at = (seconds: number) => new Date(1_790_000_000_000 + seconds * 1000);

const job = (more: Partial<JobRow> = {}): JobRow => ({
  id,
  mode: 'queue',
  state: 'running',
  total: 10,
  done: 3,
  failed: 2,
  cancelled: 1,
  created_at: at(0),
  deadline_at: at(60),
  published_at: at(0),
  finished_at: null,
  urgent: false,
  ...more,
});

const item = (more: Partial<ItemRow> = {}): ItemRow => ({
  index: 4,
  spec: { source: 'sample:harbour', width: 320, height: 240, fit: 'cover', format: 'jpeg' },
  state: 'queued',
  rank: null,
  error: null,
  caption: null,
  image: null,
  steps: [],
  attempts: null,
  worker: null,
  accepted_at: at(0),
  finished_at: null,
  ...more,
});

test('what is not finished counts as queued', () => {
  assert.deepEqual(jobSummary(job()).counts, { total: 10, queued: 4, done: 3, failed: 2, cancelled: 1 });
});

test('a deadline is open while it can be met, and then met or missed', () => {
  const met = (more: Partial<JobRow>, now: Date) => jobSummary(job(more), now).deadline?.met;
  assert.equal(met({}, at(30)), null);
  assert.equal(met({}, at(61)), false);
  assert.equal(met({ state: 'done', finished_at: at(59) }, at(100)), true);
  assert.equal(met({ state: 'done', finished_at: at(61) }, at(100)), false);
  assert.equal(jobSummary(job({ deadline_at: null })).deadline, null);
});

test('times are in seconds: in all, and waiting and working at each role', () => {
  const steps = [
    { role: 'resize', replica: 'resize-1', queuedAt: 1_000, startedAt: 3_500, finishedAt: 3_600, attempt: 1 },
    { role: 'caption', replica: 'theirs', startedAt: 4_000, finishedAt: 4_150, attempt: 2 },
  ];
  const { total_seconds, steps: seen } = itemView(id, item({ steps, finished_at: at(5) })).timings;
  assert.equal(total_seconds, 5);
  assert.deepEqual(
    seen.map((step) => [step.role, step.replica, step.attempt, step.waiting_seconds, step.working_seconds]),
    [
      ['resize', 'resize-1', 1, 2.5, 0.1],
      ['caption', 'theirs', 2, null, 0.15],
    ],
  );
});

test('a step says when it was, and that it was handed out a second time, where it was', () => {
  const straight = { role: 'resize', replica: 'r', startedAt: 2_000, finishedAt: 3_000, attempt: 1 };
  const steps = [straight, { ...straight, queuedAt: 1_000, redelivered: true as const }];
  const [first, second] = itemView(id, item({ steps })).timings.steps;
  assert.deepEqual(
    [first?.queued_at, first?.started_at, first && 'redelivered' in first],
    [null, '1970-01-01T00:00:02.000Z', false],
  );
  assert.deepEqual([second?.queued_at, second?.redelivered], ['1970-01-01T00:00:01.000Z', true]);
});

test('a step whose times no calendar has is shown nevertheless', () => {
  const steps = [{ role: 'theirs', replica: 'r', startedAt: 1, finishedAt: Number.MAX_SAFE_INTEGER, attempt: 1 }];
  ItemView.parse(itemView(id, item({ steps })));
});

test('clocks that differ make no time below zero', () => {
  const steps = [{ role: 'resize', replica: 'r', queuedAt: 2_000, startedAt: 1_000, finishedAt: 900, attempt: 1 }];
  const [step] = itemView(id, item({ steps })).timings.steps;
  assert.deepEqual([step?.waiting_seconds, step?.working_seconds], [0, 0]);
});

test('only an item that is done links to a picture', () => {
  assert.deepEqual(itemView(id, item()).links, {});
  assert.deepEqual(itemView(id, item({ state: 'failed' })).links, {});
  assert.deepEqual(itemView(id, item({ state: 'done' })).links, { result: `/jobs/${id}/images/4` });
});

test('answers are as their published schemas say', () => {
  JobSummary.parse(jobSummary(job()));
  ItemView.parse(itemView(id, item({ error: { code: 'a', reason: 'b', role: 'c' }, finished_at: at(1) })));
});
