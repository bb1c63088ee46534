// One role of the running scaler: from what was seen of it to a decision, and in mode act to the platform. Its trouble stays its own.
//
//   reading -> estimates -> policy -> bounds -> (act) the platform -> the record of the decision
import type { RoleSettings } from '../shared/guv/settings.ts';
import type { Log } from '../shared/log.ts';
import { evaluate, storedWish } from './deciding/evaluate.ts';
import { createRoleGovernor } from './deciding/role-governor.ts';
import type { Decision, GuardState, Policy, Reading, Situation } from './deciding/types.ts';
import type { Events } from './events.ts';
import { type Cost, createCostMeter } from './observing/cost-meter.ts';
import type { Alarm } from './observing/observer.ts';
import type { PlatformClient, ReplicasSet } from './observing/platform-client.ts';
import { createSaturation } from './observing/saturation.ts';
import { type AskedPolicy, type Outcome, ownPolicy } from './policies/own-policy.ts';
import { createRing, type Ring } from './ring.ts';
import type { Mode, Steering } from './state.ts';
import { createTelling } from './telling.ts';

export interface RoleStatus {
  role: string;
  worker: string;
  queues: string[];
  policy: string;
  minimum: number;
  maximum: number;
  deadline: number;
  /** Jobs that a replica has in hand at a time, and the seconds that guv.yaml says for each. */
  concurrency: number;
  processing: number;
  replicas?: { ready: number; starting: number; draining: number; broken: number };
  /** What was last seen; also in mode off, in which nothing is decided. */
  situation?: Situation;
  decision?: Decision;
  steering: Steering;
  measured: { service?: number; serviceSpread?: number; boot?: number };
  /** Replica-seconds since the scaler was started. */
  cost: Cost;
}

export interface LiveRole {
  settings(): RoleSettings;
  configure(settings: RoleSettings): Promise<void>;
  /**
   * @param alarms those of this role
   * @returns undefined in mode off: nothing is decided then
   */
  cycle(reading: Reading, alarms: readonly Alarm[]): Promise<Decision | undefined>;
  steer(steering: { fixed?: number | null | undefined; paused?: GuardState['paused'] | null }): void;
  /** Its replicas are not ours any more: nothing is held. */
  release(): void;
  status(): RoleStatus;
  readonly decisions: Ring<Decision>;
  close(): Promise<void>;
}

export interface LiveRoleOptions {
  settings: RoleSettings;
  /** Ours, by name; any other is looked for in the folder. */
  policies: ReadonlyMap<string, Policy>;
  policiesFolder: string;
  platform: Pick<PlatformClient, 'set'>;
  /** Asked again when it comes to acting: it may have changed while a policy was thinking. */
  mode: () => Mode;
  events: Events;
  log: Log;
  now: () => number;
  onScaled?: (decision: Decision, done: ReplicasSet) => void;
}

const KEPT = 500;

export function createLiveRole(options: LiveRoleOptions): LiveRole {
  const { policies, policiesFolder, platform, mode, events, log, now } = options;
  const { role } = options.settings;
  const decisions = createRing<Decision>(KEPT);
  const governor = createRoleGovernor({ settings: options.settings, policy: policies.get(options.settings.policy) });
  const telling = createTelling(role, events, log);
  const saturation = createSaturation();
  const cost = createCostMeter();
  let own: AskedPolicy | undefined;
  let reading: Reading | undefined;
  let situation: Situation | undefined;
  /** Paused, cut off or stuck: the platform counts them, and they are no capacity, so that so many more are asked for. */
  let idlers = 0;

  function choosePolicy({ policy }: RoleSettings): void {
    own = policies.has(policy) ? undefined : ownPolicy(policy, policiesFolder);
  }
  choosePolicy(options.settings);

  function take(seen: Reading, alarms: readonly Alarm[]): void {
    const dying = alarms.filter(({ kind }) => kind === 'CrashLooping');
    const stuck = alarms.filter(({ kind }) => kind === 'Stuck');
    reading = seen;
    idlers = Math.max(0, (seen.replicas?.broken ?? 0) - dying.length);
    governor.observe(seen);
    cost.add(seen, governor.settings().concurrency);
    saturation.add(ownLimits(seen));
    governor.saturate(saturation.state());
    governor.note({ crashLooping: textOf(dying), stuck: textOf(stuck) });
  }

  async function ask(seen: Situation, settings: RoleSettings): Promise<Outcome> {
    if (own !== undefined) return own.ask(seen, settings);
    try {
      return policies.get(settings.policy)!(seen, settings);
    } catch (error) {
      return { problem: `failed: ${(error as Error).message}` };
    }
  }

  /** In mode act. Afterwards the governor knows what the platform made of it. */
  async function carryOut(decision: Decision): Promise<void> {
    const { from, to } = decision;
    if (to === undefined) return;
    if (to === from) {
      governor.note({ platform: undefined });
      governor.commit(decision);
      return;
    }
    try {
      const most = Math.max(to, governor.settings().maximum);
      const done = await platform.set(role, Math.min(most, to + idlers));
      const changed = done.starting.length + done.draining.length > 0;
      governor.note({ platform: done.held });
      governor.commit(changed ? decision : { ...decision, from: to });
      if (!changed) return;
      telling.scaled(decision, done);
      options.onScaled?.(decision, done);
    } catch (error) {
      governor.note({ platform: (error as Error).message });
    }
  }

  return {
    settings: () => governor.settings(),
    async configure(settings) {
      const before = governor.settings();
      governor.configure(settings, policies.get(settings.policy));
      if (before.policy === settings.policy) return;
      const ending = own;
      choosePolicy(settings);
      await ending?.close();
    },
    async cycle(seen, alarms) {
      take(seen, alarms);
      const looked = governor.look(now());
      situation = looked;
      if (mode() === 'off') return undefined;
      const outcome = looked === undefined ? undefined : await ask(looked, governor.settings());
      let decision = governor.settle(now(), looked, outcome);
      if (mode() === 'act') {
        await carryOut(decision);
        decision = evaluate({ ...decision, guard: governor.guard() }, governor.settings(), storedWish(decision));
      } else governor.release();
      telling.decided(decision);
      decisions.add(decision);
      return decision;
    },
    steer: governor.steer,
    release: governor.release,
    status() {
      const { worker, queues, policy, minimum, maximum, deadline, concurrency, processing } = governor.settings();
      const { fixed, paused } = governor.guard();
      const replicas = reading?.replicas;
      return {
        ...{ role, worker, queues, policy, minimum, maximum, deadline, concurrency, processing },
        ...(replicas && { replicas: countsOf(replicas) }),
        ...(situation && { situation }),
        ...(mode() !== 'off' && { decision: decisions.last(1)[0] }),
        steering: { ...(fixed !== undefined && { fixed }), ...(paused !== undefined && { paused }) },
        measured: governor.measured(),
        cost: cost.total(),
      };
    },
    decisions,
    close: async () => own?.close(),
  };
}

/** A host that others keep busy says nothing of a role whose own workers do not tell what they use of it. */
function ownLimits(reading: Reading): Reading {
  if (reading.limits === undefined || reading.limits.replicaCpu !== undefined) return reading;
  const { hostCpu: _, ...limits } = reading.limits;
  return { ...reading, limits };
}

const textOf = (alarms: readonly Alarm[]): string | undefined =>
  alarms.length === 0 ? undefined : alarms.map(({ text }) => text).join(', ');

const countsOf = ({ ready, starting, draining, broken }: NonNullable<Reading['replicas']>) => ({
  ready,
  starting: starting.length,
  draining,
  broken,
});
