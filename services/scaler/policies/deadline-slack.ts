// How long a job may wait for its slot: its deadline less the time that all but the slowest jobs take.
import type { RoleSettings } from '../../shared/guv/settings.ts';
import type { Situation } from '../deciding/types.ts';
import { normalQuantile } from './normal-quantile.ts';

/** Where a job takes as long as the deadline, there is no time to wait; the forecast still needs some. A share of the service time. */
const LEAST = 0.1;

/**
 * Seconds. Half of the jobs that may be late are left for slow ones: with percentile 99, the time that 98 % of the jobs need, of a lognormal
 * distribution, which service times resemble.
 */
export function slackOf({ service, serviceSpread }: Situation, { deadline, percentile }: RoleSettings): number {
  const share = Math.max(0.5, 1 - 2 * (1 - percentile / 100));
  const variance = Math.log(1 + (serviceSpread / service) ** 2);
  const slowest = service * Math.exp(normalQuantile(share) * Math.sqrt(variance) - variance / 2);
  return Math.max(deadline - slowest, LEAST * service);
}
