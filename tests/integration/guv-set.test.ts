// ./lab guv set as a person runs it: the file of the running lab, which the others read, all values or none.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Scope } from '../helpers/broker.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LAB = join(ROOT, 'scripts/lab.ts');

/** A folder with the lab's own guv.yaml and docker-compose.yml, as GUV_FOLDER names it. */
async function openFolder(t: Scope) {
  const folder = await mkdtemp(join(tmpdir(), 'queuelab-set-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const file of ['guv.yaml', 'docker-compose.yml']) await copyFile(join(ROOT, file), join(folder, file));
  const file = join(folder, 'guv.yaml');

  async function guv(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
    const env = { ...process.env, NO_COLOR: '1', GUV_FOLDER: folder };
    const child = spawn(process.execPath, [LAB, 'guv', ...args], { env });
    t.after(async () => void child.kill('SIGKILL'));
    const said = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, ...said };
  }
  return {
    guv,
    set: (...args: string[]) => guv('set', ...args),
    text: () => readFile(file, 'utf8'),
    write: (text: string) => writeFile(file, text),
  };
}

test("set changes the running lab's file, keeps the rest, and says each line before and after", async (t) => {
  const { set, text } = await openFolder(t);
  const before = await text();
  const { code, out } = await set('resize.deadline=4', 'caption.policy=guv');
  assert.equal(code, 0);
  assert.match(
    out,
    /^guv\.yaml:\d+ resize\.deadline\n- deadline: 6\n\+ deadline: 4\nguv\.yaml:\d+ caption\.policy\n\+ policy: guv\n$/,
  );
  const after = await text();
  assert.equal(after.replace('deadline: 4', 'deadline: 6').replace('  policy: guv\n', ''), before);
});

test('validate and capacity read the file that set has written', async (t) => {
  const { guv, set, write } = await openFolder(t);
  await set('store.maximum=9');
  const { out } = await guv('capacity', '--json');
  const { roles } = JSON.parse(out) as { roles: { role: string; maximum: number }[] };
  assert.equal(roles.find(({ role }) => role === 'store')?.maximum, 9);
  await write('resize: {deadline: soon}\n');
  assert.equal((await guv('validate')).code, 1);
});

test('set says where the file has it already', async (t) => {
  const { set, text } = await openFolder(t);
  const before = await text();
  const { code, out } = await set('resize.deadline=6');
  assert.equal(code, 0);
  assert.match(out, /^guv\.yaml:\d+ says it already: deadline: 6\n$/);
  assert.equal(await text(), before);
});

test('where one value is wrong none is written', async (t) => {
  const { set, text } = await openFolder(t);
  const before = await text();
  const wrong = await set('resize.maximum=4', 'resize.minimun=2');
  assert.equal(wrong.code, 1);
  assert.match(
    wrong.err,
    /:\d+: resize\.minimun is an unknown property; did you mean minimum\?\n.*guv\.yaml was not changed\n$/,
  );
  const stranger = await set('resize.worker=nobody');
  assert.equal(stranger.code, 1);
  assert.match(stranger.err, /its worker nobody is no service that can be scaled/);
  assert.equal(await text(), before);
});

const refused: [string, string[], RegExp][] = [
  ['nothing to set', [], /^lab: \.\/lab guv set wants role\.key=value such as resize\.deadline=4\n$/],
  [
    'what is no value',
    ['resize.deadline'],
    /^lab: expected role\.key=value such as resize\.deadline=4, got "resize\.deadline"\n$/,
  ],
  [
    'a role that is not there',
    ['resise.deadline=4'],
    /^lab: the file has no role resise; it has resize, caption, store\n$/,
  ],
  ['an option of another', ['resize.deadline=4', '--write'], /^lab: \.\/lab guv set has no --write\n$/],
];
test('bad input is refused in one line, with exit code 2', async (t) => {
  const { set, text } = await openFolder(t);
  const before = await text();
  for (const [what, args, message] of refused) {
    const { code, err } = await set(...args);
    assert.equal(code, 2, what);
    assert.match(err, message, what);
  }
  assert.equal(await text(), before);
});
