// A role and a situation to begin a test with: 2 replicas, 4 jobs waiting, calm.
import type { RoleSettings } from '../../shared/guv/settings.ts';
import type { Situation, Wish } from './types.ts';

export const settingsOf = (different: Partial<RoleSettings> = {}): RoleSettings => ({
  role: 'resize',
  worker: 'resize',
  queues: ['resize.IN'],
  processing: 1,
  stddev: 0.5,
  deadline: 15,
  percentile: 99,
  target: 13.8,
  boot: 1,
  concurrency: 1,
  minimum: 1,
  maximum: 10,
  pollinterval: 2,
  history: 120,
  rateWindow: 120,
  policy: 'deadline',
  cooldown: 0,
  fallback: 'hold',
  measure: true,
  ...different,
});

export const situationOf = (different: Partial<Situation> = {}): Situation => ({
  at: 1_000,
  waiting: 4,
  inHand: 2,
  age: 1,
  poll: 2,
  arrivalRate: 1.5,
  arrivalError: 0.2,
  service: 0.81,
  serviceSpread: 0.4,
  boot: 1,
  ready: 2,
  starting: [],
  draining: 0,
  broken: 0,
  estimates: [],
  ...different,
});

export const wishOf = (replicas: number, different: Partial<Wish> = {}): Wish => ({
  replicas,
  term: 'deadline',
  formula: `${replicas}`,
  ...different,
});
