// What a policy said before, as far back as it looks: guv does not scale down below the highest of these.
import type { RoleSettings } from '../../shared/guv/settings.ts';
import type { Wish } from './types.ts';

/** KEDA's policy looks back over the stabilisation window of the Horizontal Pod Autoscaler. Seconds. */
const KEDA_WINDOW = 300;

/** How many estimates a policy gets. */
export function estimatesKept({ policy, history, pollinterval }: RoleSettings): number {
  if (policy === 'deadline') return 0;
  return Math.floor((policy === 'keda-queue-length' ? KEDA_WINDOW : history) / pollinterval);
}

/** The older ones with the newest, as many as are kept; a new array, as the old one is part of a record. */
export function withEstimate(estimates: readonly number[], wish: Wish, settings: RoleSettings): number[] {
  const kept = estimatesKept(settings);
  if (kept === 0) return [];
  const estimate = wish.estimate ?? Math.min(settings.maximum, Math.max(settings.minimum, wish.replicas));
  // A number that is none would stay the highest for ever.
  if (!Number.isFinite(estimate)) return estimates.slice(-kept);
  const next = estimates.length >= kept ? estimates.slice(estimates.length - kept + 1) : estimates.slice();
  next.push(estimate);
  return next;
}
