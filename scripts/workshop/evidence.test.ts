import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { listen, sendJson } from '../../services/shared/http.ts';
import { CannotRun } from '../command.ts';
import type { LabAddresses, ServiceView } from '../lab-view.ts';
import { exampleDecision, NOW } from '../scaling/example-decisions.ts';
import { createEvidence } from './evidence.ts';
import { exampleJob } from './example-job.ts';
import { MOST_WITH_ITEMS } from './recent-jobs.ts';

const healthy: ServiceView = { name: 'resize', replicas: [{ name: 'resize-1', state: 'healthy', detail: '' }] };

/** A lab as far as evidence asks it, which counts how often it is asked. */
function labAt(addresses: LabAddresses, services: readonly ServiceView[] = [healthy]) {
  const asked = { services: 0, addresses: 0 };
  const lab = {
    /** One look after the other, the last again and again. */
    async services() {
      asked.services += 1;
      return [services[Math.min(asked.services, services.length) - 1]!];
    },
    async addresses() {
      asked.addresses += 1;
      return addresses;
    },
  };
  return { lab, asked };
}

/** The scaler's answers, and which questions were put to it. */
async function scalerAnswering(
  t: TestContext,
  decisions: readonly object[],
): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const { port, close } = await listen(
    (request, response) => {
      asked.push(request.url ?? '');
      sendJson(response, 200, { decisions });
    },
    { host: '127.0.0.1', port: 0 },
  );
  t.after(close);
  return { url: `http://127.0.0.1:${port}`, asked };
}

test('a look is made once, however often it is asked for', async () => {
  const { lab, asked } = labAt({});
  const evidence = createEvidence(lab);
  const all = await Promise.all([evidence.services(), evidence.services(), evidence.services()]);
  for (const services of all) assert.deepEqual(services, [healthy]);
  assert.equal(asked.services, 1);
});

test('what is starting is waited for', async () => {
  const starting: ServiceView = { ...healthy, replicas: [{ name: 'resize-1', state: 'starting', detail: '' }] };
  const said: string[] = [];
  const evidence = createEvidence(labAt({}, [starting, healthy]).lab, { onProgress: (text) => said.push(text) });
  assert.deepEqual(await evidence.services(), [healthy]);
  assert.deepEqual(said, ['waiting for what is starting']);
});

test('decisions from before the reset do not count, and each role is asked for once', async (t) => {
  const ages = [90, 60, 5];
  const { url, asked } = await scalerAnswering(
    t,
    ages.map((age) => exampleDecision({ at: NOW - age })),
  );
  const evidence = createEvidence(labAt({ scaler: url }).lab, { since: new Date((NOW - 60) * 1000) });
  await evidence.decisions('resize');
  const found = await evidence.decisions('resize');
  assert.deepEqual(
    found.map(({ at }) => NOW - at),
    [60, 5],
  );
  assert.deepEqual(asked, ['/decisions?role=resize&limit=500']);
});

test('what does not run is named, with what starts it', async () => {
  const evidence = createEvidence(labAt({}).lab);
  const asked: [() => Promise<unknown>, RegExp][] = [
    [evidence.jobs, /^the front end is not running; .\/lab up frontend starts it$/],
    [evidence.scaler, /^the scaler is not running; .\/lab up scaler starts it$/],
  ];
  for (const [look, message] of asked) {
    await assert.rejects(look, (error) => error instanceof CannotRun && message.test(error.message));
  }
});

test('where there are more jobs than can be looked at image by image, the first are, and that is said', async (t) => {
  let asked = 0;
  const { port, close } = await listen(
    (request, response) => {
      asked += 1;
      sendJson(response, 200, { id: request.url?.slice('/jobs/'.length), items: [] });
    },
    { host: '127.0.0.1', port: 0 },
  );
  t.after(close);
  const said: string[] = [];
  const { lab } = labAt({ frontend: `http://127.0.0.1:${port}` });
  const evidence = createEvidence(lab, { onLeftOut: (text) => said.push(text) });
  const jobs = Array.from({ length: MOST_WITH_ITEMS + 200 }, () => exampleJob());
  const found = await evidence.withItems(jobs);
  assert.deepEqual(
    found.map(({ id }) => id),
    jobs.slice(0, MOST_WITH_ITEMS).map(({ id }) => id),
  );
  assert.equal(asked, MOST_WITH_ITEMS);
  assert.deepEqual(said, ['of 1200 jobs that matter here only 1000 were looked at image by image']);
});
