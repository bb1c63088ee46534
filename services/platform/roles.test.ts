import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { createRoles } from './roles.ts';

async function rolesIn(t: TestContext, text?: string) {
  const folder = await mkdtemp(join(tmpdir(), 'queuelab-roles-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'guv.yaml');
  if (text !== undefined) await writeFile(file, text);
  return { file, roles: createRoles({ file, log: pino({ level: 'silent' }) }) };
}

const FIRST = "'*': { deadline: 60, processing: 1 }\nresize: { maximum: 3 }\nwords: { worker: caption, maximum: 2 }\n";

test('all who ask while the file is being read get its roles', async (t) => {
  const { roles } = await rolesIn(t, FIRST);
  const expected = [
    { role: 'resize', service: 'resize', maximum: 3 },
    { role: 'words', service: 'caption', maximum: 2 },
  ];
  assert.deepEqual(await Promise.all([roles.all(), roles.all(), roles.all()]), [expected, expected, expected]);
});

test('a file that has changed counts at the next question', async (t) => {
  const { file, roles } = await rolesIn(t, FIRST);
  await roles.all();
  await writeFile(file, FIRST.replace('maximum: 3', 'maximum: 12'));
  assert.equal((await roles.all())[0]?.maximum, 12);
});

test('a file that cannot be used leaves the last good one in force, and why is known until it is mended', async (t) => {
  const { file, roles } = await rolesIn(t, FIRST);
  await roles.all();
  await writeFile(file, 'resize: { maximum: many }\n');
  assert.equal((await roles.all())[0]?.maximum, 3);
  assert.match(roles.problem() ?? '', /guv\.yaml:1: /);
  await writeFile(file, FIRST);
  await roles.all();
  assert.equal(roles.problem(), undefined);
});

test('where there never was a good file there are no roles, and why is said', async (t) => {
  const { roles } = await rolesIn(t);
  await assert.rejects(roles.all(), /ENOENT/);
});
