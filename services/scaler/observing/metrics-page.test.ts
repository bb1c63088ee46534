import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMetrics, sumOf } from './metrics-page.ts';

const PAGE = `# HELP calls_total Calls
# TYPE calls_total counter
calls_total{outcome="ok",role="caption"} 12
calls_total{outcome="rate-limited",text="a } b {"} 3 1700000000000
calls_total_other{outcome="ok"} 99
cpu_seconds_total 1.5e1
broken_total NaN
`;

test('samples are read with labels, exponents and times, and no other metric of a longer name', () => {
  const found = readMetrics(PAGE, ['calls_total', 'cpu_seconds_total']);
  assert.equal(sumOf(found.get('calls_total')), 15);
  assert.equal(sumOf(found.get('calls_total'), 'outcome="rate-limited"'), 3);
  assert.equal(sumOf(found.get('cpu_seconds_total')), 15);
});

test('what is not on the page, or is no number, is unknown and not 0', () => {
  const found = readMetrics(PAGE, ['absent_total', 'broken_total']);
  assert.equal(sumOf(found.get('absent_total')), undefined);
  assert.equal(sumOf(found.get('broken_total')), undefined);
});
