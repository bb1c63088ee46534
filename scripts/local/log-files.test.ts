import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLogReader } from './log-files.ts';

const entry = (second: number, msg: string): string => `{"time":"2026-01-01T00:00:0${second}.000Z","msg":"${msg}"}\n`;

test('the last lines of all replicas come in the order of their times, and then what is added', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'queuelab-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a-1.log'), `${entry(1, 'one') + entry(3, 'three')}a stack trace\n`);
  writeFileSync(join(folder, 'b-1.log'), entry(2, 'two') + entry(4, 'four'));
  const added: string[] = [];
  const reader = createLogReader(
    folder,
    () => true,
    (replica, line) => added.push(`${replica} ${line}`),
  );
  const words = reader.last(10).map(({ line }) => /"msg":"(\w+)"/.exec(line)?.[1] ?? line);
  assert.deepEqual(words, ['one', 'two', 'three', 'a stack trace', 'four']);
  appendFileSync(join(folder, 'a-1.log'), 'five\nsi');
  writeFileSync(join(folder, 'c-1.log'), 'new\n');
  await reader.poll();
  appendFileSync(join(folder, 'a-1.log'), 'x\n');
  await reader.poll();
  assert.deepEqual(added, ['a-1 five', 'c-1 new', 'a-1 six']);
});

test('only the logs of the wanted replicas are read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'queuelab-test-'));
  writeFileSync(join(folder, 'a-1.log'), 'a\n');
  writeFileSync(join(folder, 'b-1.log'), 'b\n');
  const lines = createLogReader(
    folder,
    (replica) => replica === 'b-1',
    () => undefined,
  ).last(5);
  rmSync(folder, { recursive: true });
  assert.deepEqual(
    lines.map(({ line }) => line),
    ['b'],
  );
});
