import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openConfigFile } from './config-file.ts';

async function open(t: TestContext, text?: string) {
  const folder = await mkdtemp(join(tmpdir(), 'queuelab-config-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'guv.yaml');
  const write = (other: string): Promise<void> => writeFile(path, other);
  if (text !== undefined) await write(text);
  const told: string[][] = [];
  const file = openConfigFile(path, { now: () => 7, onProblem: (problems) => void told.push(problems) });
  return { file, write, told };
}

const names = (file: Awaited<ReturnType<typeof open>>['file']) => file.config()?.roles.map(({ role }) => role);

test('a configuration is new when it is read first, and when it has changed', async (t) => {
  const { file, write } = await open(t, 'resize: { max: 3 }');
  assert.deepEqual([await file.refresh(), await file.refresh(), names(file)], [true, false, ['resize']]);
  await write('store: { max: 3 }');
  assert.deepEqual([await file.refresh(), names(file)], [true, ['store']]);
  assert.deepEqual(file.state(), { file: 'guv.yaml', ok: true, readAt: 7 });
});

test('a wrong configuration is told once, with its line, and the one before stays', async (t) => {
  const { file, write, told } = await open(t, 'resize: { max: 3 }');
  await file.refresh();
  await write('\nresize: { mxa: 3 }');
  assert.deepEqual([await file.refresh(), await file.refresh(), names(file)], [false, false, ['resize']]);
  assert.equal(told.length, 1);
  assert.match(told[0]!.join(), /^guv\.yaml:2: .*mxa/);
  assert.deepEqual(file.state().problem, told[0]);
  await write('resize: { max: 4 }');
  assert.deepEqual([await file.refresh(), file.state().ok], [true, true]);
});

test('a file that is not there, or far too large, is a problem', async (t) => {
  const { file, write, told } = await open(t);
  assert.equal(await file.refresh(), false);
  await write('#'.repeat(2_000_000));
  assert.equal(await file.refresh(), false);
  assert.deepEqual(told.flat(), [
    'guv.yaml:1: there is no such file',
    'guv.yaml:1: it has 2000000 bytes, at most 1048576 were expected',
  ]);
});

test('a role that cannot be scaled is a problem for as long as that is so', async (t) => {
  const { file, told } = await open(t, 'resize: { max: 3 }\nresise: { max: 3 }');
  await file.refresh();
  file.knowServices(['resize', 'store']);
  file.knowServices(['resize', 'store']);
  assert.equal(told.length, 1);
  assert.match(file.state().problem!.join(), /^guv\.yaml:2: resise .* did you mean resize\?/);
  file.knowServices(['resize', 'resise']);
  assert.equal(file.state().ok, true);
});
