// Works through a list with a limited number of items in hand.

/** Rejects with the first failure. Each of the `limit` workers goes on until it meets a failure of its own or the end. */
export async function forEachLimited<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values(); // shared: each takes what is next
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
