import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

const MODULE = new URL('pristine-files.ts', import.meta.url).href;
const FILES = ['guv.yaml', 'service.fbp'];
const PROGRAM = `const { restoreFiles } = await import('${MODULE}'); console.log(JSON.stringify(await restoreFiles()));`;

interface Lab {
  /** Its guv.yaml and service.fbp, which are elsewhere than the checkout. */
  folder: string;
  restore(): string[];
  kept(): string[];
}

function openLab(t: TestContext, { git = true } = {}): Lab {
  const [root, folder] = ['checkout', 'files'].map((name) => {
    const made = mkdtempSync(join(tmpdir(), `queuelab-${name}-`));
    t.after(() => rmSync(made, { recursive: true, force: true }));
    return made;
  }) as [string, string];
  for (const file of FILES) {
    copyFileSync(file, join(root, file));
    copyFileSync(file, join(folder, file));
  }
  const run = (program: string, ...args: string[]): string =>
    execFileSync(program, args, {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, GUV_FOLDER: folder, GRAPH_FOLDER: folder, GIT_CEILING_DIRECTORIES: tmpdir() },
    });
  if (git) {
    run('git', 'init', '--quiet');
    run('git', 'add', ...FILES);
    run(
      'git',
      '-c',
      'user.name=t',
      '-c',
      'user.email=t@t',
      '-c',
      'commit.gpgsign=false',
      'commit',
      '--quiet',
      '-m',
      'x',
    );
  }
  return {
    folder,
    restore: () => JSON.parse(run(process.execPath, '--input-type=module', '-e', PROGRAM)) as string[],
    kept: () => readdirSync(join(root, '.lab/kept')).map((file) => join(root, '.lab/kept', file)),
  };
}

test('files that are as they came are left alone', (t) => {
  assert.deepEqual(openLab(t).restore(), []);
});

test('a file that was changed is put back, and what stood there is kept', (t) => {
  const { folder, restore, kept } = openLab(t);
  writeFileSync(join(folder, 'guv.yaml'), 'resize: {deadline: soon}\n');
  const [said = '', ...others] = restore();
  assert.match(said, /guv\.yaml is as it came; what was there is kept in \.lab\/kept\/\S+-guv\.yaml$/);
  assert.deepEqual(others, []);
  assert.equal(readFileSync(join(folder, 'guv.yaml'), 'utf8'), readFileSync('guv.yaml', 'utf8'));
  assert.deepEqual(
    kept().map((file) => readFileSync(file, 'utf8')),
    ['resize: {deadline: soon}\n'],
  );
});

test('a file that was taken away is there again', (t) => {
  const { folder, restore } = openLab(t);
  rmSync(join(folder, 'service.fbp'));
  assert.deepEqual(restore(), [`${join(folder, 'service.fbp')} is as it came`]);
  assert.equal(readFileSync(join(folder, 'service.fbp'), 'utf8'), readFileSync('service.fbp', 'utf8'));
});

test('where git gives no file back they stay as they are, and why is said of each; of one that is wrong also what', (t) => {
  const { folder, restore } = openLab(t, { git: false });
  writeFileSync(join(folder, 'guv.yaml'), 'resize: {minimun: 3}\n');
  writeFileSync(join(folder, 'service.fbp'), '# mine\nweb(HttpApi) IMAGES -> IN resize(ResizeImage)\n');
  const [guv = '', graph = '', ...others] = restore();
  assert.match(
    guv,
    /guv\.yaml:1: resize\.minimun is an unknown property.*; it stays as it is: git does not give it back \(fatal: .+\)$/,
  );
  assert.match(graph, /service\.fbp stays as it is: git does not give it back \(fatal: .+\)$/);
  assert.deepEqual(others, []);
  assert.match(readFileSync(join(folder, 'guv.yaml'), 'utf8'), /minimun/);
});
