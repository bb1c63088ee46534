// From what became of the jobs of a run to the numbers by which runs are compared. Pure.
import type { Comparison, Fate, Outcome, Run, Sample } from './comparison.ts';
import { outcomes } from './comparison.ts';

export interface Measures {
  jobs: number;
  counts: Record<Outcome, number>;
  /** Done within the deadline, of all that were due: a refused one is a missed one. */
  inDeadline: number;
  /** 0 to 1. */
  share: number;
  /** Seconds from due to done, of those that the front end took. Infinite where the job at that place was never done. */
  p50: number;
  p95: number;
  p99: number;
  /** Items, of all roles together, at the most. */
  longestBacklog: number;
  /** Of all roles together, at the most. */
  mostReplicas: number;
  /** Of all roles; NaN where it is not known. */
  replicaSeconds: number;
  /** Until the last one was done. */
  seconds: number;
}

/** The smallest value that so large a share of them does not exceed; NaN where there are none. */
export function percentile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))]!;
}

export const isInDeadline = ({ outcome, seconds }: Fate, deadline: number): boolean =>
  outcome === 'done' && seconds !== null && seconds <= deadline;

/** The sum over the roles that could be seen. */
export function total({ roles }: Sample, what: 'backlog' | 'replicas'): number {
  return Object.values(roles).reduce((sum, role) => sum + (role[what] ?? 0), 0);
}

const most = (samples: readonly Sample[], what: 'backlog' | 'replicas'): number =>
  samples.reduce((top, sample) => Math.max(top, total(sample, what)), 0);

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

export function measure({ fates, samples, replicaSeconds, seconds }: Run, deadline: number): Measures {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  for (const { outcome } of fates) counts[outcome] += 1;
  const inDeadline = fates.filter((fate) => isInDeadline(fate, deadline)).length;
  const times = fates
    .filter(({ outcome }) => outcome !== 'refused' && outcome !== 'unanswered')
    .map(({ seconds: took }) => took ?? Number.POSITIVE_INFINITY)
    .sort((a, b) => a - b);
  return {
    jobs: fates.length,
    counts,
    inDeadline,
    share: fates.length === 0 ? 1 : inDeadline / fates.length,
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    p99: percentile(times, 0.99),
    longestBacklog: most(samples, 'backlog'),
    mostReplicas: most(samples, 'replicas'),
    replicaSeconds: replicaSeconds === null ? Number.NaN : sum(Object.values(replicaSeconds)),
    seconds,
  };
}

/** Arrivals in each second of the load. */
export function arrivalsBySecond(fates: readonly Fate[], seconds: number): number[] {
  const counts = Array.from({ length: Math.max(1, Math.ceil(seconds)) }, () => 0);
  for (const { due } of fates) counts[Math.min(counts.length - 1, Math.floor(due))]! += 1;
  return counts;
}

/** The names of the roles, in the order in which they were first seen. */
export function rolesOf({ runs }: Pick<Comparison, 'runs'>): string[] {
  return [...new Set(runs.flatMap(({ samples }) => samples.flatMap(({ roles }) => Object.keys(roles))))];
}
