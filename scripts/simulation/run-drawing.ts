// A whole run as an SVG: a column for each role, in it arrivals, backlog, replicas and the slowest job over time; a colour for each policy.
import type { RoleReport, Series } from '../../services/scaler/simulator/types.ts';
import { timeLabel } from '../scaling/moments.ts';
import { drawPanel, type Panel, type PanelLine, type Place } from './chart-panel.ts';
import { costOf, share } from './comparison.ts';
import { DEADLINE, FAINT, INK, PAPER, policyColour } from './palette.ts';
import type { PolicyRun } from './run.ts';
import { element, label } from './svg.ts';

const MARGIN = { top: 66, left: 96, right: 44, bottom: 56 };
const LEGEND_LINE = 34;
const ROLE_TITLE = 92;
const PANEL = { height: 150, gap: 62 };
/** Pixels: the picture is at least so wide, and no column is narrower than that. */
const WIDTH = { picture: 1_600, column: 420, betweenColumns: 96 };
const FONT = "system-ui, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif";

/** A rate by single jobs is noise: it is averaged to so many points. */
const RATE_POINTS = 100;
/** Pixels that a letter of the legend takes at the most. */
const LETTER = 12;

const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => Object.is(value, b[i]));

/** A line for each policy; one in grey where they are all the same. */
function linesOf(
  series: readonly Series[],
  pick: (one: Series) => readonly number[],
  style: Partial<PanelLine> = {},
): PanelLine[] {
  const { every } = series[0]!;
  const [first, ...others] = series.map(pick);
  if (others.length > 0 && others.every((one) => isSame(one, first!))) {
    return [{ colour: FAINT, values: first!, every, ...style, filled: true }];
  }
  return [first!, ...others].map((values, i) => ({ colour: policyColour(i), values, every, ...style }));
}

function averaged(line: PanelLine): PanelLine {
  const together = Math.ceil(line.values.length / RATE_POINTS);
  const values = Array.from({ length: Math.ceil(line.values.length / together) }, (_, i) => {
    const some = line.values.slice(i * together, (i + 1) * together);
    return some.reduce((sum, value) => sum + value, 0) / some.length;
  });
  return { ...line, values, every: line.every * together };
}

function panelsOf(reports: readonly RoleReport[], deadline: number, maximum: number): Panel[] {
  const series = reports.map((report) => report.series);
  return [
    { title: 'arriving, jobs a second', lines: linesOf(series, ({ arrivalRate }) => arrivalRate).map(averaged) },
    { title: 'backlog, jobs', lines: linesOf(series, ({ backlog }) => backlog, { filled: true }), whole: true },
    {
      title: 'replicas that are paid for',
      lines: linesOf(series, ({ replicas }) => replicas, { steps: true }),
      mark: { text: `maximum ${maximum}`, value: maximum, colour: FAINT },
      whole: true,
    },
    {
      title: 'slowest job, seconds',
      lines: linesOf(series, ({ slowest }) => slowest),
      mark: { text: `deadline ${timeLabel(deadline)}`, value: deadline, colour: DEADLINE },
    },
  ];
}

/** The role's name, and what each policy came to. */
function roleTitle(reports: readonly RoleReport[], x: number, y: number): string {
  const shares = reports
    .map(({ attainment }, i) =>
      element('tspan', { fill: policyColour(i), dx: i === 0 ? 0 : 18, 'font-weight': 600 }, share(attainment)),
    )
    .join('');
  return (
    label(x, y, reports[0]!.role, { 'font-size': 28, 'font-weight': 700, fill: INK }) +
    element('text', { x, y: y + 30, fill: FAINT }, `${shares}<tspan dx="12">in deadline</tspan>`)
  );
}

function legend(runs: readonly PolicyRun[], top: number): string {
  const names = Math.max(...runs.map(({ policy }) => policy.length)) * LETTER;
  return runs
    .map(({ policy, report }, i) => {
      const y = top + i * LEGEND_LINE;
      const text = `${share(report.endToEnd.attainment)} in deadline${report.roles.length > 1 ? ' from end to end' : ''}, ${Math.round(costOf(report))} replica-seconds`;
      return (
        element('rect', { x: MARGIN.left, y: y - 14, width: 34, height: 14, rx: 3, fill: policyColour(i) }) +
        label(MARGIN.left + 48, y, policy, { fill: policyColour(i), 'font-weight': 700 }) +
        label(MARGIN.left + 72 + names, y, text, { fill: INK })
      );
    })
    .join('');
}

function column(runs: readonly PolicyRun[], index: number, at: { x: number; y: number; width: number }): string {
  const reports = runs.map(({ report }) => report.roles[index]!);
  const panels = panelsOf(reports, runs[0]!.deadlines[index]!, runs[0]!.maxima[index]!);
  const span = runs[0]!.report.seconds;
  const drawn = panels.map((panel, i) => {
    const y = at.y + ROLE_TITLE + i * (PANEL.height + PANEL.gap);
    const place: Place = { x: at.x, y, width: at.width, height: PANEL.height };
    return drawPanel(panel, place, { span, labelled: i === panels.length - 1 });
  });
  return roleTitle(reports, at.x, at.y) + drawn.join('');
}

/** @returns the text of an SVG file */
export function drawRuns(runs: readonly PolicyRun[]): string {
  const { roles, load, seconds, seed } = runs[0]!.report;
  const between = WIDTH.betweenColumns * (roles.length - 1);
  const inner = Math.max(WIDTH.picture - MARGIN.left - MARGIN.right, WIDTH.column * roles.length + between);
  const width = inner + MARGIN.left + MARGIN.right;
  const columnWidth = (inner - between) / roles.length;
  const below = MARGIN.top + 46 + runs.length * LEGEND_LINE + 34;
  const height = below + ROLE_TITLE + 4 * (PANEL.height + PANEL.gap) - PANEL.gap + MARGIN.bottom;
  const frame = { width, height, viewBox: `0 0 ${width} ${height}`, 'font-family': FONT, 'font-size': 19 };
  const title = `${load}, ${timeLabel(seconds)}`;
  return element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', ...frame, role: 'img', 'aria-label': title },
    [
      element('rect', { width, height, fill: PAPER }),
      label(MARGIN.left, MARGIN.top, title, { 'font-size': 36, 'font-weight': 700, fill: INK }),
      label(width - MARGIN.right, MARGIN.top, `simulated, seed ${seed}`, { 'text-anchor': 'end', fill: FAINT }),
      legend(runs, MARGIN.top + 46),
      ...roles.map((_, i) => {
        const x = MARGIN.left + i * (columnWidth + WIDTH.betweenColumns);
        return column(runs, i, { x, y: below, width: columnWidth });
      }),
    ].join('\n'),
  );
}
