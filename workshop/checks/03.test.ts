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
import { check } from './03.ts';

interface ExampleLoad {
  at: number;
  /** Of 20 jobs, the last ones. */
  late: number;
  replicas?: number;
  role?: string;
  /** Seconds from one job to the next. */
  every?: number;
}

/** 20 jobs of 8 images with a deadline of 6 s; what is late has waited at that role. */
function load({ at, late, replicas = 1, role = 'resize', every = 0.5 }: ExampleLoad) {
  return Array.from({ length: 20 }, (_, n) =>
    exampleJob({
      images: 8,
      at: at + n * every,
      deadline: 6,
      times: { resize: [0.1, 0.2], caption: [0.05, 0.1], [role]: [n >= 20 - late ? 12 : 0.4, 0.2] },
      step: (step, index) => (step.role === role ? { ...step, replica: `${role}-${(index % replicas) + 1}` } : step),
    }),
  );
}

const alone = exampleJob();
const inside = Array.from({ length: 30 }, () => exampleJob({ images: 2, mode: 'sync', at: 70 }));
const overwhelmed = load({ at: 10, late: 16 });
const wider = load({ at: 100, late: 1, replicas: 3 });

const findings = (more: ExampleEvidence) => check.findings(exampleEvidence(more));
const walked = (parts: { jobs?: object[] } & Omit<ExampleEvidence, 'jobs'> = {}) =>
  findings({ ...parts, jobs: [wider, inside, overwhelmed, [alone]].flat() });

test('who does nothing has not done the chapter', async () => {
  const found = await findings({});
  assert.deepEqual(truths(found), [false, false, false, false, false, true, false, true]);
  for (const { ok, hint } of found) assert.ok(ok || hint !== undefined, 'what is missing has a hint');
});

test('who has done its steps has done it, and sees the numbers', async () => {
  const found = await walked();
  assert.deepEqual(
    found.filter(({ ok }) => !ok),
    [],
  );
  const texts = found.map(({ text }) => text);
  assert.equal(texts[0], 'one picture alone was worked on for 200 ms at resize, 100 ms at caption, 30 ms at store');
  assert.match(texts[1]!, /^4 of 20 jobs \(20 %\) of the load at .* waited for resize: 25 min 49 s/);
  assert.equal(texts[2], '30 jobs were done inside the request: half of them within 500 ms, the slowest took 500 ms');
  assert.equal(texts[3], 'resize was scaled: 1 replica of resize before, 3 in a later load');
  assert.equal(texts[4], '19 of 20 jobs (95 %) kept their deadline with more replicas, 4 of 20 jobs (20 %) before');
});

test('the role that counts is the one before which work waited', async () => {
  const jobs = [
    load({ at: 100, late: 0, replicas: 3, role: 'caption' }),
    inside,
    load({ at: 10, late: 16, role: 'caption' }),
    [alone],
  ].flat();
  const found = await findings({ jobs });
  assert.ok(found.every(({ ok }) => ok));
  assert.equal(found[3]?.text, 'caption was scaled: 1 replica of caption before, 3 in a later load');
});

test('more replicas of another role do not count', async () => {
  const other = load({ at: 100, late: 16, replicas: 3, role: 'caption' });
  const found = await findings({ jobs: [other, inside, overwhelmed, [alone]].flat() });
  assert.deepEqual(truths(found).slice(3, 5), [false, false]);
  assert.equal(found[3]?.hint, './lab scale resize 3, and the same load again');
});

test('a smaller load proves nothing', async () => {
  const found = await findings({
    jobs: [load({ at: 100, late: 0, replicas: 3, every: 1 }), inside, overwhelmed, [alone]].flat(),
  });
  assert.deepEqual(truths(found).slice(3, 5), [true, false]);
});

test('a load that was not done better is not taken for better', async () => {
  const found = await findings({
    jobs: [load({ at: 100, late: 14, replicas: 3 }), inside, overwhelmed, [alone]].flat(),
  });
  assert.deepEqual(truths(found).slice(3, 5), [true, false]);
  assert.match(found[4]!.text, /^6 of 20 jobs \(30 %\) .* not much better$/);
});

test('what is in flight when the check begins is waited for, and has missed no deadline before', async () => {
  const open = overwhelmed.map((job) => ({ ...job, deadline: job.deadline && { ...job.deadline, met: null } }));
  const after = async (jobsAfterVerdict: typeof overwhelmed) => {
    const [, bad] = await findings({ jobs: [...open, alone], jobsAfterVerdict: [...jobsAfterVerdict, alone] });
    return bad!.text;
  };
  assert.match(await after(overwhelmed), /^4 of 20 jobs \(20 %\) of the load/);
  assert.match(await after(open), /^no load has missed its deadlines/);
});

test('thousands of other jobs hide nothing, and none of them is asked for by itself', async () => {
  const others = Array.from({ length: 3_000 }, (_, n) => exampleJob({ at: 200 + n / 100 }));
  const evidence = exampleEvidence({ jobs: [others, wider, inside, overwhelmed, [alone]].flat() });
  let asked = 0;
  const found = await check.findings({
    ...evidence,
    withItems(jobs) {
      asked += jobs.length;
      return evidence.withItems(jobs);
    },
  });
  assert.ok(found.every(({ ok }) => ok));
  assert.equal(asked, 41, 'one alone, and two loads');
});

test('each step that is left out is missed', async () => {
  const left = async (...jobs: (typeof wider)[]) => truths(await findings({ jobs: jobs.flat() })).indexOf(false);
  assert.equal(await left(wider, inside, overwhelmed), 0);
  assert.equal(await left(wider, inside, [alone]), 1);
  assert.equal(await left(wider, overwhelmed, [alone]), 2);
  assert.equal(await left(inside, overwhelmed, [alone]), 3);
});

test('a lab that still works, has lost something, or is not healthy has not come to the end', async () => {
  const last = async (more: ExampleEvidence) => truths(await walked(more)).slice(-3);
  assert.deepEqual(await last({ verdict: { in_flight: 12 } }), [false, true, true]);
  assert.deepEqual(await last({ verdict: { verdict: 'lost', lost: 3 } }), [true, false, true]);
  const services = exampleServices(exampleService('resize', 'down'));
  assert.deepEqual(await last({ services }), [true, true, false]);
});
