// From what a policy wants to what is asked of the platform: bounds, steps, times of rest, what a person has set, and what to do where
// nothing can be seen. Pure: the same record gives the same result, now and a year later.
import type { RoleSettings } from '../../shared/guv/settings.ts';
import { sentenceOf } from './sentence.ts';
import type { Condition, Decision, GuardState, Situation, Term, Wish } from './types.ts';

/** One moment of one role. `wish` is missing where the role is unobserved, and where its policy failed (`guard.policyProblem`). */
export interface Moment {
  at: number;
  /** Name of the policy. */
  policy: string;
  situation?: Situation | undefined;
  wish?: Wish | undefined;
  /** Replicas ready and starting; undefined where unknown. Where there is a situation, it counts. */
  from?: number | undefined;
}

interface Bound {
  to: number | undefined;
  term: Term;
}

/**
 * The order is the precedence, last one wins:
 *
 *   wish, or fallback -> minimum, maximum -> saturated -> step -> cooldown -> paused;   fixed: instead of all that
 *
 * A person's word comes before everything, unobserved or not; a fixed number may lie outside of minimum and maximum.
 * While paused nothing at all is done in that direction, not even a dead replica replaced.
 *
 * @param options.sentences false: left empty, for simulations
 */
export function settle(
  moment: Moment,
  settings: RoleSettings,
  guard: GuardState,
  { sentences = true }: { sentences?: boolean } = {},
): Decision {
  const { at, situation, wish } = moment;
  const from = situation === undefined ? moment.from : situation.ready + situation.starting.length;
  const { to, term } =
    guard.fixed === undefined ? bind(moment, from, settings, guard) : { to: guard.fixed, term: 'fixed' as const };
  const decision: Decision = {
    role: settings.role,
    at,
    policy: moment.policy,
    term: guard.platform !== undefined && to !== from && to !== undefined ? 'platform' : term,
    conditions: conditionsOf(situation, wish, guard),
    guard,
    sentence: '',
  };
  if (situation !== undefined) decision.situation = situation;
  if (wish !== undefined) decision.wish = wish;
  if (from !== undefined) decision.from = from;
  if (to !== undefined) decision.to = to;
  if (sentences) decision.sentence = sentenceOf(decision, settings, term);
  return decision;
}

function bind(
  { at, situation, wish }: Moment,
  from: number | undefined,
  settings: RoleSettings,
  guard: GuardState,
): Bound {
  if (situation === undefined || wish === undefined) return pause(fallback(from, settings, guard), from, guard);
  const before = from as number;
  let to = Math.ceil(wish.replicas);
  let term: Term = wish.term;
  if (to < settings.minimum) [to, term] = [settings.minimum, 'minimum'];
  if (to > settings.maximum) [to, term] = [settings.maximum, 'maximum'];
  if (guard.saturated !== undefined) {
    const most = Math.max(guard.saturated.at, before, settings.minimum);
    if (to > most) [to, term] = [most, 'saturated'];
  }
  if (settings.maxstepUp !== undefined && to > before + settings.maxstepUp) {
    [to, term] = [before + settings.maxstepUp, 'step'];
  }
  if (settings.maxstepDown !== undefined && to < before - settings.maxstepDown) {
    [to, term] = [before - settings.maxstepDown, 'step'];
  }
  if (to < before && guard.changedAt !== undefined && at - guard.changedAt < settings.cooldown) {
    [to, term] = [before, 'cooldown'];
  }
  return pause({ to, term }, before, guard);
}

/** KEDA's currentReplicas, currentReplicasIfHigher and static. What is unknown is never asked for. */
function fallback(from: number | undefined, settings: RoleSettings, guard: GuardState): Bound {
  const held = guard.wanted ?? from;
  const rule = settings.fallback;
  if (rule === 'hold') return { to: held, term: 'fallback' };
  if ('fixed' in rule) return { to: rule.fixed, term: 'fallback' };
  return { to: held === undefined ? undefined : Math.max(held, rule.higher), term: 'fallback' };
}

function pause({ to, term }: Bound, from: number | undefined, { paused }: GuardState): Bound {
  if (paused === undefined || to === undefined || to === from) return { to, term };
  // Where the number is unknown nothing can be said of the direction: then nothing is done at all.
  const holds = from === undefined || paused === 'both' || (paused === 'in' ? to < from : to > from);
  return holds ? { to: from, term: 'paused' } : { to, term };
}

function conditionsOf(situation: Situation | undefined, wish: Wish | undefined, guard: GuardState): Condition[] {
  const conditions: Condition[] = [];
  if (situation !== undefined && situation.waiting + situation.inHand > 0) conditions.push('Active');
  if (situation === undefined || wish === undefined) conditions.push('Fallback');
  if (guard.paused !== undefined) conditions.push('Paused');
  if (guard.fixed !== undefined) conditions.push('Fixed');
  if (guard.saturated !== undefined) conditions.push('Saturated');
  if (guard.crashLooping !== undefined) conditions.push('CrashLooping');
  if (guard.stuck !== undefined) conditions.push('Stuck');
  return conditions;
}
