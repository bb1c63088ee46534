// A decision in one sentence for people, with the numbers in it.
import type { RoleSettings } from '../../shared/guv/settings.ts';
import type { Decision, Situation, Term, Wish } from './types.ts';

/** 0.81, 12.4, 120: three figures are as many as anybody reads. */
export function figure(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 99.95 || Number.isInteger(value) ? 0 : size >= 9.995 ? 1 : 2);
}

const secondsText = (seconds: number): string =>
  Number.isFinite(seconds) ? `${figure(Math.max(0, seconds))} s` : 'no end';

const replicas = (count: number): string => (count === 1 ? '1 replica' : `${count} replicas`);

/** `resize 2 → 5`, `resize stays at 2`. */
function headOf({ role, from, to }: Decision): string {
  if (to === undefined) return from === undefined ? `${role} is left alone` : `${role} stays at ${from}`;
  if (from === undefined) return `${role} → ${to}`;
  return from === to ? `${role} stays at ${to}` : `${role} ${from} → ${to}`;
}

const loadOf = ({ waiting, inHand, arrivalRate }: Situation): string =>
  waiting + inHand === 0 && arrivalRate === 0
    ? 'nothing is waiting and nothing arrives'
    : `${figure(Math.round(waiting))} waiting and ${figure(arrivalRate)}/s arriving`;

/** What the policy saw and made of it. */
function reasonOf(wish: Wish, situation: Situation, settings: RoleSettings, direction: number): string {
  if (wish.term === 'own') return wish.formula;
  const load = loadOf(situation);
  if (wish.term === 'zero') return `${load}, and its minimum is 0`;
  const each = `${load}; at ${figure(situation.service)} s each`;
  if (wish.projectedWait !== undefined) {
    const by = `${each} and ${figure(settings.deadline)} s deadline`;
    if (direction > 0) {
      const reach = `${by} the wait would reach ${secondsText(wish.projectedWait)} before new replicas are up`;
      // The deadline rule looks at what may come, and not only at what is expected.
      const inTime = wish.term === 'deadline' && wish.projectedWait + situation.service <= settings.deadline;
      return inTime ? `${reach}, and too long if as many come as may` : reach;
    }
    const calm = `${by} the wait would be ${secondsText(wish.projectedWait)} with what is there`;
    return direction < 0 ? `${calm}, and fewer are enough` : calm;
  }
  const wanted = `${each} ${replicas(Math.ceil(wish.estimate ?? wish.replicas))} would do`;
  if (wish.term === 'hysteresis' && wish.estimate !== undefined && wish.estimate < wish.replicas) {
    return `${wanted}, and ${Math.ceil(wish.replicas)} were wanted within the last ${figure(settings.history)} s`;
  }
  return wanted;
}

/** What held it back, or set it. Undefined where the policy's own word was the last. */
function boundOf(decision: Decision, settings: RoleSettings, term: Term): string | undefined {
  const { guard, wish, at, situation } = decision;
  const wanted = wish === undefined ? '' : `${Math.ceil(wish.replicas)} wanted`;
  switch (term) {
    case 'minimum':
      return `${wanted}, its minimum is ${settings.minimum}`;
    case 'maximum':
      return `${wanted}, its maximum is ${settings.maximum}`;
    case 'step': {
      const down = wish !== undefined && decision.from !== undefined && wish.replicas < decision.from;
      const step = down ? settings.maxstepDown : settings.maxstepUp;
      return `${wanted}, at most ${step} ${down ? 'fewer' : 'more'} at a time`;
    }
    case 'cooldown': {
      const left = settings.cooldown - (at - (guard.changedAt ?? at));
      return `${wanted}, fewer only in ${secondsText(left)}: its cooldown is ${figure(settings.cooldown)} s`;
    }
    case 'saturated':
      return `${wanted}, more would not help: ${guard.saturated?.because}`;
    case 'paused': {
      const what = guard.paused === 'both' ? 'scaling' : guard.paused === 'in' ? 'scaling down' : 'scaling up';
      return `${wanted === '' ? '' : `${wanted}, `}${what} is paused`;
    }
    case 'fixed':
      return `fixed at ${guard.fixed} by hand`;
    case 'fallback':
      return fallbackOf(decision, settings, situation === undefined);
    default:
      return undefined;
  }
}

function fallbackOf({ guard, to }: Decision, { fallback, policy }: RoleSettings, unseen: boolean): string {
  const why = unseen
    ? `it cannot be observed: ${guard.unobserved?.because ?? 'unknown why'}`
    : `its policy ${policy} ${guard.policyProblem ?? 'gave no answer'}`;
  if (to === undefined) return why;
  if (fallback === 'hold') return `${why}; what there is, is held`;
  return `${why}; its fallback is ${'fixed' in fallback ? fallback.fixed : `${fallback.higher}, or what there is where that is more`}`;
}

/** @param term what bound the number; `decision.term` may say that the platform did not follow */
export function sentenceOf(decision: Decision, settings: RoleSettings, term: Term = decision.term): string {
  const { situation, wish, guard, from, to } = decision;
  const parts: string[] = [];
  const bound = boundOf(decision, settings, term);
  const own = situation !== undefined && wish !== undefined;
  if (own && term !== 'fixed') {
    parts.push(reasonOf(wish, situation, settings, Math.ceil(wish.replicas) - (from ?? 0)));
  }
  if (bound !== undefined) parts.push(bound);
  if (guard.crashLooping !== undefined) parts.push(guard.crashLooping);
  if (guard.stuck !== undefined) parts.push(guard.stuck);
  if (guard.platform !== undefined && to !== undefined && to !== from) parts.push(`the platform: ${guard.platform}`);
  return `${headOf(decision)}: ${parts.join('; ')}`;
}
