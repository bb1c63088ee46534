// Draws a run: the same load with scaling off and on, side by side, with what became of each job, the backlog and the replicas.
import { chartPairs } from '../../compare/charts.ts';
import type { Comparison } from '../../compare/comparison.ts';
import { measure } from '../../compare/measure.ts';
import { conclusion } from '../../compare/report-text.ts';
import { share } from '../../simulation/comparison.ts';
import { element } from '../../simulation/svg.ts';
import { MARGIN, picture, WIDTH, words } from './picture.ts';
import { wrapped } from './wrapped.ts';

/** Of a chart as charts.ts makes it. */
const CHART = { width: 460, height: 178 };
const TOP = 96;
const PAIR = CHART.height + 54;
const LETTERS = 118;

const STYLE = `
.grid { stroke: var(--grid); } .axis { stroke: var(--faint); } .arrivals { fill: var(--faint); } .tick, .small { font-size: 13px; }
${[1, 2, 3, 4].map((n) => `.area.role-${n} { fill: var(--role-${n}); }`).join(' ')}
path.in-time { fill: none; stroke: var(--working); stroke-width: 4; stroke-linecap: round; stroke-opacity: 0.75; }
path.in-time.sign { stroke-width: 8; stroke-opacity: 1; }
path.late { fill: var(--late); fill-opacity: 0.85; } path.missed { fill: none; stroke: var(--missed); stroke-width: 1.5; }
.deadline { stroke: var(--deadline); stroke-width: 1.6; stroke-dasharray: 6 4; }
.deadline-name { fill: var(--deadline); font-size: 13px; font-weight: 600; stroke: var(--paper); stroke-width: 4; stroke-linejoin: round; paint-order: stroke; }
`;

/** Arrivals are the same in both, by the seed. */
const LEFT_OUT = 'Arrivals, jobs a second';

/** A chart is a drawing of its own: it is put in its place. */
const placed = (chart: string, x: number, y: number): string =>
  chart.replace('<svg ', `<svg x="${x}" y="${y}" width="${CHART.width}" height="${CHART.height}" overflow="visible" `);

function sign(mark: string, x: number, y: number): string {
  const at = `${x} ${y}`;
  if (mark.startsWith('role'))
    return element('rect', { class: `area ${mark}`, x: x - 6, y: y - 10, width: 14, height: 12 });
  const d = { 'in-time': `M${at}m0 -4h0`, late: `M${at}m0 -8l4 7.2h-8Z`, missed: `M${at}m-3 -7l6 6m0 -6l-6 6` }[mark];
  return element('path', { class: `${mark} sign`, d });
}

/** From the right end to the left. */
function legend(items: readonly { name: string; mark: string }[], y: number): string {
  let x = WIDTH - MARGIN - 8;
  return items
    .toReversed()
    .map(({ name, mark }) => {
      x -= name.length * 7 + 34;
      return sign(mark, x, y) + words(x + 14, y, name, 'small faint');
    })
    .join('');
}

/** @returns the text of an SVG file */
export function runPicture(comparison: Comparison): string {
  const { runs, deadline } = comparison;
  const pairs = chartPairs(comparison).filter(({ title }) => title !== LEFT_OUT);
  const columns = [MARGIN, WIDTH - MARGIN - CHART.width + 6];
  const said = wrapped(`${conclusion(comparison)}.`, LETTERS);
  const first = TOP + (said.length - 1) * 20;
  const names = runs.map(({ name, ...run }, i) => {
    const { share: inTime, jobs } = measure({ name, ...run }, deadline);
    return words(columns[i]! + 46, first, `${name}: ${share(inTime)} of ${jobs} jobs in time`, 'name');
  });
  const drawn = pairs.map(({ title, legend: items, charts }, i) => {
    const y = first + 36 + i * PAIR;
    return [
      words(MARGIN + 4, y, title, 'small faint'),
      legend(items, y),
      ...charts.map((chart, n) => placed(chart, columns[n]!, y + 6)),
    ].join('');
  });
  return picture({ height: first + 36 + pairs.length * PAIR - 8, about: conclusion(comparison), style: STYLE }, [
    words(MARGIN + 4, 34, 'The same load, with scaling off and on', 'title'),
    ...said.map((text, i) => words(MARGIN + 4, 58 + i * 20, text, 'faint')),
    ...names,
    ...drawn,
  ]);
}
