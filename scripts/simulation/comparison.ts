// `./lab simulate`: policies side by side in tables, a role after the other.
import { stripVTControlCharacters } from 'node:util';
import type { RoleReport, SimulationReport } from '../../services/scaler/simulator/types.ts';
import { printable } from '../printable.ts';
import { amount, timeLabel } from '../scaling/moments.ts';
import { wrapped } from '../scaling/wrapped.ts';
import { paint, plural, table } from '../terminal.ts';
import type { PolicyRun } from './run.ts';

const HEADING = [
  'policy',
  'in deadline',
  'p50',
  'p90',
  'p99',
  'max',
  'work',
  'idle',
  'boot',
  'drain',
  'up/down',
  'backlog',
];
const LEGEND = 'p50 to max: seconds from arrival to done; work to drain: replica-seconds; backlog: jobs at the most';
/** These go first where the terminal is too narrow for all; --json has all of them. */
const SPARE = ['p90', 'boot', 'drain', 'p50', 'max'];
/** Below this share in deadline it is shown as bad, from this on as good. */
const WANTED = { least: 0.98, good: 0.998 };

/** `99.8 %`; never rounded up to all where a job was late. */
export function share(value: number): string {
  const percent = Math.floor(value * 10_000) / 100;
  return `${percent === 100 ? '100' : percent.toFixed(percent >= 99 ? 2 : 1)} %`;
}

function styledShare(value: number): string {
  if (value >= WANTED.good) return paint('green', share(value));
  return value >= WANTED.least ? share(value) : paint('red', share(value));
}

/** Seconds in few characters: `0.81`, `12.4`, `310`. */
const short = (value: number): string => (Number.isFinite(value) ? amount(value) : '');

function row(policy: string, { attainment, seconds: times, replicaSeconds, actions, backlog }: RoleReport): string[] {
  const { working, idle, booting, draining } = replicaSeconds;
  return [
    paint('bold', printable(policy)),
    styledShare(attainment),
    ...[times.p50, times.p90, times.p99, times.max].map(short),
    ...[working, idle, booting, draining].map((value) => String(Math.round(value))),
    `${actions.up}/${actions.down}`,
    String(backlog.max),
  ];
}

/** A table without as many of the spare columns as do not fit. */
function fitted(rows: readonly (readonly string[])[], width: number, spare: readonly string[] = SPARE): string {
  const text = table(rows);
  const [next, ...others] = spare;
  if (next === undefined || text.split('\n').every((line) => stripVTControlCharacters(line).length <= width))
    return text;
  const column = rows[0]!.indexOf(next);
  return fitted(
    rows.map((cells) => cells.toSpliced(column, 1)),
    width,
    others,
  );
}

/** A table for each role, with the policies below each other; their columns line up from one table to the next. */
function roleTables(runs: readonly PolicyRun[], width: number): string[] {
  const [first] = runs;
  const { roles } = first!.report;
  const rows = roles.flatMap((_, index) => runs.map(({ policy, report }) => row(policy, report.roles[index]!)));
  const [head, ...lines] = fitted([HEADING, ...rows], width).split('\n');
  return roles.map(({ role, jobs }, index) => {
    const title = `${paint('bold', printable(role))}  ${plural(jobs, 'job')}, deadline ${timeLabel(first!.deadlines[index]!)}`;
    return [title, head, ...lines.splice(0, runs.length)].join('\n');
  });
}

export const costOf = ({ roles }: SimulationReport): number =>
  roles.reduce((sum, { replicaSeconds }) => sum + Object.values(replicaSeconds).reduce((a, b) => a + b, 0), 0);

/** What all of it comes to: the share in deadline from end to end, and the cost, also beside that of the first policy. */
function conclusion(runs: readonly PolicyRun[]): string {
  const { deadlines, policy: first, report } = runs[0]!;
  const all = timeLabel(deadlines.reduce((a, b) => a + b, 0));
  const title = deadlines.length === 1 ? '' : `${paint('bold', 'in all')}  deadline ${all} from end to end\n`;
  const crashesOf = ({ roles }: SimulationReport): number => roles.reduce((sum, { crashes }) => sum + crashes, 0);
  const hasCrashes = runs.some((run) => crashesOf(run.report) > 0);
  const heading = ['policy', 'in deadline', 'looks every', 'replica-seconds', `beside ${printable(first)}`];
  const rows = runs.map(({ policy, polls, report: one }) => [
    paint('bold', printable(policy)),
    styledShare(one.endToEnd.attainment),
    [...new Set(polls)].map(timeLabel).join(', '),
    String(Math.round(costOf(one))),
    costOf(report) === 0 ? '' : (costOf(one) / costOf(report)).toFixed(2),
    ...(hasCrashes ? [String(crashesOf(one))] : []),
  ]);
  return title + table([[...heading, ...(hasCrashes ? ['crashes'] : [])], ...rows]);
}

/** All tables, and what they come to. `width`: columns of the terminal. */
export function comparison(runs: readonly PolicyRun[], width: number): string {
  const { load, seconds, seed } = runs[0]!.report;
  const title = `${paint('bold', printable(load))} for ${timeLabel(seconds)}, seed ${seed}`;
  return [`${title}\n${paint('dim', wrapped('', LEGEND, width))}`, ...roleTables(runs, width), conclusion(runs)].join(
    '\n\n',
  );
}
