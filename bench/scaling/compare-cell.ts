// One cell and one seed with every policy, on the same arrivals, and the plan that knew them.
import { type Cell, cells } from './cells.ts';
import { contenders } from './contenders.ts';
import { planFor } from './plan-for.ts';
import { runCell } from './run-cell.ts';
import { variants } from './variants.ts';

/** What one thread is given to do. */
export interface Task {
  profile: string;
  cell: string;
  seed: number;
  /** Names of policies, and of variants of what is believed. */
  contenders: string[];
  variants: string[];
}

export interface Outcome {
  /** Share of the jobs in the deadline, and replica-seconds. */
  attainment: number;
  cost: number;
}

export interface Comparison {
  task: Task;
  contenders: Record<string, Outcome>;
  variants: Record<string, Outcome>;
  /** Of the plan that knows the arrivals; missing where there is none. */
  clairvoyant?: Outcome;
}

/** A cell by its names, as functions do not travel between threads. */
function find({ profile, cell }: Task): Cell {
  const found = cells().find((each) => each.name === cell && each.profile.name === profile);
  if (found === undefined) throw new Error(`there is no cell ${cell} for a ${profile}`);
  return found;
}

export function compareCell(task: Task): Comparison {
  const cell = find(task);
  const comparison: Comparison = { task, contenders: {}, variants: {} };
  for (const contender of contenders.filter(({ name }) => task.contenders.includes(name))) {
    comparison.contenders[contender.name] = runCell(cell, task.seed, contender);
  }
  for (const { name, change, contest } of variants.filter((variant) => task.variants.includes(variant.name))) {
    const changed = change(cell);
    if (changed !== undefined) comparison.variants[name] = runCell(changed, task.seed, contest);
  }
  if (cell.hasPlan) comparison.clairvoyant = planFor(cell, task.seed);
  return comparison;
}
