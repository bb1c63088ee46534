// The charts of the page: arrivals, backlog and replicas by role over time, and every job by when it was due and how long it took.
import { timeLabel } from '../scaling/moments.ts';
import { highestOf } from '../simulation/axis.ts';
import { element } from '../simulation/svg.ts';
import { plural } from '../terminal.ts';
import { chart, level, round, type Scales } from './chart.ts';
import type { Comparison, Fate, Run, Sample } from './comparison.ts';
import { arrivalsBySecond, isInDeadline, measure, rolesOf, total } from './measure.ts';
import { phrase } from './report-text.ts';

/** A pair of charts, of both runs, on the same axes. */
export interface ChartPair {
  title: string;
  /** What is to be seen in it. */
  hint: string;
  /** The parts that are drawn above each other, from the bottom up; each with its class. */
  legend: { name: string; mark: string }[];
  charts: [string, string];
}

/** Seconds from left to right, the same everywhere: until the longer run was over. */
const spanOf = ({ runs, load }: Comparison): number => Math.max(load.seconds, ...runs.map(({ seconds }) => seconds));

export const roleClass = (index: number): string => `role-${(index % 4) + 1}`;

const path = (points: readonly (readonly [number, number])[]): string =>
  points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');

/** A bar for each second. */
function arrivals(comparison: Comparison): ChartPair {
  const { runs, load } = comparison;
  const span = spanOf(comparison);
  const counts = runs.map(({ fates }) => arrivalsBySecond(fates, load.seconds));
  const highest = highestOf(counts.flat());
  const bars = (values: readonly number[], { x, y }: Scales): string =>
    values
      .map((value, second) =>
        value === 0
          ? ''
          : `M${round(x(second))} ${round(y(0))}V${round(y(value))}H${round(x(second + 1))}V${round(y(0))}Z`,
      )
      .join('');
  const charts = runs.map(({ name, fates }, i) => {
    const about = `Arrivals ${phrase(name)}: ${plural(fates.length, 'job')}, up to ${highest} in a second`;
    return chart({ name: about, span, highest, whole: true }, (scales) =>
      element('path', { class: 'arrivals', d: bars(counts[i]!, scales) }),
    );
  });
  return {
    title: 'Arrivals, jobs a second',
    hint: 'The same seed: each job is due at the same moment in both runs, whatever became of those before it.',
    legend: [],
    charts: charts as [string, string],
  };
}

/** Where the upper edges of the roles are at each sample, added up from the bottom. */
function edges(samples: readonly Sample[], roles: readonly string[], what: 'backlog' | 'replicas'): number[][] {
  return roles.map((_, i) =>
    samples.map((sample) => roles.slice(0, i + 1).reduce((sum, role) => sum + (sample.roles[role]?.[what] ?? 0), 0)),
  );
}

/** An area for each role on top of those before it; the area of replicas is what they cost. */
function stacked(run: Run, roles: readonly string[], what: 'backlog' | 'replicas', { x, y }: Scales): string {
  // A look that saw nothing says nothing: what was seen before goes on until the next.
  const samples = run.samples.filter((sample) => Object.keys(sample.roles).length > 0);
  const times = samples.map(({ at }) => at);
  const all = edges(samples, roles, what);
  const steps = what === 'replicas';
  const line = (values: readonly number[]): [number, number][] =>
    values.flatMap((value, i) => {
      const here: [number, number] = [x(times[i]!), y(value)];
      return steps && i > 0 ? [[here[0], y(values[i - 1]!)], here] : [here];
    });
  return roles
    .map((_, i) => {
      const top = line(all[i]!);
      const bottom = line(i === 0 ? times.map(() => 0) : all[i - 1]!).reverse();
      if (top.length < 2) return '';
      return element('path', { class: `area ${roleClass(i)}`, d: `${path(top)}${path(bottom).replace('M', 'L')}Z` });
    })
    .join('');
}

function byRole(comparison: Comparison, what: 'backlog' | 'replicas', title: string, hint: string): ChartPair {
  const { runs } = comparison;
  const span = spanOf(comparison);
  const roles = rolesOf(comparison);
  const tops = runs.map(({ samples }) => highestOf(samples.map((sample) => total(sample, what))));
  const unit = what === 'backlog' ? 'image' : 'replica';
  const charts = runs.map((run, i) => {
    const name = `${title} ${phrase(run.name)}: ${plural(tops[i]!, unit)} at the most`;
    return chart({ name, span, highest: Math.max(...tops), whole: true }, (scales) =>
      stacked(run, roles, what, scales),
    );
  });
  const legend = roles.map((name, i) => ({ name, mark: roleClass(i) }));
  const order = `${hint} From the bottom up: ${roles.join(', ')}.`;
  return { title, hint: order, legend, charts: charts as [string, string] };
}

/** Shapes of about the same weight around a place: the shape says as much as the colour. */
const MARKS = {
  'in-time': (x: number, y: number) => `M${round(x)} ${round(y)}h0`,
  late: (x: number, y: number) => `M${round(x)} ${round(y - 3)}l3 5.4h-6Z`,
  missed: (x: number, y: number) => `M${round(x - 2.6)} ${round(y - 2.6)}l5.2 5.2m0 -5.2l-5.2 5.2`,
};
type Kind = keyof typeof MARKS;

function kindOf(fate: Fate, deadline: number): Kind {
  if (fate.seconds === null) return 'missed';
  return isInDeadline(fate, deadline) ? 'in-time' : 'late';
}

function completions(comparison: Comparison): ChartPair {
  const { runs, deadline } = comparison;
  const span = spanOf(comparison);
  const highest = Math.max(
    deadline * 1.15,
    highestOf(runs.flatMap(({ fates }) => fates.map((fate) => fate.seconds ?? 0))),
  );
  const charts = runs.map((run) => {
    const { inDeadline, jobs } = measure(run, deadline);
    const name = `Time to completion ${phrase(run.name)}: ${inDeadline} of ${plural(jobs, 'job')} within ${timeLabel(deadline)}`;
    return chart({ name, span, highest, times: true }, (scales) => {
      const drawn = (Object.keys(MARKS) as Kind[]).map((kind) => {
        const those = run.fates.filter((fate) => kindOf(fate, deadline) === kind);
        // What was never done stands at the top.
        const marks = those.map((fate) => MARKS[kind](scales.x(fate.due), scales.y(fate.seconds ?? Number.MAX_VALUE)));
        return those.length === 0 ? '' : element('path', { class: kind, d: marks.join('') });
      });
      return drawn.join('') + level(deadline, `deadline ${timeLabel(deadline)}`, span, scales);
    });
  });
  return {
    title: 'Every job: how long it took, by when it was due',
    hint: 'Below the line: done in time. What was refused or never done stands at the top.',
    legend: [
      { name: 'in time', mark: 'in-time' },
      { name: 'late', mark: 'late' },
      { name: 'refused, failed or never done', mark: 'missed' },
    ],
    charts: charts as [string, string],
  };
}

export function chartPairs(comparison: Comparison): ChartPair[] {
  return [
    completions(comparison),
    arrivals(comparison),
    byRole(
      comparison,
      'backlog',
      'Backlog by role, images',
      'What waits and what is in hand, as the scaler saw it: some seconds late.',
    ),
    byRole(comparison, 'replicas', 'Replicas by role', 'Those that work, boot or drain: the area is what they cost.'),
  ];
}
