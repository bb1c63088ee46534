// What a simulation is asked, and what it reports. Seconds everywhere.
import type { Load } from '../../shared/arrivals/load.ts';
import type { RoleSettings } from '../../shared/guv/settings.ts';
import type { Policy } from '../deciding/types.ts';

/** A distribution of times: its mean, and how it is spread. */
export type Distribution =
  | { kind: 'constant'; mean: number }
  | { kind: 'exponential'; mean: number }
  | { kind: 'lognormal'; mean: number; stddev: number }
  | { kind: 'pareto'; mean: number; shape: number };

export interface RoleModel {
  settings: RoleSettings;
  policy: Policy;
  /** The true service time, whatever the settings believe; it may change with time. */
  service: (t: number) => Distribution;
  boot: Distribution;
  /** Mean time between crashes of one replica; what it had in hand is done again. None where missing. */
  crashEvery?: number;
  /** Replicas at the start. */
  initial: number;
  /** Numbers that are known beforehand, in order of time: set exactly then, and the policy is not asked. */
  plan?: { at: number; replicas: number }[];
}

export interface Observation {
  /** The broker's statistics are taken every so many seconds. */
  every: number;
  /** Share of the looks that see nothing, 0 to 1. */
  lost: number;
}

export interface Simulation {
  load: Load;
  /** In a row: what one has done comes to the next. */
  roles: RoleModel[];
  observation: Observation;
  seed: number;
  /** Points of the plotted series. Default 400. */
  points?: number;
}

export interface ReplicaSeconds {
  working: number;
  idle: number;
  booting: number;
  draining: number;
}

export interface Series {
  /** Seconds between two points. */
  every: number;
  arrivalRate: number[];
  backlog: number[];
  /** Consuming, and all that are paid for. */
  ready: number[];
  replicas: number[];
  /** Longest time from arrival to done of the jobs that were done in the step; NaN where none was. */
  slowest: number[];
}

export interface RoleReport {
  role: string;
  policy: string;
  /** All that came. */
  jobs: number;
  /** Those that were done, and those that were still there in the end. */
  done?: number;
  left?: number;
  /** From arrival (or the first, where it was delivered again) to the start of work, the mean over all deliveries. Seconds. */
  meanWait?: number;
  /**
   * Share of the jobs done within the deadline, 0 to 1; those that were never done count as late, but not those whose deadline the
   * end of the simulation came before.
   */
  attainment: number;
  /** Time from arrival to done. */
  seconds: { p50: number; p90: number; p99: number; max: number };
  replicaSeconds: ReplicaSeconds;
  actions: { up: number; down: number };
  crashes: number;
  redelivered: number;
  backlog: { mean: number; max: number };
  replicas: { mean: number; max: number };
  series: Series;
}

export interface SimulationReport {
  load: string;
  seconds: number;
  seed: number;
  roles: RoleReport[];
  /** Jobs from the first arrival to done in the last role, within the sum of deadlines. */
  endToEnd: { attainment: number; seconds: RoleReport['seconds'] };
}
