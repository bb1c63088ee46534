// How much each role can do: jobs a minute with one replica, at its minimum and at its maximum. Pure.
import type { RoleSettings } from './settings.ts';

/** Jobs a minute, where the bottleneck is the worker: a vendor's rate limit or a database may allow less. */
export interface RoleCapacity {
  role: string;
  minimum: number;
  maximum: number;
  perReplica: number;
  atMinimum: number;
  atMaximum: number;
}

export function capacityOf({ role, minimum, maximum, concurrency, processing }: RoleSettings): RoleCapacity {
  const perReplica = (concurrency * 60) / processing;
  return { role, minimum, maximum, perReplica, atMinimum: minimum * perReplica, atMaximum: maximum * perReplica };
}

/** The role that allows least at its maximum: where all jobs pass every role, no more than that get through. */
export function narrowest(capacities: readonly RoleCapacity[]): RoleCapacity | undefined {
  return capacities.reduce<RoleCapacity | undefined>(
    (least, one) => (least === undefined || one.atMaximum < least.atMaximum ? one : least),
    undefined,
  );
}
