// One cell with one policy and one seed, in the simulator.
import type { Policy } from '../../services/scaler/deciding/types.ts';
import { simulate } from '../../services/scaler/simulator/simulate.ts';
import type { Observation, RoleReport, Simulation } from '../../services/scaler/simulator/types.ts';
import type { RoleSettings } from '../../services/shared/guv/settings.ts';
import type { Cell } from './cells.ts';
import type { Outcome } from './compare-cell.ts';
import { settingsOf } from './profiles.ts';

/** RabbitMQ counts every 5 s. */
export const OBSERVATION: Observation = { every: 5, lost: 0 };

export interface Contest {
  policy: Policy;
  settings: (settings: RoleSettings) => RoleSettings;
  observation?: Observation;
}

export function runCell(cell: Cell, seed: number, contest: Contest): Outcome {
  const report = simulate(simulationOf(cell, seed, contest)).roles[0]!;
  return { attainment: report.attainment, cost: costOf(report) };
}

export function simulationOf(cell: Cell, seed: number, { policy, settings, observation }: Contest): Simulation {
  const { profile, crashEvery } = cell;
  return {
    load: cell.load(seed),
    roles: [
      {
        settings: settings(settingsOf(profile, cell.minimum ?? 1)),
        policy,
        service: cell.service ?? (() => profile.service),
        boot: profile.boot,
        ...(crashEvery !== undefined && { crashEvery }),
        initial: initialReplicas(cell, seed),
      },
    ],
    observation: observation ?? OBSERVATION,
    seed,
    points: 1,
  };
}

/** Seconds of all replicas, whatever they did: booting and draining ones cost as much. */
export function costOf({ replicaSeconds }: RoleReport): number {
  const { working, idle, booting, draining } = replicaSeconds;
  return working + idle + booting + draining;
}

/** All begin with what the load of the first moment needs, and a tenth more. */
function initialReplicas({ load, profile, service, minimum = 1 }: Cell, seed: number): number {
  const busy = load(seed).rate(0) * (service?.(0) ?? profile.service).mean;
  return Math.max(minimum, Math.ceil(busy * 1.1));
}
