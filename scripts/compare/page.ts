// The page of a comparison: one HTML file that needs nothing else, no script and no network, and that a screen reader can read.
import { timeLabel } from '../scaling/moments.ts';
import { share } from '../simulation/comparison.ts';
import { element, escaped } from '../simulation/svg.ts';
import { plural } from '../terminal.ts';
import { type ChartPair, chartPairs } from './charts.ts';
import type { Comparison, Run } from './comparison.ts';
import { coresSentence } from './machine.ts';
import { measure, rolesOf } from './measure.ts';
import { STYLE } from './page-style.ts';
import { conclusion, measureRows, phrase, remarks } from './report-text.ts';

/** Rows of the table behind the charts: more is for results.json. */
const SERIES_ROWS = 30;
const GIB = 1024 ** 3;

const TITLES: Record<Comparison['what'], string> = {
  scaling: 'The same load, with scaling off and on',
  sync: 'The same work, inside the request and by the workers',
};

/** The share in large figures, and a bar with what was in time, late and missed. */
function score(run: Run, deadline: number, isBest: boolean): string {
  const { share: inTime, inDeadline, jobs, counts } = measure(run, deadline);
  const late = counts.done - inDeadline;
  const missed = jobs - counts.done;
  const bar = [
    ['in-time', inDeadline],
    ['late', late],
    ['missed', missed],
  ] as const;
  const parts = bar
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `<span class="${kind}" style="flex: ${count}"></span>`);
  const rest = [late > 0 ? `${late} late` : '', missed > 0 ? `${missed} not done or refused` : ''].filter(Boolean);
  return `<div class="score${isBest ? ' best' : ''}">
<p class="name">${escaped(run.name)}</p>
<p class="share">${share(inTime)}</p>
<p class="of">${inDeadline} of ${plural(jobs, 'job')} within ${timeLabel(deadline)}${rest.length > 0 ? `; ${rest.join(', ')}` : ''}</p>
<div class="bar" aria-hidden="true">${parts.join('')}</div>
</div>`;
}

function scores({ runs, deadline }: Comparison): string {
  const [a, b] = runs.map((run) => measure(run, deadline).share) as [number, number];
  return `<div class="pair scores">${score(runs[0], deadline, a > b)}${score(runs[1], deadline, b > a)}</div>`;
}

/** A small picture of what stands for a name: as it is in the chart. */
function sign(mark: string): string {
  const inside = mark.startsWith('role')
    ? `<path class="area ${mark}" d="M0 0H18V14H0Z"/>`
    : `<path class="${mark}" d="${{ 'in-time': 'M9 7h0', late: 'M9 3l4 7.2h-8Z', missed: 'M6 4l6 6m0 -6l-6 6' }[mark]}"/>`;
  return `<svg viewBox="0 0 18 14" aria-hidden="true">${inside}</svg>`;
}

function pairOfCharts({ title, hint, legend, charts }: ChartPair, { runs }: Comparison): string {
  const items = legend.map(({ name, mark }) => `<li>${sign(mark)}${escaped(name)}</li>`).join('');
  const figures = charts.map(
    (drawn, i) => `<figure><figcaption>${escaped(runs[i]!.name)}</figcaption>${drawn}</figure>`,
  );
  return `<section class="charts"><h2>${escaped(title)}</h2><p class="hint">${escaped(hint)}</p>
${items === '' ? '' : `<ul class="legend">${items}</ul>`}
<div class="pair">${figures.join('\n')}</div></section>`;
}

function measureTable(comparison: Comparison): string {
  const head = comparison.runs.map(({ name }) => `<th scope="col">${escaped(name)}</th>`).join('');
  const rows = measureRows(comparison).map(({ label, texts, best }) => {
    const cells = texts.map((text, i) => {
      const said = i === best ? ' class="best" title="the better of the two"' : '';
      return `<td${said}>${escaped(text)}</td>`;
    });
    return `<tr><th scope="row">${escaped(label)}</th>${cells.join('')}</tr>`;
  });
  return `<section><h2>Side by side</h2><table><thead><tr><td></td>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table>
<p class="note">✓ is the better of the two. Time counts from the moment at which a job was due, so that a front end that is slow to take it is not let off. The times
are those of the jobs that were taken; a refused job has missed its deadline. Replica-seconds add up all replicas of all roles until the run was over.</p></section>`;
}

