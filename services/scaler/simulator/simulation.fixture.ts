// A small simulation to be changed by tests: one role, jobs of one second, replicas that boot in two.
import type { Policy } from '../deciding/types.ts';
import type { RoleModel, Simulation } from './types.ts';

/** Wants so many, always. */
export const always =
  (replicas: number): Policy =>
  () => ({ replicas, term: 'own', formula: `always ${replicas}` });

export function role(change: Partial<RoleModel> & { replicas?: number } = {}): RoleModel {
  const { replicas = 1, ...others } = change;
  return {
    settings: {
      role: 'work',
      worker: 'work',
      queues: ['work.IN'],
      processing: 1,
      stddev: 1,
      deadline: 10,
      percentile: 99,
      target: 7.67,
      boot: 2,
      concurrency: 1,
      minimum: 0,
      maximum: 100,
      pollinterval: 2,
      history: 120,
      rateWindow: 120,
      policy: 'always',
      cooldown: 0,
      fallback: 'hold',
      measure: true,
    },
    policy: always(replicas),
    service: () => ({ kind: 'exponential', mean: 1 }),
    boot: { kind: 'constant', mean: 2 },
    initial: replicas,
    ...others,
  };
}

/** Jobs at a constant rate, at random times. */
export function simulation(rate: number, seconds: number, roles: RoleModel[]): Simulation {
  const load = { name: 'test', rate: () => rate, peak: rate, seconds };
  return { load, roles, observation: { every: 5, lost: 0 }, seed: 1 };
}

/** Up and down all the time, without regard to anything. */
export const restless: Policy = ({ at }) => ({ replicas: Math.floor(at / 3) % 7, term: 'own', formula: 'restless' });
