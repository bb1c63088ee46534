// What the platform's list says of one role: who is capacity, who boots since when, and how long those took that have just begun.
import type { ReplicaReading } from '../deciding/types.ts';
import type { PlatformReplica } from './platform-client.ts';

export interface ReplicaCount {
  /**
   * The role's replicas as they are now. Broken, and so no capacity, are those that keep dying, are paused, are cut off from the network,
   * or are among `stuck` (names): they hold jobs and finish none. The dead and the ended are not counted: nobody waits for them.
   */
  add(replicas: readonly PlatformReplica[], stuck: ReadonlySet<string>): ReplicaReading;
}

export function createReplicaCount(): ReplicaCount {
  /** The starts that have come to an end, those of replicas that are still listed. Undefined before the first list. */
  let begun: Set<string> | undefined;
  /** A replica may be started again: then it boots again. */
  const startOf = ({ id, requestedAt }: PlatformReplica): string => `${id} ${requestedAt}`;

  return {
    add(replicas, stuck) {
      const count: ReplicaReading = { ready: 0, starting: [], draining: 0, broken: 0 };
      const ready = replicas.filter(({ state }) => state === 'ready');
      // What was ready before the first list may have become so before the platform itself was started, which would count it wrong.
      const boots = ready
        .filter((replica) => begun !== undefined && !begun.has(startOf(replica)))
        .map(({ since, requestedAt }) => since - requestedAt)
        .filter((seconds) => seconds >= 0);
      begun = new Set(ready.map(startOf));
      for (const replica of replicas) {
        const { state, crashLooping, paused, cut, requestedAt } = replica;
        if (crashLooping) count.broken += 1;
        else if (state === 'draining') count.draining += 1;
        else if (state === 'exited' || state === 'dead') continue;
        else if (paused || cut || stuck.has(replica.name)) count.broken += 1;
        else if (state === 'ready') count.ready += 1;
        else count.starting.push(requestedAt);
      }
      return boots.length > 0 ? { ...count, boots } : count;
    },
  };
}