function facts(comparison: Comparison): string {
  const { load, machine, deadline, runs, replicas, what } = comparison;
  const jobs = runs[0].fates.length;
  const began = Object.entries(replicas).map(([role, count]) => `${count} ${role}`);
  const pairs: [string, string][] = [
    [
      'load',
      `${load.shape}, up to ${load.rate} jobs a second for ${timeLabel(load.seconds)}: ${plural(jobs, 'job')} of ${plural(load.set, 'image')} ` +
        `(sample ${load.sample}, ${load.size}), deadline ${timeLabel(deadline)}, seed ${load.seed}`,
    ],
    ['replicas at the start', began.join(', ')],
    [
      'machine',
      `${plural(machine.cores, 'core')}${machine.model === '' ? '' : ` (${machine.model})`}, ${(machine.memoryBytes / GIB).toFixed(1)} GiB, ${machine.system}`,
    ],
    [
      'lab',
      machine.mode === 'docker'
        ? 'on Docker, with the limits of docker-compose.yml'
        : 'without Docker: plain processes, without limits of their own',
    ],
    ...(what === 'sync' ? [['cores for the work', coresSentence(machine, replicas)] satisfies [string, string]] : []),
    [
      'when',
      runs.map(({ startedAt, name }) => `${name} at ${startedAt.slice(0, 19).replace('T', ' ')} UTC`).join(', '),
    ],
  ];
  const list = pairs.map(([term, text]) => `<dt>${term}</dt><dd>${escaped(text)}</dd>`).join('\n');
  const same =
    what === 'scaling'
      ? 'The run with scaling off came first. The scaler looked on, and knew from it how long a job takes.'
      : 'Scaling was off in both runs.';
  return `<section><h2>What was run, and on what</h2><dl>${list}</dl><p class="note">${same} The load came from the same machine.</p></section>
<section><h2>Once more</h2><pre tabindex="0"><code>${escaped(comparison.command)}</code></pre>
<p class="note">The same seed gives the same arrivals. How fast they are done depends on the machine, and on what else it does.</p></section>`;
}

/** The numbers of the charts, for those who want to read them. */
function series(run: Run, roles: readonly string[]): string {
  const every = Math.max(1, Math.ceil(run.samples.length / SERIES_ROWS));
  const rows = run.samples
    .filter((_, i) => i % every === 0 || i === run.samples.length - 1)
    .map(({ at, arrived, done, inDeadline, roles: seen }) => {
      const cells = [
        ...[arrived, done, inDeadline],
        ...roles.map((role) => seen[role]?.backlog ?? ''),
        ...roles.map((role) => seen[role]?.replicas ?? ''),
      ];
      return `<tr><th scope="row">${Math.round(at)} s</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
    });
  const columns = [
    ...['due', 'done', 'in time'],
    ...roles.map((role) => `backlog ${role}`),
    ...roles.map((role) => `replicas ${role}`),
  ];
  const head = columns.map((column) => `<th scope="col">${escaped(column)}</th>`).join('');
  const name = `Over time, ${phrase(run.name)}`;
  return `<details><summary>${escaped(name)}</summary><div class="scroll" tabindex="0" role="region" aria-label="${escaped(name)}">
<table class="series"><thead><tr><td></td>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div></details>`;
}

/** @returns the text of an HTML file */
export function page(comparison: Comparison): string {
  const { what, runs } = comparison;
  const title = TITLES[what];
  const roles = rolesOf(comparison);
  const said = remarks(comparison).map((text) => element('p', { class: 'remark' }, escaped(text)));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)} – queuelab</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escaped(title)}</h1>
<p class="lead">${escaped(conclusion(comparison))}.</p>
${said.join('\n')}
${scores(comparison)}
</header>
${chartPairs(comparison)
  .map((pair) => pairOfCharts(pair, comparison))
  .join('\n')}
${measureTable(comparison)}
<section><h2>The numbers behind the charts</h2>${runs.map((run) => series(run, roles)).join('\n')}</section>
${facts(comparison)}
<footer>Made by <code>./lab compare</code> of queuelab.</footer>
</main>
</body>
</html>
`;
}
