// `./lab check` and `./lab progress` where there is nothing to check: what cannot run ends with 2 and one line.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setPassed } from '../workshop/progress-file.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LAB = join(root, 'tests/helpers/lab-command.ts');
const CHAPTERS = { '00-before.md': '# 00 Before you start\n', '01-first.md': '# 01 A first job\n' };

/** A folder with two chapters in which no lab runs. */
function folderWithoutLab(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'queuelab-check-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'workshop'));
  for (const [name, text] of Object.entries(CHAPTERS)) writeFileSync(join(folder, 'workshop', name), text);
  copyFileSync(join(root, 'docker-compose.yml'), join(folder, 'docker-compose.yml'));
  return folder;
}

function run(folder: string, ...args: string[]) {
  const env = { ...process.env, COMPOSE_PROJECT_NAME: `queuelab-none-${process.pid}` };
  const { status, stdout, stderr } = spawnSync(process.execPath, [LAB, folder, ...args], { encoding: 'utf8', env });
  return { status, stdout, stderr };
}

test('what is no chapter is told which there are', (t) => {
  const folder = folderWithoutLab(t);
  for (const given of ['9', 'x']) {
    const { status, stdout, stderr } = run(folder, 'check', given);
    assert.deepEqual([status, stdout], [2, '']);
    assert.equal(stderr, `lab: there is no chapter "${given}"; there are 0, 1\n`);
  }
});

test('where no lab runs, that is said', (t) => {
  const { status, stdout, stderr } = run(folderWithoutLab(t), 'check', '1', '--json');
  assert.deepEqual([status, stdout, stderr], [2, '', 'lab: the lab is not running; ./lab up starts it\n']);
});

test('progress needs no lab, and begins at the first chapter', (t) => {
  const { status, stdout } = run(folderWithoutLab(t), 'progress', '--json');
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(stdout), {
    since: null,
    chapters: [
      { chapter: 0, title: 'Before you start', file: 'workshop/00-before.md', passed: null },
      { chapter: 1, title: 'A first job', file: 'workshop/01-first.md', passed: null },
    ],
    next: 0,
  });
});

test('what was passed is shown, with the chapter that is next', async (t) => {
  const folder = folderWithoutLab(t);
  await setPassed(0, { at: new Date('2026-01-31T12:00:00.000Z'), root: folder });
  const { status, stdout } = run(folder, 'progress');
  assert.equal(status, 0);
  assert.match(stdout, /^ +0 {2}Before you start {2}✔ 31 Jan 2026/m);
  assert.match(stdout, /\n\nnext: .\/lab goto 1, and open workshop\/01-first\.md\n$/);
});
