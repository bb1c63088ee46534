// The items whose messages lie among the dead letters, and why.
import type { BrokerConnection } from '../../services/shared/messaging/connection.ts';
import { readDeadLetters } from '../../services/shared/messaging/dead-letters.ts';
import { MOST_PEEKED } from '../../services/shared/messaging/peek.ts';
import type { BrokerLook } from './broker-look.ts';
import type { DeadItem } from './types.ts';
import { itemsWaitingIn } from './waiting-items.ts';

export interface DeadItems {
  /** What is known of each, by its item. */
  byItem: Map<string, DeadItem>;
  /** False where there are more dead letters than can be looked through. */
  whole: boolean;
}

/** Reads them all, and leaves them where they are. */
export async function readDeadItems(connection: BrokerConnection, { queues }: BrokerLook): Promise<DeadItems> {
  const byItem = new Map<string, DeadItem>();
  let whole = true;
  for (const { name: queue, kind, waiting } of queues) {
    if (kind !== 'dead' || waiting === 0) continue;
    for (const { item, code, reason } of await readDeadLetters(connection, queue, { n: MOST_PEEKED })) {
      if (item !== undefined) byItem.set(item, { item, queue, code, reason });
    }
    if (waiting <= MOST_PEEKED) continue;
    // Behind the first thousand, only whose they are.
    const rest = await itemsWaitingIn(connection, [{ name: queue, waiting }]);
    whole &&= rest !== undefined;
    for (const item of rest ?? []) {
      if (!byItem.has(item)) byItem.set(item, { item, queue, code: 'dead', reason: `it lies in ${queue}` });
    }
  }
  return { byItem, whole };
}
