// The last so many of something, and whoever wants to hear of each new one.

export interface Ring<T> {
  add(one: T): void;
  /** The newest ones, newest last. */
  last(count?: number): T[];
  /** Calls with each new one, until the function that it returns is called. */
  listen(listener: (one: T) => void): () => void;
}

export function createRing<T>(size: number): Ring<T> {
  const kept: T[] = [];
  const listeners = new Set<(one: T) => void>();
  return {
    add(one) {
      kept.push(one);
      if (kept.length > size) kept.shift();
      for (const listener of listeners) listener(one);
    },
    last: (count = size) => (count <= 0 ? [] : kept.slice(-count)),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
