import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ExampleEvidence,
  exampleEvidence,
  exampleService,
  exampleServices,
  truths,
} from '../../scripts/workshop/example-evidence.ts';
import { exampleJob } from '../../scripts/workshop/example-job.ts';
import type { JobView } from '../../services/frontend/job-view.ts';
import { check, doneAgain, doneSinceLosses, jobsWithLosses, waitedForNobody } from './02.ts';

/** Sent while no worker was there; it came nine seconds later. */
const waited = () => exampleJob({ images: 5, at: 0, times: { resize: [9, 0.2], caption: [0.1, 0.1] } });
/** Two of its images were in the hands of a worker that was killed. */
const killed = (at = 20) =>
  exampleJob({ images: 200, at, step: (step, index) => (index < 2 ? { ...step, redelivered: true } : step) });
/** Nobody has noted anything of its images; it was cancelled so many seconds after it was accepted. */
const lost = (at: number, cancelledAfter?: number): JobView => {
  const job = exampleJob({ images: 200, at, state: cancelledAfter === undefined ? 'queued' : 'cancelled', times: {} });
  const finished_at =
    cancelledAfter === undefined ? null : new Date(Date.parse(job.created_at) + cancelledAfter * 1000).toISOString();
  return { ...job, items: job.items.map((item) => ({ ...item, finished_at })) };
};
/** As the verdict lists those that it has found to be lost. */
const lostItems = ({ id, items, created_at: at }: JobView) =>
  items.map(({ index }) => ({ item: `${id}.${index}`, job: id, index, accepted_at: at, published_at: at }));
const safe = (at = 200) => exampleJob({ images: 200, at });

/** As it is at the chapter's end, the newest first. */
const walked = (): JobView[] => [safe(), lost(100, 200), lost(60, 240), killed(), waited()];
const found = async (evidence: ExampleEvidence) => check.findings(exampleEvidence(evidence));

test('right after a reset nothing of it is true but that all is healthy, and each of the others has a hint', async () => {
  const findings = await found({});
  assert.deepEqual(truths(findings), [false, false, false, false, false, true]);
  for (const { ok, hint } of findings) assert.equal(hint === undefined, ok);
});

test('the steps of the chapter make all of it true, with the numbers in it', async () => {
  const findings = await found({ jobs: walked() });
  assert.deepEqual(
    findings.map(({ text }) => text),
    [
      '5 images waited while no worker was there, the longest 9.0 s',
      '2 images were handed out again, and done once each',
      '400 images were accepted, overtaken by later ones and never seen again',
      'after that 200 of the 200 images of a job were done',
      'nothing lost: all of 805 items accounted for',
      'all 11 services are healthy, 11 replicas',
    ],
  );
  assert.deepEqual(truths(findings), Array(6).fill(true));
});

test('whatever is undone is not true any more', async () => {
  const jobs = walked();
  const [last, ...before] = jobs;
  const cases: [string, ExampleEvidence, number][] = [
    ['no worker was away', { jobs: jobs.slice(0, 4) }, 0],
    ['nobody was killed at work', { jobs: jobs.filter((job) => doneAgain([job]).length === 0) }, 1],
    ['something had its effect twice', { jobs, verdict: { verdict: 'doubled', duplicate_effects: 1 } }, 1],
    ['nothing was lost', { jobs: [last!, killed(), waited()] }, 2],
    ['nothing was done since', { jobs: before }, 3],
    ['the lab is unsafe', { jobs, verdict: { unsafe: true } }, 4],
    ['what was lost is open', { jobs, verdict: { verdict: 'lost', lost: 187 } }, 4],
    ['a worker is down', { jobs, services: exampleServices(exampleService('resize', 'down')) }, 5],
  ];
  for (const [what, evidence, at] of cases) assert.equal((await found(evidence))[at]!.ok, false, what);
});

