// Collects messages into batches: a batch starts when it is full or when its first message has waited long enough, one at
// a time, so that a slow handler gets larger batches instead of more of them.

export interface Batches<T> {
  add(entry: T): void;
  /** Starts what is waiting, however little. */
  flush(): void;
}

export function createBatches<T>(
  { size, waitMs }: { size: number; waitMs: number },
  run: (entries: T[]) => Promise<void>,
): Batches<T> {
  let waiting: T[] = [];
  let running = false;
  let timer: NodeJS.Timeout | undefined;

  const start = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (running || waiting.length === 0) return;
    const entries = waiting.slice(0, size);
    waiting = waiting.slice(size);
    running = true;
    void run(entries).finally(() => {
      running = false;
      start(); // what came in the meantime has waited long enough
    });
  };

  return {
    add(entry) {
      waiting.push(entry);
      if (waiting.length >= size) start();
      else if (!running) timer ??= setTimeout(start, waitMs);
    },
    flush: start,
  };
}
