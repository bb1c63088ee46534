// What the scaling policies come to in the simulator: jobs in their deadline, and replica-seconds, side by side on the same arrivals.
//
// 36 cells: 18 loads of an hour for each of two kinds of worker, with five seeds. The cost is compared with that of a plan that knows all
// arrivals and just meets the deadline for 99 % of the jobs, where there is one.

import type { Figure, Figures, Options } from './main.ts';
import { cells } from './scaling/cells.ts';
import type { Comparison, Task } from './scaling/compare-cell.ts';
import { contenders } from './scaling/contenders.ts';
import { inThreads } from './scaling/in-threads.ts';
import { type CellSummary, CLAIRVOYANT, perCell, perPolicy } from './scaling/summary.ts';
import { variants } from './scaling/variants.ts';

const SEEDS = [1, 2, 3, 4, 5];

export async function run(progress: (line: string) => void, options: Options = {}): Promise<Figures> {
  const tasks = tasksOf(options);
  if (tasks.length === 0) throw new Error(`no cell has ${options.cell} in its name`);
  const names = [...tasks[0]!.contenders, ...tasks[0]!.variants];
  const comparisons = await inThreads(tasks, inOrder(tasks, progress));
  const summaries = perCell(comparisons);
  for (const line of table(summaries, [CLAIRVOYANT, ...names])) progress(line);
  return figuresOf(summaries, names);
}

function tasksOf({ quick, cell = '', policy = '' }: Options): Task[] {
  const named = ({ name }: { name: string }): boolean => name.includes(policy);
  const names = (all: readonly { name: string }[]): string[] => all.filter(named).map(({ name }) => name);
  return cells()
    .filter((each) => `${each.profile.name} ${each.name}`.includes(cell))
    .flatMap((each) =>
      (quick ? SEEDS.slice(0, 1) : SEEDS).map((seed) => ({
        profile: each.profile.name,
        cell: each.name,
        seed,
        contenders: names(contenders),
        variants: names(variants),
      })),
    );
}

/** A line for each cell, when its last seed is done. */
function inOrder(tasks: readonly Task[], progress: (line: string) => void): (comparison: Comparison) => void {
  const left = Map.groupBy(tasks, ({ profile, cell }) => `${profile} ${cell}`);
  const open = new Map([...left].map(([cell, each]) => [cell, each.length]));
  return ({ task }) => {
    const cell = `${task.profile} ${task.cell}`;
    open.set(cell, open.get(cell)! - 1);
    if (open.get(cell) === 0) progress(`${cell}: done`);
  };
}

/** For each cell: share in deadline, and cost over the clairvoyant plan's or, where there is none, over the first policy's. */
function* table(summaries: readonly CellSummary[], names: readonly string[]): Generator<string> {
  yield ['cell'.padEnd(28), ...names.map((name) => name.slice(0, 14).padStart(15))].join('');
  for (const { cell, outcomes } of summaries) {
    const base = (outcomes.get(CLAIRVOYANT) ?? outcomes.values().next().value!).cost;
    const columns = names.map((name) => {
      const outcome = outcomes.get(name);
      if (outcome === undefined) return ''.padStart(15);
      return `${(100 * outcome.attainment).toFixed(1).padStart(9)} ${(outcome.cost / base).toFixed(2).padStart(5)}`;
    });
    yield [cell.padEnd(28), ...columns].join('');
  }
}

/** What is wanted of the deadline policy with all that it believes being right, and of its variants. */
const WANTED = { mean: '≥ 99.8', worst: '≥ 98.9', overClairvoyant: '< 1.10', overGuv: '≤ 0.85' };
const WANTED_OF_VARIANTS = { mean: '≥ 99.6', worst: '≥ 96.5' };

function figuresOf(summaries: readonly CellSummary[], names: readonly string[]): Figures {
  const figures: Figures = {};
  const put = (name: string, value: number, unit: string, digits: number, wanted?: string): void => {
    if (!Number.isFinite(value)) return;
    const figure: Figure = { value: Number(value.toFixed(digits)), unit };
    figures[name] = wanted === undefined ? figure : { ...figure, wanted };
  };
  const present = [CLAIRVOYANT, ...names].filter((name) => summaries.some(({ outcomes }) => outcomes.has(name)));
  for (const name of present) {
    const { mean, worst, overClairvoyant, overGuv } = perPolicy(summaries, name);
    const isVariant = variants.some((variant) => variant.name === name);
    const wanted: Partial<typeof WANTED> = name === 'deadline' ? WANTED : isVariant ? WANTED_OF_VARIANTS : {};
    put(`${name}: in deadline, mean`, 100 * mean, '%', 2, wanted.mean);
    put(`${name}: in deadline, ${worst.cell}`, 100 * worst.attainment, '%', 2, wanted.worst);
    if (name !== CLAIRVOYANT) put(`${name}: cost over clairvoyant`, overClairvoyant, '×', 3, wanted.overClairvoyant);
    if (name !== 'guv 5 s') put(`${name}: cost over guv 5 s`, overGuv, '×', 3, wanted.overGuv);
  }
  return figures;
}
