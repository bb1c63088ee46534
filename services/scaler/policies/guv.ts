// The rule of guv 0.3, exactly: as many replicas as bring the backlog down within the target; up at once, down to the highest estimate of the
// past. It has no arrival rate, no boot time and no measured service time: here to be compared with, and for those who want its numbers.
import type { RoleSettings } from '../../shared/guv/settings.ts';
import type { Policy, Wish } from '../deciding/types.ts';

export type GuvRule = Pick<RoleSettings, 'processing' | 'target' | 'concurrency' | 'minimum' | 'maximum'>;

/** Replicas that the rule wants for so many jobs, waiting and in hand; within minimum and maximum, the latter stronger. */
export function guvEstimate(messages: number, { processing, target, concurrency, minimum, maximum }: GuvRule): number {
  // So many jobs are worked on side by side in one processing time, the next ones after that.
  const work = Math.ceil(messages / concurrency) * processing;
  // Where the target is short a replica still does one round of jobs.
  const time = Math.max(processing, target - processing);
  return Math.min(Math.max(Math.ceil(work / time), minimum), maximum);
}

/**
 * What to ask of the platform; undefined: nothing.
 * @param history past estimates, oldest first
 * @param current replicas there are; undefined where that is not known
 */
export function guvNext(estimate: number, history: readonly number[], current: number | undefined): number | undefined {
  if (current === undefined || estimate > current) return estimate;
  if (estimate === current) return undefined;
  const highest = history.reduce((most, past) => Math.max(most, past), estimate);
  return highest < current ? highest : undefined;
}

/** How many past estimates guv keeps. */
export const guvHistorySize = ({ history, pollinterval }: Pick<RoleSettings, 'history' | 'pollinterval'>): number =>
  Math.floor(history / pollinterval);

const short = (value: number): string => String(Number(value.toFixed(2)));

/** As the rule was reckoned: `⌈ ⌈40/1⌉ × 10 s / max(10, 48.37 − 10) s ⌉ = 11`. */
function formulaOf(messages: number, { processing, target, concurrency }: GuvRule, result: number): string {
  const time = `max(${short(processing)}, ${short(target)} − ${short(processing)}) s`;
  return `⌈ ⌈${messages}/${concurrency}⌉ × ${short(processing)} s / ${time} ⌉ = ${result}`;
}

export const guv: Policy = ({ waiting, inHand, ready, starting, estimates }, settings): Wish => {
  const messages = waiting + inHand;
  const current = ready + starting.length;
  // Bounds are set by whoever asked, who then can say so; guv's history is made of numbers within them.
  const wanted = guvEstimate(messages, { ...settings, minimum: 0, maximum: Infinity });
  const estimate = guvEstimate(messages, settings);
  const formula = formulaOf(messages, settings, wanted);
  const next = guvNext(estimate, estimates, current) ?? current;
  if (next <= estimate) return { replicas: wanted, estimate, term: estimate === current ? 'none' : 'load', formula };
  const past = `held at ${next} by the highest of the estimates before: ${estimates.join(', ')}`;
  return { replicas: next, estimate, term: 'hysteresis', formula: `${formula}; ${past}` };
};
