import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { lineSplitter, renderLogLine } from './log-line.ts';

const render = (line: string): string => stripVTControlCharacters(renderLogLine('resize-1', line));

test('a JSON line becomes time, replica, message and what else it holds', () => {
  const line =
    '{"level":"info","time":"2026-01-02T03:04:05.678Z","service":"resize","replica":"resize-1","item":"a.1","ms":3,"msg":"done"}';
  assert.match(render(line), /^\d\d:\d\d:05\.678 resize-1 {7}│ done item=a\.1 ms=3$/);
});

test('a warning says that it is one, and why', () => {
  const line = '{"level":"warn","time":"2026-01-02T03:04:05.678Z","err":{"message":"refused"},"msg":"not connected"}';
  assert.match(render(line), /│ warn not connected refused$/);
});

test('a line that is not JSON is shown as it is, without its colours', () => {
  assert.match(render('\u001b[31mStarting broker\u001b[0m'), /resize-1 {7}│ Starting broker$/);
  assert.match(render('{broken'), /│ \{broken$/);
});

test('lines are whole, however the bytes come', () => {
  const lines: string[] = [];
  const feed = lineSplitter((line) => lines.push(line));
  for (const chunk of ['one\ntw', 'o\n', '\nthree']) feed(Buffer.from(chunk));
  assert.deepEqual(lines, ['one', 'two']);
});
