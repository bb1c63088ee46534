import assert from 'node:assert/strict';
import { mkdtemp, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { lastResult, makeLatest, newRun, readResult } from './results.ts';

async function folder(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'queuelab-results-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return root;
}

const now = new Date('2026-03-01T12:30:05Z');

test('each run has a folder of its own, named by its time, also two in the same second', async (t) => {
  const root = await folder(t);
  const runs = [await newRun('spike', root, now), await newRun('spike', root, now)];
  assert.deepEqual(
    runs.map((run) => run.folder),
    [join(root, '2026-03-01T12-30-05-spike'), join(root, '2026-03-01T12-30-05-spike-2')],
  );
});

test('latest leads to the last run that left results, wherever the folder is moved to', async (t) => {
  const root = await folder(t);
  for (const scenario of ['spike', 'soak']) {
    const run = await newRun(scenario, root, now);
    await writeFile(run.summary, JSON.stringify({ scenario }));
    await makeLatest(run);
  }
  assert.equal(await readlink(join(root, 'latest')), '2026-03-01T12-30-05-soak');
  assert.equal((await lastResult(root)).scenario, 'soak');
});

test('a run that ended without numbers has no result', async (t) => {
  assert.equal(await readResult(await newRun('spike', await folder(t), now)), undefined);
});

test('where nothing was run yet, that is said', async (t) => {
  await assert.rejects(lastResult(await folder(t)), /there are no results yet; .\/lab load list/);
});
