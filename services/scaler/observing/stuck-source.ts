// Looks every few seconds at what each replica holds and has acknowledged: this list is longer than all others, and changes slowly.
import type { Management } from '../../shared/messaging/management.ts';
import { consumersOf } from './consumers.ts';
import type { PlatformReplica } from './platform-client.ts';
import { createStuckWatch, type StuckReplica } from './stuck.ts';

/** Seconds between two looks. */
const EVERY_SECONDS = 4;

export interface StuckSource {
  /** Those that hold jobs and finish none, as far as was seen; `patience`: seconds for a role. Never rejects. */
  look(replicas: readonly PlatformReplica[], at: number, patience: (role: string) => number): Promise<StuckReplica[]>;
}

export function createStuckSource(management: Management): StuckSource {
  const watch = createStuckWatch();
  let lookedAt = Number.NEGATIVE_INFINITY;
  return {
    async look(replicas, at, patience) {
      if (at - lookedAt < EVERY_SECONDS) return watch.stuck();
      lookedAt = at;
      try {
        const [connections, channels] = await Promise.all([management.connections(), management.channelCounters()]);
        // One that is told to end or is paused may hold what it has for as long as it is.
        const working = replicas.filter(({ state, paused }) => state === 'ready' && !paused);
        watch.add(at, consumersOf(working, connections, channels), patience);
      } catch {
        // The broker's trouble is said by who asks for the queues; what was known of the replicas still holds.
      }
      return watch.stuck();
    },
  };
}
