// One role's governor: what it has seen, what it decides, what it must remember for the next decision. The live scaler and the
// simulator run this very same code; neither clock nor network is in it.
import type { RoleSettings } from '../../shared/guv/settings.ts';
import { createEstimator } from '../measuring/estimator.ts';
import { withEstimate } from './estimates.ts';
import { settle } from './guard.ts';
import { checkWish } from './read-wish.ts';
import type { Decision, GuardState, Policy, Reading, Situation, Wish } from './types.ts';

export interface RoleGovernorOptions {
  settings: RoleSettings;
  /** Undefined where it is asked elsewhere, as one's own policies are: then `look` and `settle` are called, and not `decide`. */
  policy?: Policy | undefined;
  /** Whether decisions say themselves in words. Default true; millions of them are faster without. */
  sentences?: boolean;
}

/** What a restart of the scaler must not forget. */
export interface RoleMemory {
  guard: GuardState;
  estimates: number[];
}

export interface RoleGovernor {
  settings(): RoleSettings;
  /** From now on so. What was measured stays, unless the queues or the way of measuring are others. */
  configure(settings: RoleSettings, policy?: Policy): void;
  observe(reading: Reading): void;
  /** What is to be decided from; undefined where the role cannot be observed. */
  look(at: number): Situation | undefined;
  /** Looks, asks the policy, settles, and takes it as carried out. */
  decide(at: number): Decision;
  /** What comes of a wish, or of a policy that failed. Carries nothing out: `commit` says so. */
  settle(at: number, situation: Situation | undefined, outcome: Wish | { problem: string } | undefined): Decision;
  /** The platform has this number now, or was asked for it. */
  commit(decision: Decision): void;
  /** Replicas are somebody else's from now on: nothing is held, and nothing rested from. */
  release(): void;
  /** A person's word; undefined or null: taken back. What is not named stays. */
  steer(steering: { fixed?: number | null | undefined; paused?: GuardState['paused'] | null }): void;
  saturate(saturated: GuardState['saturated']): void;
  /** What else is known of the replicas; undefined clears. */
  note(known: Pick<GuardState, 'platform' | 'crashLooping' | 'stuck'>): void;
  guard(): GuardState;
  measured(): { service?: number; serviceSpread?: number; boot?: number };
  save(): RoleMemory;
  restore(memory: RoleMemory): void;
}

const sameMeasuring = (a: RoleSettings, b: RoleSettings): boolean =>
  a.worker === b.worker &&
  a.measure === b.measure &&
  a.processing === b.processing &&
  a.stddev === b.stddev &&
  a.boot === b.boot &&
  a.concurrency === b.concurrency &&
  a.rateWindow === b.rateWindow &&
  a.queues.join('\n') === b.queues.join('\n');

/** A policy of ours that throws is wrong like one that gives nonsense. */
function ask(policy: Policy, situation: Situation, settings: RoleSettings): Wish | { problem: string } {
  try {
    const read = checkWish(policy(situation, settings));
    return 'wish' in read ? read.wish : read;
  } catch (error) {
    return { problem: `failed: ${(error as Error).message}` };
  }
}

export function createRoleGovernor(options: RoleGovernorOptions): RoleGovernor {
  const sentences = { sentences: options.sentences ?? true };
  let { settings, policy } = options;
  let estimator = createEstimator(settings);
  let last: Reading | undefined;
  /** Never changed in place: records hold it. */
  let guard: GuardState = {};
  let estimates: number[] = [];

  /** Sets or clears one entry; most of the time nothing changes, and no copy is made. */
  function put<K extends keyof GuardState>(key: K, value: GuardState[K]): void {
    if (guard[key] === value) return;
    const { [key]: _, ...others } = guard;
    guard = value === undefined ? (others as GuardState) : { ...guard, [key]: value };
  }

  function noticeUnobserved(at: number, situation: Situation | undefined): void {
    if (situation !== undefined) {
      put('unobserved', undefined);
      return;
    }
    const because =
      last?.problem ?? (last === undefined ? 'nothing has been seen of it yet' : 'what was seen is too old');
    const before = guard.unobserved;
    if (before?.because !== because) put('unobserved', { since: before?.since ?? at, because });
  }

  const self: RoleGovernor = {
    settings: () => settings,
    configure(nextSettings, nextPolicy) {
      if (!sameMeasuring(settings, nextSettings)) {
        estimator = createEstimator(nextSettings);
        last = undefined;
      }
      if (settings.policy !== nextSettings.policy) {
        estimates = []; // another policy's estimates mean something else
        put('policyProblem', undefined);
      }
      settings = nextSettings;
      policy = nextPolicy;
    },
    observe(reading) {
      last = reading;
      estimator.add(reading);
    },
    look(at) {
      const situation = last === undefined ? undefined : estimator.situation(at, settings);
      if (situation !== undefined) situation.estimates = estimates;
      return situation;
    },
    decide(at) {
      const situation = self.look(at);
      if (situation !== undefined && policy === undefined) throw new Error(`${settings.policy} is not asked here`);
      const decision = self.settle(at, situation, situation && ask(policy as Policy, situation, settings));
      self.commit(decision);
      return decision;
    },
    settle(at, situation, outcome) {
      noticeUnobserved(at, situation);
      const failed = outcome !== undefined && 'problem' in outcome;
      if (outcome !== undefined) put('policyProblem', failed ? outcome.problem : undefined);
      const wish = outcome === undefined || failed ? undefined : outcome;
      const replicas = last?.replicas;
      const from = replicas === undefined ? undefined : replicas.ready + replicas.starting.length;
      const decision = settle({ at, policy: settings.policy, situation, wish, from }, settings, guard, sentences);
      if (wish !== undefined) estimates = withEstimate(estimates, wish, settings);
      return decision;
    },
    commit({ at, from, to }) {
      if (to === undefined) return;
      if (to !== from) put('changedAt', at);
      put('wanted', to);
    },
    release() {
      put('wanted', undefined);
      put('changedAt', undefined);
      put('platform', undefined);
    },
    steer(steering) {
      if ('fixed' in steering) put('fixed', steering.fixed ?? undefined);
      if ('paused' in steering) put('paused', steering.paused ?? undefined);
    },
    saturate: (saturated) => put('saturated', saturated),
    note(known) {
      if ('platform' in known) put('platform', known.platform);
      if ('crashLooping' in known) put('crashLooping', known.crashLooping);
      if ('stuck' in known) put('stuck', known.stuck);
    },
    guard: () => guard,
    measured: () => estimator.measured(),
    save: () => ({ guard, estimates }),
    restore(memory) {
      guard = memory.guard;
      estimates = memory.estimates.filter(Number.isFinite);
    },
  };
  return self;
}
