// What Prometheus sees of the scaler: of each role what was decided from, what was decided, and what it costs.
import { createRequire } from 'node:module';
import type * as Prometheus from 'prom-client';
import type { Condition, Decision } from './deciding/types.ts';
import type { Governor, ScalerStatus } from './governor.ts';
import type { RoleStatus } from './live-role.ts';
import type { ReplicasSet } from './observing/platform-client.ts';
import { MODES } from './state.ts';

const require = createRequire(import.meta.url);
const Counter = require('prom-client/lib/counter.js') as typeof Prometheus.Counter;
const Gauge = require('prom-client/lib/gauge.js') as typeof Prometheus.Gauge;

const CONDITIONS: readonly Condition[] = [
  'Active',
  'Fallback',
  'Paused',
  'Fixed',
  'Saturated',
  'CrashLooping',
  'Stuck',
];

/** One number of each role, where it is known: name, what it is, and where it stands. */
const NUMBERS: [string, string, (role: RoleStatus) => number | undefined][] = [
  ['jobs_waiting', 'Jobs that wait in the queues', ({ situation }) => situation?.waiting],
  ['jobs_in_hand', 'Jobs in the hands of consumers', ({ situation }) => situation?.inHand],
  ['arrival_rate', 'Jobs a second that arrive', ({ situation }) => situation?.arrivalRate],
  ['service_seconds', 'How long a slot works on a job', ({ situation }) => situation?.service],
  ['boot_seconds', 'From the request for a replica until it consumes', ({ situation }) => situation?.boot],
  ['observation_age_seconds', 'How old the broker sample is', ({ situation }) => situation?.age],
  ['projected_wait_seconds', 'Wait that a job would have', ({ decision }) => decision?.wish?.projectedWait],
  ['replicas_wanted', 'Replicas that the last decision wants', ({ decision }) => decision?.to],
  ['deadline_seconds', 'The deadline of a job', ({ deadline }) => deadline],
  ['replicas_minimum', 'Fewest replicas', ({ minimum }) => minimum],
  ['replicas_maximum', 'Most replicas', ({ maximum }) => maximum],
];

export interface ScalerMetrics {
  decided(decision: Decision): void;
  scaled(decision: Decision, done: ReplicasSet): void;
}

/** @param governor asked for its status at each scrape */
export function createScalerMetrics(registry: Prometheus.Registry, governor: () => Governor): ScalerMetrics {
  const registers = [registry];

  function gauge(
    name: string,
    help: string,
    labelNames: string[],
    fill: (status: ScalerStatus, set: Set) => void,
  ): void {
    new Gauge({
      name: `queuelab_scaler_${name}`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset(); // a role that is gone, or unobserved, has no number: not its last one
        fill(governor().status(), (labels, value) => this.set(labels, value));
      },
    });
  }

  for (const [name, help, of] of NUMBERS) {
    gauge(name, help, ['role'], ({ roles }, set) => {
      for (const role of roles) {
        const value = of(role);
        if (value !== undefined && Number.isFinite(value)) set({ role: role.role }, value);
      }
    });
  }
  gauge('replicas', 'Replicas', ['role', 'state'], ({ roles }, set) => {
    for (const { role, replicas } of roles) {
      for (const [state, count] of Object.entries(replicas ?? {})) set({ role, state }, count);
    }
  });
  gauge('condition', 'Whether it is so: 1 or 0', ['role', 'condition'], ({ roles }, set) => {
    for (const { role, decision } of roles) {
      for (const condition of decision === undefined ? [] : CONDITIONS) {
        set({ role, condition }, Number(decision?.conditions.includes(condition)));
      }
    }
  });
  gauge('replica_seconds', 'What it cost since the scaler was started', ['role', 'kind'], ({ roles }, set) => {
    for (const { role, cost } of roles)
      for (const [kind, seconds] of Object.entries(cost)) set({ role, kind }, seconds);
  });
  gauge('mode', 'The mode is this one: 1 or 0', ['mode'], ({ mode }, set) => {
    for (const one of MODES) set({ mode: one }, Number(one === mode));
  });
  gauge('source_up', 'Whether it answers: 1 or 0', ['source'], ({ broker, platform, config }, set) => {
    for (const [source, { ok }] of Object.entries({ broker, platform, config })) set({ source }, Number(ok));
  });

  const decisions = new Counter({
    name: 'queuelab_scaler_decisions_total',
    help: 'Decisions, and what bound them',
    labelNames: ['role', 'term'],
    registers,
  });
  const scalings = new Counter({
    name: 'queuelab_scaler_scalings_total',
    help: 'Changes of the number of replicas',
    labelNames: ['role', 'direction'],
    registers,
  });
  return {
    decided: ({ role, term }) => decisions.inc({ role, term }),
    scaled: ({ role }, { from, to }) => scalings.inc({ role, direction: to > from ? 'up' : 'down' }),
  };
}

type Set = (labels: Record<string, string>, value: number) => void;
