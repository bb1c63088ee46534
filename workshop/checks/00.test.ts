import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleEvidence, exampleService, exampleServices, truths } from '../../scripts/workshop/example-evidence.ts';
import { exampleJob } from '../../scripts/workshop/example-job.ts';
import { check } from './00.ts';

const found = async (facts: Parameters<typeof exampleEvidence>[0]) =>
  truths(await check.findings(exampleEvidence(facts)));

test('a lab that runs and has done nothing is not enough', async () => {
  assert.deepEqual(await found({}), [true, false, false]);
});

test('a healthy lab that has done a job is all it takes', async () => {
  assert.deepEqual(await found({ jobs: [exampleJob()] }), [true, true, true]);
});

test('a replica that is down afterwards is seen', async () => {
  const services = exampleServices(exampleService('resize', 'down'));
  assert.deepEqual(await found({ jobs: [exampleJob()], services }), [false, true, true]);
});

test('a job that waits is not done yet, and what is lost is seen', async () => {
  assert.deepEqual(await found({ jobs: [exampleJob({ state: 'queued' })] }), [true, false, true]);
  const verdict = { verdict: 'lost', lost: 1 } as const;
  assert.deepEqual(await found({ jobs: [exampleJob()], verdict }), [true, true, false]);
});
