import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { newRun } from '../load/results.ts';
import { resultsSince } from './results-since.ts';

const RESET = new Date('2026-03-01T12:30:05.400Z');

async function folder(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'queuelab-results-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return root;
}

/** A run of `./lab load`, `seconds` after the reset. */
async function loaded(root: string, scenario: string, seconds: number, text: string): Promise<void> {
  const run = await newRun(scenario, root, new Date(RESET.getTime() + seconds * 1000));
  await writeFile(run.summary, text);
}

test('results are those of the runs that began since the reset, the newest last', async (t) => {
  const root = await folder(t);
  for (const seconds of [20, -30, 3]) await loaded(root, 'overwhelm', seconds, `{"at":${seconds}}`);
  assert.deepEqual(await resultsSince(RESET, 'overwhelm', root), [{ at: 3 }, { at: 20 }]);
  assert.deepEqual(await resultsSince(undefined, 'overwhelm', root), [{ at: -30 }, { at: 3 }, { at: 20 }]);
});

test('a scenario is found with and without the number of its step, and two of one second are both there', async (t) => {
  const root = await folder(t);
  for (const n of [1, 2]) await loaded(root, 'overwhelm', 10, `{"n":${n}}`);
  await loaded(root, 'not-overwhelm', 10, '{"n":3}');
  for (const name of ['overwhelm', '05-overwhelm']) {
    assert.deepEqual(await resultsSince(RESET, name, root), [{ n: 1 }, { n: 2 }]);
  }
});

test('a comparison is read from its own file', async (t) => {
  const root = await folder(t);
  await mkdir(join(root, '2026-03-01T12-31-00-compare'));
  await writeFile(join(root, '2026-03-01T12-31-00-compare', 'results.json'), '{"what":"scaling"}');
  assert.deepEqual(await resultsSince(RESET, 'compare', root), [{ what: 'scaling' }]);
});

test('what left no numbers is no result', async (t) => {
  const root = await folder(t);
  await newRun('overwhelm', root, new Date(RESET.getTime() + 1_000));
  await loaded(root, 'overwhelm', 2, '{"half":');
  await symlink('2026-03-01T12-30-07-overwhelm', join(root, 'latest'));
  assert.deepEqual(await resultsSince(RESET, 'overwhelm', root), []);
  assert.deepEqual(await resultsSince(RESET, 'overwhelm', join(root, 'nowhere')), []);
});
