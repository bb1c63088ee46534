// Brings the news of finished items to the event streams that wait for them in this replica.

/** Jobs and who listens to them. */
export interface Hub {
  /** Something changed in a job. */
  wake(job: string): void;
  /** Calls back at every change; returns what ends it. */
  listen(job: string, onChange: () => void): () => void;
}

export function createHub(): Hub {
  const listeners = new Map<string, Set<() => void>>();
  return {
    wake(job) {
      for (const onChange of listeners.get(job) ?? []) onChange();
    },
    listen(job, onChange) {
      const ofJob = listeners.get(job) ?? new Set();
      listeners.set(job, ofJob.add(onChange));
      return () => {
        ofJob.delete(onChange);
        if (ofJob.size === 0 && listeners.get(job) === ofJob) listeners.delete(job);
      };
    },
  };
}
