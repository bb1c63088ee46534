// A role, a situation and a decision of the lab, for tests of what is shown of them.
import type { Decision, Situation } from '../../services/scaler/deciding/types.ts';
import type { ScalerStatus } from '../../services/scaler/governor.ts';
import type { RoleStatus } from '../../services/scaler/live-role.ts';

/** Epoch seconds. */
export const NOW = 1_700_000_000;

export const exampleSituation = (more: Partial<Situation> = {}): Situation => ({
  at: NOW - 3,
  waiting: 82,
  inHand: 4,
  age: 2.1,
  poll: 2,
  arrivalRate: 12.4,
  arrivalError: 0.9,
  service: 0.81,
  serviceSpread: 0.4,
  boot: 0.52,
  ready: 2,
  starting: [],
  draining: 0,
  broken: 0,
  estimates: [],
  ...more,
});

export const exampleDecision = (more: Partial<Decision> = {}): Decision => ({
  role: 'resize',
  at: NOW - 3,
  policy: 'deadline',
  situation: exampleSituation(),
  wish: {
    replicas: 5,
    term: 'deadline',
    formula: 'ceil((82 + 12.4 · 4.6 + 2σ) · 0.81 / (2 · 13.2)) = 5',
    projectedWait: 19.6,
  },
  from: 2,
  to: 5,
  term: 'deadline',
  conditions: ['Active'],
  guard: {},
  sentence:
    'resize 2 → 5: 82 waiting and 12.4/s arriving; at 0.81 s each and 15 s deadline the wait would reach 19.6 s before new replicas are up',
  ...more,
});

export const exampleRole = (more: Partial<RoleStatus> = {}): RoleStatus => ({
  role: 'resize',
  worker: 'resize',
  queues: ['resize.IN'],
  policy: 'deadline',
  minimum: 1,
  maximum: 6,
  deadline: 15,
  concurrency: 1,
  processing: 0.8,
  replicas: { ready: 2, starting: 0, draining: 0, broken: 0 },
  decision: exampleDecision(),
  steering: {},
  measured: { service: 0.81, serviceSpread: 0.4, boot: 0.52 },
  cost: { working: 420.4, idle: 180.2, booting: 12, draining: 8 },
  ...more,
});

export const exampleStatus = (roles: RoleStatus[], more: Partial<ScalerStatus> = {}): ScalerStatus => ({
  mode: 'act',
  at: NOW,
  config: { file: 'guv.yaml', ok: true, readAt: NOW - 75 },
  broker: { ok: true },
  platform: { ok: true },
  roles,
  ...more,
});
