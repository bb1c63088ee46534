// At most so many at a time; who comes later waits in line.

export interface Semaphore {
  /** Runs the work when there is room for it. Rejects with the signal's reason where it fires while still in line. */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export function createSemaphore(limit: number): Semaphore {
  let free = limit;
  const line: (() => void)[] = [];

  const enter = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (free > 0) {
      free--;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      const place = line.indexOf(resolve);
      // Not in line any more: it has been let in just now.
      if (place < 0) return;
      line.splice(place, 1);
      reject(signal.reason);
    };
    line.push(resolve);
    signal.addEventListener('abort', leave, { once: true });
    await promise;
    signal.removeEventListener('abort', leave);
  };

  return {
    async run(work, signal) {
      await enter(signal);
      try {
        return await work();
      } finally {
        const next = line.shift();
        if (next === undefined) free++;
        else next();
      }
    },
  };
}
