import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleEvidence, exampleService, exampleServices, truths } from '../../scripts/workshop/example-evidence.ts';
import { exampleJob } from '../../scripts/workshop/example-job.ts';
import { check } from './01.ts';

const ALL = [true, true, true, true, true];
const one = exampleJob();
const set = exampleJob({ images: 100, deadline: 60, at: 10 });
const cancelled = exampleJob({ images: 200, state: 'cancelled', at: 20 });

const findings = (facts: Parameters<typeof exampleEvidence>[0]) => check.findings(exampleEvidence(facts));
const found = async (facts: Parameters<typeof exampleEvidence>[0]) => truths(await findings(facts));

test('right after a reset nothing of the chapter is true but that the lab is healthy', async () => {
  assert.deepEqual(await found({}), [false, false, false, true, false]);
});

test('a job of one, an image whose way is known, and a set in time are all it takes', async () => {
  assert.deepEqual(await found({ jobs: [cancelled, set, one] }), ALL);
});

test('each of them is missed', async () => {
  assert.deepEqual(await found({ jobs: [set] }), ALL.with(0, false));
  assert.deepEqual(await found({ jobs: [one, exampleJob({ images: 100 })] }), ALL.with(2, false));
  const late = exampleJob({ images: 100, deadline: 0.1 });
  assert.deepEqual(await found({ jobs: [late, one] }), ALL.with(2, false));
  const past = { resize: [0.1, 0.2], store: [0, 0.1] } as const;
  const jobs = [exampleJob({ images: 100, deadline: 60, times: past }), exampleJob({ times: past })];
  assert.deepEqual(await found({ jobs }), ALL.with(1, false));
});

test('work inside a request is no work of the workers', async () => {
  const inside = [exampleJob({ mode: 'sync' }), exampleJob({ mode: 'sync', images: 10, deadline: 60 })];
  assert.deepEqual(await found({ jobs: inside }), [false, false, false, true, true]);
});

test('a worker that is killed afterwards, or switched-off guarantees, undo it', async () => {
  const jobs = [set, one];
  assert.deepEqual(
    await found({ jobs, services: exampleServices(exampleService('resize', 'down')) }),
    ALL.with(3, false),
  );
  assert.deepEqual(await found({ jobs, verdict: { unsafe: true } }), ALL.with(4, false));
});

test('what is found is said with its numbers, and what is missing with what to do', async () => {
  const texts = (await findings({ jobs: [set, one] })).map(({ text }) => text);
  assert.equal(texts[0], 'a job of one image was done in 500 ms');
  assert.equal(texts[2], 'a set of 100 images met its deadline: 500 ms, 5 ms for each');
  assert.match(
    texts[1] ?? '',
    /^the way of image .+\.0 is known from end to end: resize 300 ms \+ caption 150 ms \+ store 50 ms \+ on its way 0 ms = 500 ms$/,
  );
  for (const { ok, hint } of await findings({})) assert.equal(hint === undefined, ok);
});