test('what is done while the check waits is neither open nor lost', async () => {
  const late = lost(60);
  const [last, ...before] = walked();
  const undone = { ...last!, ...lost(200), id: last!.id };
  const done = { ...safe(60), id: late.id };
  const steps = await found({ jobs: [undone, ...before], jobsAfterVerdict: [last!, ...before] });
  assert.equal(steps[3]!.ok, true, 'done in time');
  const seen = await found({ jobs: [safe(), late], jobsAfterVerdict: [safe(), done] });
  assert.equal(seen[2]!.text, 'no image has been lost yet');
});

test('an open image that others have overtaken is lost when the verdict says so: it may wait to be tried again', async () => {
  const open = lost(60);
  assert.equal((await found({ jobs: [safe(), open], verdict: { verdict: 'not at rest' } }))[2]!.ok, false);
  const lost_items = lostItems(open).slice(0, 1);
  const seen = await found({ jobs: [safe(), open], verdict: { verdict: 'lost', lost: 1, lost_items } });
  assert.equal(seen[2]!.text, '1 image was accepted, overtaken by later ones and never seen again');
});

test('who works inside a request overtakes nobody in a queue', async () => {
  const inside = exampleJob({ mode: 'sync', at: 70 });
  assert.equal((await found({ jobs: [inside, lost(60, 200)] }))[2]!.ok, false);
});

test('images that are lost and still open are answered with what to do about them', async () => {
  const open = lost(60);
  const jobs = [safe(), open, killed(), waited()];
  const verdict = { verdict: 'lost', lost: 200, in_flight: 0, lost_items: lostItems(open) } as const;
  const findings = await found({ jobs, verdict });
  assert.deepEqual(truths(findings), [true, true, true, true, false, true]);
  assert.match(findings[4]!.hint!, /^cancel the jobs/);
});

test('an image that waits behind others has not waited for nobody', () => {
  const behind = exampleJob({
    images: 20,
    times: { resize: [0, 1] },
    step: (step, index) => {
      const at = Date.parse(step.queued_at!) + index * 1000;
      return { ...step, started_at: new Date(at).toISOString(), finished_at: new Date(at + 1000).toISOString() };
    },
  });
  assert.deepEqual(waitedForNobody([behind]), []);
  assert.deepEqual(waitedForNobody([waited()]), [9000, 9000, 9000, 9000, 9000]);
});

test('what an image waits behind others, once somebody is there, is not counted', () => {
  const step: Parameters<typeof exampleJob>[0] = {
    images: 3,
    times: { resize: [9, 1] },
    step: (one, index) => {
      const [started, finished] = [0, 1000].map((ms) => Date.parse(one.started_at) + index * 20_000 + ms);
      return { ...one, started_at: new Date(started!).toISOString(), finished_at: new Date(finished!).toISOString() };
    },
  };
  assert.deepEqual(waitedForNobody([exampleJob(step)]), [9000, 9000, 9000]);
});

test('a pause between two jobs is no waiting: nothing was there to be worked on', () => {
  assert.deepEqual(waitedForNobody([exampleJob({ at: 60 }), exampleJob({ at: 0 })]), []);
});

test('what waits, or is cancelled while it waits, is not lost as long as nothing has overtaken it', () => {
  const losses = (...jobs: JobView[]) => jobsWithLosses(jobs, new Set(jobs.flatMap(lostItems).map(({ item }) => item)));
  assert.deepEqual(losses(lost(60), safe(0)), []);
  assert.deepEqual(losses(safe(90), lost(60, 20)), []);
  assert.deepEqual(losses({ ...safe(90), urgent: true }, lost(60)), []);
  assert.equal(losses(safe(90), lost(60)).length, 1);
});

test('of the jobs since the last loss the largest that is wholly done counts', () => {
  const small = exampleJob({ images: 3, at: 300 });
  const large = safe(320);
  const since = (jobs: JobView[]) => doneSinceLosses(jobs, jobsWithLosses(jobs));
  assert.equal(since([large, small, lost(60, 300), safe(0)]), large);
  assert.equal(since([large, small, safe(0)]), undefined);
});
