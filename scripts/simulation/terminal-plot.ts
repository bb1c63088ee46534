// A run in the terminal: for each role what arrives, what waits and how many replicas there are over time, a policy below the other.
import type { Series } from '../../services/scaler/simulator/types.ts';
import { printable } from '../printable.ts';
import { amount, timeLabel } from '../scaling/moments.ts';
import { paint, type Style } from '../terminal.ts';
import { highestOf, timeTicks } from './axis.ts';
import { bars } from './bars.ts';
import type { PolicyRun } from './run.ts';

export interface PlotOptions {
  /** Columns of the terminal. */
  width: number;
  /** Lines that the plot may take. It takes more only where one line for each series does not fit. */
  height: number;
  unicode: boolean;
}

interface Panel {
  title: string;
  /** Whose it is, where it is not the same for all. */
  policy: string;
  values: readonly number[];
  /** The top of its scale, which panels of the same title share. */
  highest: number;
  style: Style;
}

const TALLEST = 5;
/** Columns between two labels of the time axis. */
const TIME_LABEL = 14;
const ARRIVALS_STYLE: Style = 'dim';
const STYLES: readonly Style[] = ['cyan', 'yellow', 'magenta', 'green', 'blue', 'red'];

/** The panels of one role. */
function panelsOf(runs: readonly PolicyRun[], index: number): Panel[] {
  const series = runs.map(({ report }) => report.roles[index]!.series);
  const each = (title: string, pick: (one: Series) => readonly number[]): Panel[] => {
    const highest = Math.max(...series.map((one) => highestOf(pick(one))));
    return runs.map(({ policy }, i) => ({
      title,
      policy,
      values: pick(series[i]!),
      highest,
      style: STYLES[i % STYLES.length]!,
    }));
  };
  const arriving = series[0]!.arrivalRate;
  return [
    { title: 'arriving/s', policy: '', values: arriving, highest: highestOf(arriving), style: ARRIVALS_STYLE },
    ...each('backlog', ({ backlog }) => backlog),
    ...each('replicas', ({ replicas }) => replicas),
  ];
}

const numberText = (value: number): string => (Number.isInteger(value) ? String(value) : amount(value));

interface Gutter {
  title: number;
  policy: number;
  number: number;
}

function gutterOf(panels: readonly Panel[]): Gutter {
  const widest = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length));
  return {
    title: widest(panels.map(({ title }) => title)),
    policy: widest(panels.map(({ policy }) => printable(policy))),
    number: widest(panels.map(({ highest }) => numberText(highest))),
  };
}

/** Title, policy and the top of the scale, then the bars. */
function panelLines(panel: Panel, gutter: Gutter, { height, ...rest }: PlotOptions & { columns: number }): string[] {
  const { title, policy, values, highest, style } = panel;
  const lines = bars(values, { ...rest, height, highest });
  return lines.map((line, i) => {
    const names = `${title.padEnd(gutter.title)} ${printable(policy).padEnd(gutter.policy)}`;
    const label = i === 0 ? names : ' '.repeat(names.length);
    const top = i === 0 ? numberText(highest) : '';
    const edge = rest.unicode ? (i === 0 ? '┤' : '│') : '|';
    return `${label} ${paint('dim', `${top.padStart(gutter.number)} ${edge}`)}${paint(style, line)}`;
  });
}

function timeAxis(span: number, before: number, columns: number): string {
  let text = '';
  for (const at of timeTicks(span, Math.max(1, Math.floor(columns / TIME_LABEL)))) {
    const place = Math.min(columns - 1, Math.round((at / span) * columns));
    const label = timeLabel(at);
    // The last label ends with the plot.
    text = text.padEnd(Math.min(place, columns - label.length)) + label;
  }
  return ' '.repeat(before) + paint('dim', text);
}

export function terminalPlot(runs: readonly PolicyRun[], { width, height, unicode }: PlotOptions): string {
  const { roles, seconds } = runs[0]!.report;
  const all = roles.map((_, index) => panelsOf(runs, index));
  const gutter = gutterOf(all.flat());
  const before = gutter.title + 1 + gutter.policy + 1 + gutter.number + 2;
  const columns = Math.max(10, width - before);
  // A title and a time axis for each role, and an empty line between two.
  const others = roles.length * 2 + roles.length - 1;
  const lines = Math.max(1, Math.min(TALLEST, Math.floor((height - others) / all.flat().length)));
  return all
    .map((panels, index) =>
      [
        paint('bold', printable(roles[index]!.role)),
        ...panels.flatMap((panel) => panelLines(panel, gutter, { width, height: lines, unicode, columns })),
        timeAxis(seconds, before, columns),
      ].join('\n'),
    )
    .join('\n\n');
}
