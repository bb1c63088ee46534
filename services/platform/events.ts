// What happens to the replicas, told to whoever listens.
import type { Ending, ReplicaState } from './driver.ts';

export interface PlatformEvent {
  /** Epoch seconds. */
  at: number;
  event: 'state' | 'ended' | 'crash-looping' | 'set';
  role: string;
  /** Of the replica, where it is about one. */
  id?: string;
  /** A state for `state`, a number of replicas for `set`. A replica that is new has no `from`, one that is gone has `gone` as `to`. */
  from?: ReplicaState | number;
  to?: ReplicaState | 'gone' | number;
  exitCode?: number;
  outOfMemory?: boolean;
  ending?: Ending;
  /** For people. */
  text: string;
}

export type Listener = (event: PlatformEvent) => void;

export function createEvents() {
  const listeners = new Set<Listener>();
  return {
    tell(event: Omit<PlatformEvent, 'at'>): void {
      for (const listener of listeners) listener({ at: Date.now() / 1000, ...event });
    },
    /** Returns how to stop. */
    listen(listener: Listener): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export type Events = ReturnType<typeof createEvents>;
