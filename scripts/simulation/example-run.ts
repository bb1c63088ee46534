// A run with series that are easy to look through, for tests of what is shown of it.
import type { RoleReport, Series } from '../../services/scaler/simulator/types.ts';
import type { PolicyRun } from './run.ts';

const POINTS = 40;

const exampleSeries = (scale: number): Series => {
  const values = (make: (i: number) => number): number[] => Array.from({ length: POINTS }, (_, i) => make(i));
  return {
    every: 15,
    arrivalRate: values((i) => (i < 10 ? 2 : 12)),
    backlog: values((i) => i * scale),
    ready: values(() => 1),
    replicas: values((i) => (i < 20 ? 1 : 4)),
    slowest: values((i) => (i % 10 === 0 ? Number.NaN : i / 2)),
  };
};

export const exampleRoleReport = (role: string, scale: number): RoleReport => ({
  role,
  policy: 'deadline',
  jobs: 5_700,
  attainment: 0.99876,
  seconds: { p50: 0.81, p90: 4.2, p99: 12.5, max: 130.4 },
  replicaSeconds: { working: 1_200.4, idle: 300.2, booting: 12, draining: 8 },
  actions: { up: 3, down: 2 },
  crashes: 0,
  redelivered: 0,
  backlog: { mean: 20, max: 39 * scale },
  replicas: { mean: 2.5, max: 4 },
  series: exampleSeries(scale),
});

export function exampleRun(policy: string, roles: readonly string[] = ['resize'], scale = 1): PolicyRun {
  return {
    policy,
    report: {
      load: 'flash crowd',
      seconds: 600,
      seed: 1,
      roles: roles.map((role) => exampleRoleReport(role, scale)),
      endToEnd: { attainment: 0.9912, seconds: { p50: 1, p90: 5, p99: 14, max: 140 } },
    },
    deadlines: roles.map(() => 15),
    polls: roles.map(() => 2),
    maxima: roles.map(() => 6),
  };
}
