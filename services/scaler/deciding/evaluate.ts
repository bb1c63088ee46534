// Makes a stored decision again, from nothing but its record: whoever doubts a decision can check it.
import type { RoleSettings } from '../../shared/guv/settings.ts';
import { settle } from './guard.ts';
import type { Decision, Policy } from './types.ts';

/**
 * The same result, term and sentence, where settings and policy are the same. Where the policy had failed, it is not asked again.
 * For a policy that is asked elsewhere (a file, an http address) give `storedWish(decision)`.
 */
export function evaluate(decision: Decision, settings: RoleSettings, policy: Policy): Decision {
  const { at, situation, from, guard } = decision;
  const wish = situation === undefined || decision.wish === undefined ? undefined : policy(situation, settings);
  return settle({ at, policy: decision.policy, situation, wish, from }, settings, guard);
}

/** A policy that says what it said then. */
export const storedWish =
  ({ wish }: Decision): Policy =>
  () => {
    if (wish === undefined) throw new Error('that decision was made without a wish');
    return wish;
  };
