// Says what is new in a role's decisions, once each: as events, and in the log.
import type { Log } from '../shared/log.ts';
import type { Condition, Decision } from './deciding/types.ts';
import type { Events } from './events.ts';
import type { ReplicasSet } from './observing/platform-client.ts';

/** Comes and goes with every job: no news. */
const NO_NEWS: Condition = 'Active';
/** What somebody should look at. */
const ALARMS: readonly Condition[] = ['Fallback', 'CrashLooping', 'Stuck'];

export interface Telling {
  decided(decision: Decision): void;
  scaled(decision: Decision, done: ReplicasSet): void;
}

function reasonOf(condition: Condition, { guard, sentence }: Decision): string {
  const reasons: Partial<Record<Condition, string | undefined>> = {
    Fallback: guard.unobserved?.because ?? guard.policyProblem,
    Saturated: guard.saturated?.because,
    CrashLooping: guard.crashLooping,
    Stuck: guard.stuck,
  };
  return reasons[condition] ?? sentence;
}

export function createTelling(role: string, events: Events, log: Log): Telling {
  let before: readonly Condition[] = [];
  let policyProblem: string | undefined;
  let platform: string | undefined;

  function conditions(decision: Decision): void {
    const now = decision.conditions.filter((condition) => condition !== NO_NEWS);
    for (const condition of now.filter((one) => !before.includes(one))) {
      const reason = reasonOf(condition, decision);
      events.emit('GuvCondition', { role, condition, state: true, reason });
      log[ALARMS.includes(condition) ? 'warn' : 'info']({ role, condition }, reason);
    }
    for (const condition of before.filter((one) => !now.includes(one))) {
      events.emit('GuvCondition', { role, condition, state: false, reason: 'over' });
      log.info({ role, condition }, 'the condition is over');
    }
    before = now;
  }

  function errors({ guard, policy }: Decision): void {
    if (guard.policyProblem !== undefined && guard.policyProblem !== policyProblem) {
      events.emit('GuvError', { role, source: 'policy', error: `${policy} ${guard.policyProblem}` });
    }
    if (guard.platform !== undefined && guard.platform !== platform) {
      events.emit('GuvError', { role, source: 'platform', error: guard.platform });
      log.warn({ role }, guard.platform);
    }
    ({ policyProblem, platform } = guard);
  }

  return {
    decided(decision) {
      conditions(decision);
      errors(decision);
    },
    scaled({ policy, situation, term, sentence }, { from, to }) {
      const jobs = situation && situation.waiting + situation.inHand;
      events.emit('GuvScaled', { role, policy, jobs, previousWorkers: from, workers: to, term, reason: sentence });
      log.info({ role, from, to, term }, sentence);
    },
  };
}
