import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { comparison, share } from './comparison.ts';
import { exampleRun } from './example-run.ts';
import type { PolicyRun } from './run.ts';

const text = (runs: PolicyRun[], width = 100): string => stripVTControlCharacters(comparison(runs, width));

test('policies stand below each other, and what it comes to stands below, with the cost beside that of the first', () => {
  const guv = { ...exampleRun('guv', ['resize'], 10), polls: [30] };
  guv.report.roles[0]!.replicaSeconds.idle = 1_060.4;
  assert.equal(
    text([exampleRun('deadline'), guv]),
    `flash crowd for 10 min, seed 1
p50 to max: seconds from arrival to done; work to drain: replica-seconds; backlog: jobs at the most

resize  5700 jobs, deadline 15 s
policy    in deadline   p50  p90   p99  max  work  idle  boot  drain  up/down  backlog
deadline      99.87 %  0.81  4.2  12.5  130  1200   300    12      8      3/2       39
guv           99.87 %  0.81  4.2  12.5  130  1200  1060    12      8      3/2      390

policy    in deadline  looks every  replica-seconds  beside deadline
deadline      99.12 %          2 s             1521             1.00
guv           99.12 %         30 s             2281             1.50`,
  );
});

test('columns of all roles line up, and all of the way is judged by the sum of the deadlines', () => {
  const lines = text([exampleRun('deadline', ['resize', 'caption'])]).split('\n');
  const rows = lines.filter((line) => /^(policy|deadline) .* (backlog|39)$/.test(line));
  assert.deepEqual(new Set(rows.map((line) => line.length)).size, 1);
  assert.ok(lines.includes('in all  deadline 30 s from end to end'));
});

test('a share is never rounded up to all', () => {
  assert.deepEqual([1, 0.99999, 0.9987, 0.8654, 0].map(share), ['100 %', '99.99 %', '99.87 %', '86.5 %', '0.0 %']);
});

test('crashes are told', () => {
  const run = exampleRun('deadline');
  run.report.roles[0]!.crashes = 3;
  assert.match(text([run]), / crashes\ndeadline .* 3$/);
});

test('a role in which nothing was done has no times', () => {
  const run = exampleRun('deadline');
  run.report.roles[0]!.seconds = { p50: Number.NaN, p90: Number.NaN, p99: Number.NaN, max: Number.NaN };
  assert.doesNotMatch(text([run]), /NaN/);
});

test('it fits a terminal of 100 columns with the longest of our policies', () => {
  const lines = text(['deadline', 'guv', 'keda-queue-length'].map((policy) => exampleRun(policy))).split('\n');
  for (const line of lines) assert.ok(line.length <= 100, `${line.length}: ${line}`);
});

test('a narrow terminal gets fewer columns, and no broken lines', () => {
  const lines = text([exampleRun('deadline'), exampleRun('keda-queue-length')], 80).split('\n');
  for (const line of lines) assert.ok(line.length <= 80, `${line.length}: ${line}`);
  assert.ok(lines.some((line) => /^policy .* backlog$/.test(line) && !line.includes('p90')));
});
