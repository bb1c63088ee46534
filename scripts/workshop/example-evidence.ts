// Evidence that a test makes up, for the tests of checks. Without more it is what a lab shows right after a reset: all healthy, nothing done.

import type { JobView } from '../../services/frontend/job-view.ts';
import type { Decision } from '../../services/scaler/deciding/types.ts';
import type { ScalerStatus } from '../../services/scaler/governor.ts';
import type { ReplicaHealth, ServiceView } from '../lab-view.ts';
import { exampleRole, exampleStatus } from '../scaling/example-decisions.ts';
import type { Verdict } from '../verdict/types.ts';
import type { Evidence } from './chapter-check.ts';
import { BEGIN } from './example-job.ts';

export interface ExampleEvidence {
  services?: ServiceView[];
  /** Numbers that are not said are made of the jobs. */
  verdict?: Partial<Verdict>;
  /** The newest first, as the front end gives them. */
  jobs?: JobView[];
  /** What they are by the time that the verdict is known, where that is not the same. */
  jobsAfterVerdict?: JobView[];
  scaler?: ScalerStatus;
  /** By role, the newest last. */
  decisions?: Record<string, Decision[]>;
  /** By scenario, the newest last. */
  results?: Record<string, unknown[]>;
}

const ROLES = ['resize', 'caption', 'store'];
const OTHERS = ['rabbitmq', 'postgres', 'frontend', 'vendor', 'coordinator', 'platform', 'scaler', 'dial'];

/** `exampleService('resize', 'healthy', 'down')` has two replicas. */
export function exampleService(name: string, ...states: ReplicaHealth[]): ServiceView {
  return { name, replicas: states.map((state, n) => ({ name: `${name}-${n + 1}`, state, detail: '' })) };
}

/** All services of the lab with one replica each, healthy, but for those that are given. */
export function exampleServices(...others: ServiceView[]): ServiceView[] {
  return [...OTHERS, ...ROLES].map(
    (name) => others.find((other) => other.name === name) ?? exampleService(name, 'healthy'),
  );
}

/** The scaler as it is after a reset: off, one replica of each role. */
export function exampleScaler(more: Partial<ScalerStatus> = {}): ScalerStatus {
  const replicas = { ready: 1, starting: 0, draining: 0, broken: 0 };
  const roles = ROLES.map((role) =>
    exampleRole({ role, worker: role, queues: [`${role}.IN`], replicas, decision: undefined }),
  );
  return exampleStatus(roles, { mode: 'off', ...more });
}

/** What the ledger would say of these jobs: nothing is lost, and what is queued waits. */
function exampleVerdict(jobs: readonly JobView[], more: Partial<Verdict> = {}): Verdict {
  const items = jobs.flatMap((job) => job.items);
  const count = (state: string): number => items.filter((item) => item.state === state).length;
  const redelivered = items.filter(({ timings }) => timings.steps.some((step) => step.redelivered));
  return {
    ...{ verdict: 'nothing lost', at: BEGIN, accepted: items.length },
    ...{ done: count('done'), failed: count('failed'), dead: 0, cancelled: count('cancelled') },
    ...{ in_flight: count('queued'), lost: 0, redelivered: redelivered.length, retried: 0 },
    ...{
      duplicate_deliveries: 0,
      duplicate_effects: 0,
      inconsistencies: [],
      where: [],
      lost_items: [],
      dead_items: [],
    },
    unsafe: false,
    ...more,
  };
}

export function exampleEvidence({
  services = exampleServices(),
  verdict,
  jobs = [],
  jobsAfterVerdict = jobs,
  scaler = exampleScaler(),
  decisions = {},
  results = {},
}: ExampleEvidence = {}): Evidence {
  let now = jobs;
  let seen: JobView[] | undefined;
  return {
    services: async () => services,
    verdict: async () => {
      now = jobsAfterVerdict;
      return exampleVerdict(now, verdict);
    },
    // Looked at once, as the real one.
    jobs: async () => {
      seen ??= now;
      return seen;
    },
    withItems: async (wanted) => wanted.map(({ id }) => now.find((job) => job.id === id)!),
    scaler: async () => scaler,
    decisions: async (role) => decisions[role] ?? [],
    results: async (scenario) => results[scenario] ?? [],
  };
}

/** Whether each finding of a check is true, in their order. */
export const truths = (findings: readonly { ok: boolean }[]): boolean[] => findings.map(({ ok }) => ok);
