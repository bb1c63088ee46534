// What the ladder makes of k6's numbers, and how it shows them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resultOf, type SummaryData } from '../../loadtests/k6/lib/result.ts';
import { milliseconds, resultTable } from '../../loadtests/k6/lib/result-table.ts';

const trend = (p50: number) => ({
  values: { med: p50, 'p(95)': 2 * p50, 'p(99)': 3 * p50, max: 4 * p50 },
});

/** 4 jobs, of which 3 were taken and 2 done in time. */
function data(more: SummaryData['metrics'] = {}): SummaryData {
  return {
    state: { testRunDurationMs: 20_500 },
    metrics: {
      job_taken: { values: { rate: 0.75, passes: 3, fails: 1 } },
      job_accepted: trend(8),
      job_done: { ...trend(600), thresholds: { 'p(95)<1000': { ok: false } } },
      in_deadline: { values: { rate: 2 / 3, passes: 2, fails: 1 }, thresholds: { 'rate>0.5': { ok: true } } },
      job_given_up: { values: { count: 1 } },
      ...more,
    },
    root_group: { checks: [{ name: 'every image is done', passes: 2, fails: 1 }] },
  };
}

const result = (more?: SummaryData['metrics']) => resultOf('04-thresholds', '2 jobs a second', data(more), new Date(0));

test('a run is counted as its users see it: sent, taken, in time, given up', () => {
  const [all] = result().rows;
  assert.deepEqual(
    { jobs: all?.jobs, taken: all?.taken, given_up: all?.given_up, in_deadline: all?.in_deadline },
    { jobs: 4, taken: 3, given_up: 1, in_deadline: 2 / 3 },
  );
  assert.deepEqual(all?.done_ms, { p50: 600, p95: 1200, p99: 1800, max: 2400 });
});

test('one threshold that is crossed fails the run, and its value is told', () => {
  const { passed, thresholds } = result();
  assert.equal(passed, false);
  assert.deepEqual(thresholds[1], { metric: 'job_done', threshold: 'p(95)<1000', value: 1200, ok: false });
});

test('kinds of jobs have rows of their own', () => {
  const { rows } = result({ 'job_taken{kind:urgent}': { values: { rate: 1, passes: 1, fails: 0 } } });
  assert.deepEqual(
    rows.map(({ kind, jobs }) => [kind, jobs]),
    [
      ['urgent', 1],
      ['all', 4],
    ],
  );
});

test('what could not be measured is no zero', () => {
  const nothing = { values: { med: 0, 'p(95)': 0, 'p(99)': 0, max: 0 } };
  const none = { values: { rate: 0, passes: 0, fails: 0 } };
  const [all] = result({ in_deadline: none, job_taken: none, job_done: nothing, job_accepted: nothing }).rows;
  assert.deepEqual([all?.in_deadline, all?.done_ms.p50, all?.accepted_ms.max], [null, null, null]);
});

test('the table lines up, and says what was crossed, by how much, and what does not hold', () => {
  const text = resultTable(result({ dropped_iterations: { values: { count: 7 } } }));
  assert.match(text, /^04-thresholds: 2 jobs a second; it took 20\.5 s$/m);
  assert.match(text, /^ +4 +3 +1 +66\.7 % +8 ms +16 ms +600 ms +1\.2 s +2\.4 s$/m);
  assert.match(text, /^✗ job_done p\(95\)<1000: 1\.2 s$/m);
  assert.match(text, /^✓ in_deadline rate>0\.5: 66\.7 %$/m);
  assert.match(text, /✗ every image is done: 1 of 3 not/);
  assert.match(text, /^not sent: 7, /m);
});

test('times are shown in the unit in which a person would say them', () => {
  assert.deepEqual([null, 0.4, 42.4, 3210].map(milliseconds), ['-', '0 ms', '42 ms', '3.2 s']);
});
