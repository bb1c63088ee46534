import assert from 'node:assert/strict';
import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseGraph } from '../services/coordinator/graph/parse.ts';
import { saveGraph } from './graph-save.ts';

const graph = parseGraph('a(A) OUT -> IN b(B)\na OUT -> IN c(C)\n', 'test.fbp');

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'queuelab-save-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

test('a file keeps its comments, its rights, and nothing is left beside it', async (t) => {
  const dir = await folder(t);
  const file = join(dir, 'test.fbp');
  await writeFile(file, '# why\na(A) OUT -> IN b(B)\n');
  await chmod(file, 0o640);
  assert.equal(await saveGraph(graph, file), true);
  assert.equal(await readFile(file, 'utf8'), '# why\na(A) OUT -> IN b(B)\na OUT -> IN c(C)\n');
  assert.equal((await stat(file)).mode & 0o777, 0o640);
  assert.deepEqual(await readdir(dir), ['test.fbp']);
});

test('a file that says it already is left alone', async (t) => {
  const file = join(await folder(t), 'test.fbp');
  assert.equal(await saveGraph(graph, file), true, 'a new file is written');
  const { mtimeMs, ino } = await stat(file);
  assert.equal(await saveGraph(graph, file), false);
  const after = await stat(file);
  assert.deepEqual([after.mtimeMs, after.ino], [mtimeMs, ino]);
});

test('a file that cannot be parsed is not written over', async (t) => {
  const file = join(await folder(t), 'test.fbp');
  await writeFile(file, '# precious\na(A) OUT ->\n');
  await assert.rejects(saveGraph(graph, file), /test\.fbp:\d+:\d+/);
  assert.match(await readFile(file, 'utf8'), /precious/);
});

test('a link stays a link: the file that it leads to is written', async (t) => {
  const dir = await folder(t);
  const [file, link] = [join(dir, 'real.fbp'), join(dir, 'link.fbp')];
  await writeFile(file, '');
  await symlink(file, link);
  await saveGraph(graph, link);
  assert.ok((await lstat(link)).isSymbolicLink());
  assert.match(await readFile(file, 'utf8'), /a OUT -> IN c/);
});

test('a name that ends in .json gets JSON, which reads back whole', async (t) => {
  const file = join(await folder(t), 'test.json');
  await saveGraph(graph, file);
  assert.deepEqual(parseGraph(await readFile(file, 'utf8'), file).edges, graph.edges);
});
