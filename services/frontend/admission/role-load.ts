// One role as a prediction sees it: the work that is there, and what does it, now and soon. From what the scaler tells.
import type { RoleTold, ScalerTold } from './scaler-status.ts';

export interface RoleLoad {
  role: string;
  /** Items in its queue, and in the hands of its replicas. */
  waiting: number;
  inHand: number;
  /** Seconds that a slot takes for an item while all are busy, and the slots of a replica. */
  service: number;
  concurrency: number;
  ready: number;
  /** For each replica in boot: seconds from now until it works. */
  starting: number[];
  /** Replicas that the scaler can still ask for, seconds until they work, and the wait (seconds) that makes it ask. */
  more?: { replicas: number; after: number; beyond: number };
}

/** All slots have something to do, and items wait for one: what is measured now is what the role can do. */
const isLoaded = (told: NonNullable<RoleTold['situation']>, concurrency: number): boolean =>
  told.ready > 0 && told.waiting > 0 && told.inHand >= 0.8 * told.ready * concurrency;

/** How many replicas the scaler may still ask for. */
function moreOf({ maximum, steering, decision, situation }: RoleTold): number {
  const there = (situation?.ready ?? 0) + (situation?.starting.length ?? 0);
  const { saturated, platform } = decision?.guard ?? {};
  const held = steering.paused === 'out' || steering.paused === 'both' || platform !== undefined;
  if (held || saturated !== undefined) return 0;
  return Math.max(0, (steering.fixed ?? maximum) - there);
}

/**
 * Remembers how long an item takes at each role under load: of a role at leisure nobody knows what it does when it has to. Two slots
 * that share a core are twice as fast alone.
 */
export function createRoleLoads() {
  const underLoad = new Map<string, number>();

  function serviceOf({ role, concurrency, processing }: RoleTold, told: NonNullable<RoleTold['situation']>): number {
    if (isLoaded(told, concurrency)) underLoad.set(role, told.service);
    return Math.max(told.service, underLoad.get(role) ?? processing);
  }

  /** The given roles in that order. Undefined where one of them cannot be observed. One that the scaler does not know is left out. */
  return (told: ScalerTold, way: readonly string[]): RoleLoad[] | undefined => {
    const loads: RoleLoad[] = [];
    for (const name of way) {
      const found = told.roles.find(({ role }) => role === name);
      if (found === undefined) continue;
      const { situation, concurrency, deadline } = found;
      if (situation === undefined) return undefined;
      const replicas = told.mode === 'act' ? moreOf(found) : 0;
      const { waiting, inHand, ready, poll, boot } = situation;
      loads.push({
        ...{ role: name, waiting, inHand, concurrency, ready },
        service: serviceOf(found, situation),
        starting: situation.starting.map((inSeconds) => Math.max(0, inSeconds - (told.at - situation.at))),
        ...(replicas > 0 && { more: { replicas, after: poll + boot, beyond: deadline } }),
      });
    }
    return loads.length === 0 ? undefined : loads;
  };
}
