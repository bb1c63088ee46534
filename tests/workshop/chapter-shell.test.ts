// The shell that walks the chapters.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { eventually } from '../helpers/eventually.ts';
import { type ChapterShell, openChapterShell } from './chapter-shell.ts';

function shellOf(t: TestContext, options?: { limitMs: number }): ChapterShell {
  const shell = openChapterShell({ ...process.env, GREETING: "it's" }, options);
  t.after(() => shell.end());
  return shell;
}

test('what one block sets, the next one finds', async (t) => {
  const shell = shellOf(t);
  await shell.run('n=3\nadd() { echo "$GREETING $((n + $1))"; }');
  assert.deepEqual(await shell.run('add 2'), { code: 0, output: "it's 5\n" });
});

test('standard output and standard error come in their order', async (t) => {
  const { output } = await shellOf(t).run('echo a; echo b >&2; bash -c "echo c; echo d >&2; printf e"');
  assert.equal(output, 'a\nb\nc\nd\ne');
});

test('a block ends with the code of the first command that fails', async (t) => {
  const shell = shellOf(t);
  assert.equal((await shell.run('(exit 3)\n(exit 4)\ntrue')).code, 3);
  assert.equal((await shell.run('true')).code, 0);
  assert.equal((await shell.run('false || true\nif false; then echo; fi\n! false')).code, 0);
  assert.equal((await shell.run('x=$(exit 5)')).code, 5);
  assert.equal((await shell.run('no-such-command')).code, 127);
});

test('a mistake in a block is told, and the next block runs', async (t) => {
  const shell = shellOf(t);
  const { code, output } = await shell.run('if then "');
  assert.notEqual(code, 0);
  assert.match(output, /syntax error|unexpected/);
  assert.deepEqual(await shell.run('echo on'), { code: 0, output: 'on\n' });
});

test('a command that reads finds nothing to read, and does not eat the next block', async (t) => {
  const shell = shellOf(t);
  assert.deepEqual(await shell.run('cat; echo read'), { code: 0, output: 'read\n' });
});

test('what a block puts in the background goes on, and ends with the shell', async (t) => {
  const shell = shellOf(t);
  const { output } = await shell.run('tail -f /dev/null & echo $!');
  const pid = Number(output);
  process.kill(pid, 0); // it is there
  await shell.end();
  await eventually('it is gone', () => {
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
    return /^(Z|$)/.test(stdout.trim()); // ended, if not yet buried
  });
});

test('a block that does not end in time is ended, with what it said', async (t) => {
  const shell = shellOf(t, { limitMs: 300 });
  await assert.rejects(shell.run('echo begun; tail -f /dev/null'), /did not end within 0.3 s; so far it said:\nbegun/);
  await assert.rejects(shell.run('echo more'), /the shell has ended/);
});

test('a block that ends the shell is told', async (t) => {
  await assert.rejects(shellOf(t).run('echo bye; exit 0'), /the shell has ended; the last it said:\nbye/);
});
