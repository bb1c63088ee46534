// The two kinds of worker that the loads are given to, and what the scaler believes of them.
import type { Distribution } from '../../services/scaler/simulator/types.ts';
import type { RoleSettings } from '../../services/shared/guv/settings.ts';
import { targetOf } from '../../services/shared/guv/target.ts';

export interface Profile {
  name: 'container' | 'pod';
  service: Distribution;
  boot: Distribution;
  deadline: number;
}

/** Boots differ by a tenth, as they do on a quiet host. */
export const PROFILES: readonly Profile[] = [
  {
    name: 'container',
    service: { kind: 'lognormal', mean: 2, stddev: 1 },
    boot: { kind: 'lognormal', mean: 0.5, stddev: 0.05 },
    deadline: 15,
  },
  {
    name: 'pod',
    service: { kind: 'lognormal', mean: 5, stddev: 2.5 },
    boot: { kind: 'lognormal', mean: 30, stddev: 3 },
    deadline: 60,
  },
];

/** More than any load needs, so that no policy is measured by its maximum. */
export const MAXIMUM = 300;

/** What guv.yaml would say of such a worker: the truth about service and boot, and half of the service time as its spread. */
export function settingsOf(profile: Profile, minimum: number): RoleSettings {
  const processing = profile.service.mean;
  const settings = {
    role: profile.name,
    worker: profile.name,
    queues: [`${profile.name}.IN`],
    processing,
    stddev: processing / 2,
    deadline: profile.deadline,
    percentile: 99,
    boot: profile.boot.mean,
    concurrency: 1,
    minimum,
    maximum: MAXIMUM,
    pollinterval: 2,
    history: 120,
    rateWindow: 120,
    policy: 'deadline',
    cooldown: 0,
    fallback: 'hold' as const,
    measure: true,
  };
  return { ...settings, target: Math.max(targetOf(settings), processing + 0.01) };
}
