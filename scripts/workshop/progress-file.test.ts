import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readProgress, setPassed, setSince } from './progress-file.ts';

const MORNING = new Date('2026-03-01T09:00:00.000Z');
const NOON = new Date('2026-03-01T12:00:00.000Z');

function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'queuelab-progress-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

test('where nothing was done nothing is remembered', async (t) => {
  assert.deepEqual(await readProgress(folder(t)), { passed: {} });
});

test('chapters that have passed are remembered through a goto, and forgotten by a reset', async (t) => {
  const root = folder(t);
  await setPassed(1, { at: MORNING, root });
  await setSince(NOON, { forget: false, root });
  await setPassed(2, { at: NOON, root });
  assert.deepEqual(await readProgress(root), { since: NOON, passed: { 1: MORNING, 2: NOON } });
  await setSince(MORNING, { forget: true, root });
  assert.deepEqual(await readProgress(root), { since: MORNING, passed: {} });
});

test('a file that somebody has spoilt is as good as none, and is written anew', async (t) => {
  const root = folder(t);
  await setPassed(1, { at: MORNING, root });
  writeFileSync(join(root, '.lab/workshop.json'), '{"since": "yesterday"}');
  assert.deepEqual(await readProgress(root), { passed: {} });
  await setSince(NOON, { forget: false, root });
  assert.equal(JSON.parse(readFileSync(join(root, '.lab/workshop.json'), 'utf8')).since, NOON.toISOString());
});
