// Requests for the same thing that come faster than they can be done: one is done at a time, and of those that wait only the last. All who
// waited get what came of it.

export function createLastCounts<Wanted, Outcome>(doIt: (key: string, wanted: Wanted) => Promise<Outcome>) {
  interface Waiting {
    wanted: Wanted;
    outcome: PromiseWithResolvers<Outcome>;
  }
  const busy = new Set<string>();
  const waiting = new Map<string, Waiting>();

  async function run(key: string, wanted: Wanted): Promise<Outcome> {
    busy.add(key);
    try {
      return await doIt(key, wanted);
    } finally {
      busy.delete(key);
      const next = waiting.get(key);
      waiting.delete(key);
      if (next !== undefined) run(key, next.wanted).then(next.outcome.resolve, next.outcome.reject);
    }
  }

  return (key: string, wanted: Wanted): Promise<Outcome> => {
    if (!busy.has(key)) return run(key, wanted);
    const outcome = waiting.get(key)?.outcome ?? Promise.withResolvers<Outcome>();
    waiting.set(key, { wanted, outcome });
    return outcome.promise;
  };
}
