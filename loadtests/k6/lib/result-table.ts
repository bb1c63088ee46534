// The table at the end of a run, made to be read in a minute.
import type { LadderResult, ResultRow } from './result.ts';

const NONE = '-';

/** 42 → `42 ms`, 3210 → `3.2 s` */
export function milliseconds(value: number | null): string {
  if (value === null) return NONE;
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

const percent = (share: number | null): string => (share === null ? NONE : `${(share * 100).toFixed(1)} %`);

/** The first column to the left, the numbers to the right. */
function lineUp(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  const cell = (text: string, i: number) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0));
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n');
}

function cells({ kind, jobs, taken, given_up, in_deadline, accepted_ms, done_ms }: ResultRow): string[] {
  const counts = [jobs, taken, given_up].map(String);
  const accepted = [accepted_ms.p50, accepted_ms.p95].map(milliseconds);
  const done = [done_ms.p50, done_ms.p95, done_ms.max].map(milliseconds);
  return [kind, ...counts, percent(in_deadline), ...accepted, ...done];
}

const HEADING = ['', 'jobs', 'taken', 'given up', 'in deadline', 'answer p50', 'p95', 'done p50', 'p95', 'longest'];

/** Shares as per cent, times with their unit. */
function thresholdValue(metric: string, threshold: string, value: number | null): string {
  if (value === null) return 'not measured';
  if (threshold.startsWith('rate')) return percent(value);
  return /^job_(accepted|done)/.test(metric) ? milliseconds(value) : String(value);
}

export function resultTable(result: LadderResult): string {
  const { scenario, sent, seconds, rows, checks, not_sent, thresholds } = result;
  const shown = rows.length > 1 ? rows : rows.map((row) => ({ ...row, kind: '' }));
  const failedChecks = checks.filter(({ failed }) => failed > 0);
  const lines = [
    `${scenario}: ${sent}; it took ${milliseconds(seconds * 1000)}`,
    '',
    lineUp([HEADING, ...shown.map(cells)]),
    '',
  ];
  if (checks.length > 0) {
    const total = checks.reduce((sum, { passed, failed }) => sum + passed + failed, 0);
    const bad = failedChecks.map(({ name, passed, failed }) => `\n  ✗ ${name}: ${failed} of ${passed + failed} not`);
    lines.push(`checks: ${bad.length === 0 ? `all ${total} hold` : `not all hold${bad.join('')}`}`);
  }
  if (not_sent > 0)
    lines.push(`not sent: ${not_sent}, all users were still waiting (the load was less than was meant)`);
  for (const { metric, threshold, value, ok } of thresholds) {
    lines.push(`${ok ? '✓' : '✗'} ${metric} ${threshold}: ${thresholdValue(metric, threshold, value)}`);
  }
  return lines.join('\n');
}
