// What somebody wants to hear, as a list that can be replaced: what is new is joined, what is no longer there is left.
import type { Leave } from './feed.ts';

export interface Selection<T> {
  /** Resolves when all of the list is heard, as far as it can be, and nothing else. One list after the other. */
  set(items: readonly T[]): Promise<void>;
}

/** Edges of one graph that are heard at a time, by one client or by a trace. */
export const MOST_HEARD = 50;

export function createSelection<T>(keyOf: (item: T) => string, join: (item: T) => Promise<Leave>): Selection<T> {
  const joined = new Map<string, Leave>();
  let turn: Promise<void> = Promise.resolve();

  async function replace(items: readonly T[]): Promise<void> {
    const wanted = new Map(items.map((item) => [keyOf(item), item]));
    const gone = [...joined].filter(([key]) => !wanted.has(key));
    for (const [key] of gone) joined.delete(key);
    const fresh = [...wanted].filter(([key]) => !joined.has(key));
    await Promise.all([
      ...gone.map(([, leave]) => leave()),
      ...fresh.map(async ([key, item]) => joined.set(key, await join(item))),
    ]);
  }

  return {
    set(items) {
      turn = turn.then(() => replace(items));
      return turn;
    },
  };
}
