// Which items have a message in a queue: it is looked through from end to end, and left as it is.
import type { BrokerConnection } from '../../services/shared/messaging/connection.ts';
import { readPeeked } from '../../services/shared/messaging/peek.ts';
import { sweep } from '../../services/shared/messaging/sweep.ts';

/** Each costs about a millisecond, and all of a queue's are in hand at the same time. */
export const MOST_LOOKED_THROUGH = 10_000;

const BOUNDS = { mostKept: MOST_LOOKED_THROUGH, mostKeptBytes: 512 * 1024 * 1024 };

/** The items with a message in one of these queues; undefined where there are too many to look through. */
export async function itemsWaitingIn(
  connection: BrokerConnection,
  queues: readonly { name: string; waiting: number }[],
): Promise<Set<string> | undefined> {
  const found = new Set<string>();
  for (const { name, waiting } of queues) {
    if (waiting === 0) continue;
    const seen = await sweep(connection, name, BOUNDS, (message) => {
      const { item } = readPeeked(message, 1);
      if (item !== undefined) found.add(item);
      return 'keep';
    });
    if (seen < waiting) return undefined;
  }
  return found;
}
