// `./lab compare` in the terminal: a line each second while it runs, then a table with both runs side by side and a sentence with the numbers.
import { printable } from '../printable.ts';
import { timeLabel } from '../scaling/moments.ts';
import { share } from '../simulation/comparison.ts';
import { paint, plural, seconds, table } from '../terminal.ts';
import type { Comparison, Sample } from './comparison.ts';
import { type Measures, measure } from './measure.ts';

/** The lower the better, or the higher. */
type Better = 'low' | 'high';

export interface MeasureRow {
  label: string;
  /** Of both runs, as text. */
  texts: [string, string];
  /** Which of them is better: 0 or 1. Missing where they are equal, or neither is. */
  best?: 0 | 1;
}

/** `12.3 s`; what has no end is said to have none. */
export function timeText(value: number): string {
  if (Number.isNaN(value)) return 'none done';
  return Number.isFinite(value) ? seconds(value) : 'not done';
}

const known = (value: number, text: string): string => (Number.isNaN(value) ? 'not known' : text);

function bestOf(
  values: readonly [number, number],
  better: Better,
  texts: readonly [string, string],
): 0 | 1 | undefined {
  const [first, second] = values;
  if (texts[0] === texts[1] || Number.isNaN(first) || Number.isNaN(second)) return undefined;
  return first < second === (better === 'low') ? 0 : 1;
}

/** What is compared, row by row, for the terminal and for the page. */
export function measureRows({ runs, deadline }: Pick<Comparison, 'runs' | 'deadline'>): MeasureRow[] {
  const [a, b] = runs.map((run) => measure(run, deadline)) as [Measures, Measures];
  const row = (label: string, of: (one: Measures) => number, text: (one: Measures) => string, better?: Better) => {
    const texts: [string, string] = [text(a), text(b)];
    const best = better && bestOf([of(a), of(b)], better, texts);
    return { label, texts, ...(best === undefined ? {} : { best }) };
  };
  const count = (label: string, of: (one: Measures) => number, better?: Better) =>
    row(label, of, (one) => known(of(one), String(Math.round(of(one)))), better);
  const time = (label: string, of: (one: Measures) => number) => row(label, of, (one) => timeText(of(one)), 'low');
  const missed = ([label, kind]: readonly [string, keyof Measures['counts']]) =>
    a.counts[kind] + b.counts[kind] === 0 ? [] : [count(label, ({ counts }) => counts[kind], 'low')];
  return [
    row(
      `done within ${timeLabel(deadline)}`,
      (one) => one.share,
      (one) => share(one.share),
      'high',
    ),
    time('half of them within', ({ p50 }) => p50),
    time('95 % within', ({ p95 }) => p95),
    time('99 % within', ({ p99 }) => p99),
    count('longest backlog, images', ({ longestBacklog }) => longestBacklog, 'low'),
    count('most replicas', ({ mostReplicas }) => mostReplicas),
    count('replica-seconds', ({ replicaSeconds }) => replicaSeconds, 'low'),
    time('all done after', ({ counts, seconds: took }) => (counts.unfinished > 0 ? Number.POSITIVE_INFINITY : took)),
    ...(
      [
        ['failed', 'failed'],
        ['refused', 'refused'],
        ['not answered', 'unanswered'],
        ['not done, cancelled', 'unfinished'],
      ] as const
    ).flatMap(missed),
  ];
}

/** What it comes to, in one sentence with the numbers in it. */
export function conclusion({ what, runs, deadline }: Pick<Comparison, 'what' | 'runs' | 'deadline'>): string {
  const [first, second] = runs;
  const [a, b] = runs.map((run) => measure(run, deadline)) as [Measures, Measures];
  const cost = b.replicaSeconds / a.replicaSeconds;
  const price =
    what === 'scaling' && Number.isFinite(cost) && first.replicaSeconds !== null
      ? `; that took ${Math.round(b.replicaSeconds)} replica-seconds against ${Math.round(a.replicaSeconds)} (${cost.toFixed(1)} times as many)`
      : '';
  return (
    `${share(b.share)} of ${plural(b.jobs, 'job')} were done within ${timeLabel(deadline)} ${phrase(second.name)}, ` +
    `${share(a.share)} ${phrase(first.name)}${price}`
  );
}

/** `scaling on` as it stands in a sentence. */
export const phrase = (name: string): string => (name.startsWith('scaling') ? `with ${name}` : name);

/** A run that nothing was the matter with shows nothing: what to ask for instead. */
const EASY = 0.98;

/** What has to be said besides, a line each. */
export function remarks({ what, runs, deadline, load, patience }: Comparison): string[] {
  const easy = what === 'scaling' && measure(runs[0], deadline).share >= EASY;
  const cut = runs.filter(({ fates }) => fates.some(({ outcome }) => outcome === 'unfinished'));
  return [
    ...(easy
      ? [
          `This load was no trouble without scaling: --rate ${load.rate * 2} asks for more than the first replicas can do.`,
        ]
      : []),
    ...cut.map(
      ({ name }) =>
        `The run ${phrase(name)} was ended ${timeLabel(patience)} after its last arrival; what was not done by then counts as late, and was cancelled.`,
    ),
    ...runs.flatMap(({ name, held }) =>
      Object.values(held).map(
        (sentence) => `What held the scaler back in the run ${phrase(name)}: ${printable(sentence)}`,
      ),
    ),
  ];
}

/** Table, sentence and remarks. */
export function textReport(comparison: Comparison): string {
  const rows = measureRows(comparison);
  const names = comparison.runs.map(({ name }) => name);
  // Words stand among the numbers, so the columns are brought to the right here.
  const widths = names.map((name, i) => Math.max(name.length, ...rows.map(({ texts }) => texts[i]!.length)));
  const cell = (text: string, i: number): string => text.padStart(widths[i]!);
  const lines = rows.map(({ label, texts, best }) => [
    label,
    ...texts.map((text, i) => (i === best ? paint('green', cell(text, i)) : cell(text, i))),
  ]);
  return [table([['', ...names.map(cell)], ...lines]), '', conclusion(comparison), ...remarks(comparison)].join('\n');
}

/** `  12 s   arrived  31   done  28   in time  28   backlog resize 3, caption 0, store 0   replicas 1, 1, 1` */
export function sampleLine({ at, arrived, done, inDeadline, roles }: Sample): string {
  const number = (value: number): string => String(value).padStart(5);
  const names = Object.entries(roles);
  const backlog = names.map(([role, one]) => `${printable(role)} ${String(one.backlog ?? '?').padStart(4)}`).join('  ');
  const replicas = names
    .map(([role, one]) => `${printable(role)} ${String(one.replicas ?? '?').padStart(2)}`)
    .join('  ');
  const seen = names.length === 0 ? 'the scaler does not answer' : `backlog ${backlog}   replicas ${replicas}`;
  return `${String(Math.round(at)).padStart(4)} s  due${number(arrived)}  done${number(done)}  in time${number(inDeadline)}   ${seen}`;
}
