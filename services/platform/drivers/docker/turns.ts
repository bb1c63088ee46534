// One after the other where it must be: each key has a queue of its own.

export function createTurns() {
  const last = new Map<string, Promise<unknown>>();
  return {
    /** Runs `work` when all that was given before under this key has ended, well or not. */
    take<T>(key: string, work: () => Promise<T>): Promise<T> {
      const before = last.get(key) ?? Promise.resolve();
      const turn = before.then(work, work);
      const settled = turn.catch(() => {});
      last.set(key, settled);
      return turn;
    },
  };
}

export type Turns = ReturnType<typeof createTurns>;
