// How a load is doing, in words for people: a line each second, and a sentence for the whole of it.
import type { LoadState } from '../../services/dial/dial.ts';
import { swings } from '../../services/dial/settings.ts';
import type { RoleStatus } from '../../services/scaler/live-role.ts';
import { printable } from '../printable.ts';
import { amount } from '../scaling/moments.ts';
import { paint, plural, seconds } from '../terminal.ts';

const COLUMNS: [heading: string, value: (state: LoadState) => string][] = [
  ['wanted/s', ({ wanted }) => amount(wanted)],
  ['sent/s', ({ rates }) => amount(rates.sent)],
  ['accepted/s', ({ rates }) => amount(rates.accepted)],
  ['refused/s', ({ rates }) => amount(rates.refused)],
  ['failed', ({ counts }) => String(counts.failed + counts.timed_out)],
  ['not sent', ({ counts }) => String(counts.not_sent)],
  ['in flight', ({ counts }) => String(counts.in_flight)],
  ['p95', ({ accept_seconds: { last_10_s: last } }) => (last === null ? '-' : seconds(last.p95))],
];
/** `59 min 59 s` never stands here: a job is given up before. */
const WIDEST = 7;

const row = (cells: readonly string[]): string =>
  cells.map((cell, n) => cell.padStart(Math.max(WIDEST, COLUMNS[n]![0].length))).join('  ');

export const heading = (): string => paint('dim', `${row(COLUMNS.map(([name]) => name))}  waiting`);

/** `resize 120, caption 3`: jobs that wait at each role, or in its hands. */
function backlog(roles: readonly RoleStatus[]): string {
  return roles
    .filter(({ situation }) => situation !== undefined)
    .map(({ role, situation }) => `${printable(role)} ${situation!.waiting + situation!.inHand}`)
    .join(', ');
}

/** @param roles as the scaler sees them; none where it does not answer */
export function line(state: LoadState, roles: readonly RoleStatus[]): string {
  const text = `${row(COLUMNS.map(([, value]) => value(state)))}  ${backlog(roles)}`.trimEnd();
  return state.problem === null ? text : `${text}\n${paint('red', `  ${printable(state.problem)}`)}`;
}

/** As it was asked for: three digits, and no zeros behind the point. */
const plain = (rate: number): string => String(Number(rate.toPrecision(3)));

/** `sine, 2 to 20 jobs a second, sets of 5 images` */
export function describe({ settings }: LoadState): string {
  if (settings === null) return 'no load';
  const { shape, rate, low, set } = settings;
  const jobs = `${plain(rate)} ${rate === 1 ? 'job' : 'jobs'} a second`;
  const range = swings(shape) ? `${plain(low)} to ${jobs}` : shape === 'trace' ? `up to ${jobs}` : jobs;
  return `${shape}, ${range}${set === 1 ? '' : `, sets of ${plural(set, 'image')}`}`;
}

const byName = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${printable(name)}: ${count}`)
    .join(', ');

/** What became of all jobs. */
export function summary({ counts, since, ended, accept_seconds: { since_start: all } }: LoadState): string {
  const lasted = (Date.parse(ended ?? new Date().toISOString()) - Date.parse(since ?? '')) / 1_000;
  const bad = [
    counts.refused > 0 ? `${counts.refused} refused (${byName(counts.refused_by_status)})` : '',
    counts.failed > 0 ? `${counts.failed} failed (${byName(counts.failed_by_reason)})` : '',
    counts.timed_out > 0 ? `${counts.timed_out} without an answer in time` : '',
    counts.not_sent > 0 ? `${counts.not_sent} not sent` : '',
    counts.in_flight > 0 ? `${counts.in_flight} still in flight` : '',
  ].filter(Boolean);
  const times = all === null ? '' : `; half of them within ${seconds(all.p50)}, 95 % within ${seconds(all.p95)}`;
  return `${plural(counts.due, 'job')} due in ${seconds(lasted)}: ${[`${counts.accepted} accepted`, ...bad].join(', ')}${times}`;
}
