import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { Comparison } from './comparison.ts';
import { exampleComparison } from './example-comparison.ts';
import { conclusion, measureRows, remarks, sampleLine, textReport, timeText } from './report-text.ts';

test('both runs stand side by side, and what it comes to below', () => {
  assert.equal(
    stripVTControlCharacters(textReport(exampleComparison)),
    `                         scaling off  scaling on
done within 10 s              37.5 %      87.5 %
half of them within           12.0 s       2.5 s
95 % within                 not done      10.5 s
99 % within                 not done      10.5 s
longest backlog, images            6           4
most replicas                      2           5
replica-seconds                   60          50
all done after              not done      12.0 s
refused                            1           0
not done, cancelled                1           0

87.5 % of 8 jobs were done within 10 s with scaling on, 37.5 % with scaling off; that took 50 replica-seconds against 60 (0.8 times as many)
The run with scaling off was ended 1 min after its last arrival; what was not done by then counts as late, and was cancelled.`,
  );
});

test('the better value of each row is known, and where both are equal there is none', () => {
  const best = Object.fromEntries(measureRows(exampleComparison).map((row) => [row.label, row.best]));
  assert.equal(best['done within 10 s'], 1);
  assert.equal(best['replica-seconds'], 1);
  assert.equal(best['most replicas'], undefined, 'more replicas are neither better nor worse');
  const same = { ...exampleComparison, runs: [exampleComparison.runs[1], exampleComparison.runs[1]] } as Comparison;
  assert.ok(measureRows(same).every((row) => row.best === undefined));
});

test('a load that was no trouble without scaling is told, with one to try', () => {
  const [, on] = exampleComparison.runs;
  const easy: Comparison = { ...exampleComparison, deadline: 60, runs: [on, on] };
  assert.deepEqual(remarks(easy), [
    'This load was no trouble without scaling: --rate 4 asks for more than the first replicas can do.',
  ]);
});

test('what held the scaler back is told in its own words', () => {
  const [off, on] = exampleComparison.runs;
  const sentence = 'resize stays at 1: the host is full';
  const [said] = remarks({ ...exampleComparison, runs: [on, { ...on, held: { resize: sentence } }] });
  assert.equal(said, `What held the scaler back in the run with scaling on: ${sentence}`);
  assert.equal(remarks({ ...exampleComparison, runs: [off, on] }).length, 1);
});

test('where the cost is not known the sentence says nothing of it', () => {
  const [off, on] = exampleComparison.runs;
  const text = conclusion({ what: 'scaling', deadline: 10, runs: [off, { ...on, replicaSeconds: null }] });
  assert.equal(text, '87.5 % of 8 jobs were done within 10 s with scaling on, 37.5 % with scaling off');
});

test('time without an end is said in words', () => {
  assert.deepEqual([3.21, Number.POSITIVE_INFINITY, Number.NaN].map(timeText), ['3.2 s', 'not done', 'none done']);
});

test('a line tells what came, what is done, and of each role what waits and how many work on it', () => {
  const [, second] = exampleComparison.runs[0].samples;
  assert.equal(
    sampleLine(second!),
    '  10 s  due    8  done    3  in time    3   backlog resize    5  store    1   replicas resize  1  store  1',
  );
  assert.match(sampleLine({ ...second!, roles: {} }), /the scaler does not answer$/);
});
