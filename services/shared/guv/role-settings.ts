// What a role's entry comes to in this lab: guv's normal form, with the keys that guv does not have.
import type { NormalizedRole } from './normalize.ts';
import type { RoleSettings } from './settings.ts';
import { fallbackOf, switchOf } from './value.ts';

/** Seconds between two looks. guv's 30 are too long for a deadline below a minute. */
const POLL = 2;

/** Seconds: most loads are about the same for that long. */
const RATE_WINDOW = 120;

/** A number, where there is one. */
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/**
 * @param normal guv's form, without errors
 * @param written what the file says of the role and of '*', under long names: what is not written there has this lab's default
 */
export function roleSettings(role: string, normal: NormalizedRole, written: Record<string, unknown>): RoleSettings {
  const { worker = role, queue = role, stddev = 0, target = normal.deadline } = normal;
  const policy = typeof written.policy === 'string' ? written.policy : 'deadline';
  const maxstepUp = numberOf(written.maxstep_up);
  const maxstepDown = numberOf(written.maxstep_down);
  const queueLength = numberOf(written.queuelength);
  return {
    role,
    worker,
    queues: Array.isArray(queue) ? queue : [queue],
    processing: normal.processing,
    stddev,
    deadline: normal.deadline,
    percentile: normal.percentile,
    target,
    boot: normal.boot,
    concurrency: normal.concurrency,
    minimum: normal.minimum,
    maximum: normal.maximum,
    pollinterval: written.pollinterval === undefined && policy !== 'guv' ? POLL : normal.pollinterval,
    history: normal.history,
    rateWindow: numberOf(written.ratewindow) ?? RATE_WINDOW,
    policy,
    cooldown: numberOf(written.cooldown) ?? 0,
    ...(maxstepUp === undefined ? {} : { maxstepUp }),
    ...(maxstepDown === undefined ? {} : { maxstepDown }),
    fallback: fallbackOf(written.fallback) ?? 'hold',
    measure: switchOf(written.measure) ?? true,
    ...(queueLength === undefined ? {} : { queueLength }),
  };
}
