// From single runs to what is said of a policy: means over seeds, then over cells; the worst is the worst cell, not the worst seed.
import type { Comparison, Outcome } from './compare-cell.ts';

export interface CellSummary {
  cell: string;
  /** By policy, by variant of it, and of the clairvoyant plan. */
  outcomes: Map<string, Outcome>;
}

export interface PolicySummary {
  cells: number;
  mean: number;
  worst: { attainment: number; cell: string };
  /** Cost over the clairvoyant plan's and over another policy's: the mean of the cells' ratios. NaN where nothing can be compared. */
  overClairvoyant: number;
  overGuv: number;
}

export const CLAIRVOYANT = 'clairvoyant';
const YARDSTICK = 'guv 5 s';

/** One entry for each cell, in the order in which they first come. */
export function perCell(comparisons: readonly Comparison[]): CellSummary[] {
  const cells = Map.groupBy(comparisons, ({ task }) => `${task.profile} ${task.cell}`);
  return [...cells].map(([cell, seeds]) => {
    const names = new Set(seeds.flatMap((seed) => Object.keys({ ...seed.contenders, ...seed.variants })));
    const outcomes = new Map(
      [...names].map((name) => [
        name,
        meanOutcome(seeds.map((seed) => (seed.contenders[name] ?? seed.variants[name])!)),
      ]),
    );
    const plans = seeds.flatMap(({ clairvoyant }) => clairvoyant ?? []);
    if (plans.length === seeds.length) outcomes.set(CLAIRVOYANT, meanOutcome(plans));
    return { cell, outcomes };
  });
}

export function perPolicy(cells: readonly CellSummary[], name: string): PolicySummary {
  const runs = cells.flatMap(({ cell, outcomes }) => {
    const outcome = outcomes.get(name);
    return outcome ? [{ cell, outcome, outcomes }] : [];
  });
  const worst = runs.reduce((low, each) => (each.outcome.attainment < low.outcome.attainment ? each : low));
  const over = (other: string): number =>
    mean(runs.flatMap(({ outcome, outcomes }) => ratio(outcome, outcomes.get(other))));
  return {
    cells: runs.length,
    mean: mean(runs.map(({ outcome }) => outcome.attainment)),
    worst: { attainment: worst.outcome.attainment, cell: worst.cell },
    overClairvoyant: over(CLAIRVOYANT),
    overGuv: over(YARDSTICK),
  };
}

const ratio = (outcome: Outcome, other: Outcome | undefined): number[] => (other ? [outcome.cost / other.cost] : []);

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function meanOutcome(outcomes: readonly Outcome[]): Outcome {
  return {
    attainment: mean(outcomes.map(({ attainment }) => attainment)),
    cost: mean(outcomes.map(({ cost }) => cost)),
  };
}
