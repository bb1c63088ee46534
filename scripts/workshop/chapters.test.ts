import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CannotRun } from '../command.ts';
import { findChapter, readChapters, titleOf } from './chapters.ts';

function folderWith(t: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'queuelab-chapters-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test('chapters are the numbered files of the folder, in order, with the titles of their headings', (t) => {
  const folder = folderWith(t, {
    'README.md': '# The workshop\n',
    '10-later.md': '# 10 Later\n',
    '02-kill-a-worker.md': 'A line before.\n\n# 02 Kill a worker\n\n## 3 Not this\n',
    '03-no-heading.md': 'Nothing.\n',
    'notes.txt': '# 04 Notes\n',
  });
  assert.deepEqual(readChapters(folder), [
    { number: 2, file: join(folder, '02-kill-a-worker.md'), title: 'Kill a worker' },
    { number: 3, file: join(folder, '03-no-heading.md'), title: 'no-heading' },
    { number: 10, file: join(folder, '10-later.md'), title: 'Later' },
  ]);
});

test('a title is the heading without its number', () => {
  const headings = ['# 2 Kill a worker', '# 02. Kill a worker', '# Chapter 2: Kill a worker', '# Kill a worker  '];
  for (const heading of headings) assert.equal(titleOf(`${heading}\n`), 'Kill a worker');
  assert.equal(titleOf('# 100 jobs at once\n'), '100 jobs at once');
  assert.equal(titleOf('## Not a title\n'), undefined);
});

test('a chapter is found by its number, and what is none is told which there are', () => {
  const chapters = [0, 1, 2].map((number) => ({ number, file: `0${number}.md`, title: `The ${number}` }));
  assert.deepEqual(
    ['0', '2', '02'].map((given) => findChapter(chapters, given).number),
    [0, 2, 2],
  );
  for (const given of ['9', 'x', '', '-1', '1.0', '002', '1e0', 'two\u001b[31m']) {
    assert.throws(
      () => findChapter(chapters, given),
      (error) => error instanceof CannotRun && /^there is no chapter ".*"; there are 0, 1, 2$/.test(error.message),
    );
  }
});
