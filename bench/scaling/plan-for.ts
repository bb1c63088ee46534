// The clairvoyant plan for a cell, and what it comes to in the simulator.
import { clairvoyant } from '../../services/scaler/simulator/clairvoyant.ts';
import type { Cell } from './cells.ts';
import type { Outcome } from './compare-cell.ts';
import { contenders } from './contenders.ts';
import { costOf, simulationOf } from './run-cell.ts';

export function planFor(cell: Cell, seed: number): Outcome {
  const report = clairvoyant(simulationOf(cell, seed, contenders[0]!));
  return { attainment: report.attainment, cost: costOf(report) };
}
