import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleEvidence, exampleService, exampleServices } from './example-evidence.ts';
import { exampleJob } from './example-job.ts';
import { allHealthy, explained, nothingLost } from './lab-findings.ts';

const healthy = (...others: Parameters<typeof exampleServices>) =>
  allHealthy(exampleEvidence({ services: exampleServices(...others) }));
const jobs = [exampleJob({ images: 12 })];

test('a lab is healthy when every replica of every service is', async () => {
  assert.deepEqual(await healthy(exampleService('resize', 'healthy', 'healthy')), {
    ok: true,
    text: 'all 11 services are healthy, 12 replicas',
  });
});

test('what is not healthy is named with its state, and with what mends it', async () => {
  const down = await healthy(exampleService('resize', 'healthy', 'down'), exampleService('store'));
  assert.deepEqual(down, {
    ok: false,
    text: 'not healthy: resize-2 (down), store (none)',
    hint: './lab up starts what is down, ./lab status shows it',
  });
  const standing = exampleService('resize', 'healthy');
  const paused = await healthy({ ...standing, replicas: standing.replicas.map((one) => ({ ...one, paused: true })) });
  assert.equal(paused.text, 'not healthy: resize-1 (paused)');
  assert.match(paused.hint ?? '', /^.\/lab resume/);
});

test('nothing is lost when all that was accepted is accounted for, with the guarantees on', async () => {
  assert.deepEqual(await nothingLost(exampleEvidence({ jobs })), {
    ok: true,
    text: 'nothing lost: all of 12 items accounted for',
  });
  for (const verdict of [
    { verdict: 'lost', lost: 3 },
    { verdict: 'doubled', duplicate_effects: 1 },
    { verdict: 'not at rest', in_flight: 2 },
    { unsafe: true },
  ] as const) {
    assert.equal((await nothingLost(exampleEvidence({ jobs, verdict }))).ok, false);
  }
});

test('where nothing was accepted, nothing was proven', async () => {
  const { ok, text } = await nothingLost(exampleEvidence());
  assert.deepEqual([ok, text], [false, 'nothing was accepted, so nothing could be lost']);
});

test('what could not be looked at is said with what is not healthy, and by itself where not even that is known', async () => {
  const error = new Error('the front end does not answer');
  const down = exampleEvidence({ services: exampleServices(exampleService('frontend', 'down')) });
  assert.equal(
    (await explained(error, down)).message,
    'the front end does not answer; not healthy: frontend-1 (down) (./lab up starts what is down, ./lab status shows it)',
  );
  assert.equal(await explained(error, exampleEvidence()), error);
  const away = { services: () => Promise.reject(new Error('the engine is away')) };
  assert.equal(await explained(error, away), error);
});
