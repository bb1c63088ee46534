// One look at everything in the broker that can hold an item: what waits, what is in hand, what is dead, and whether anything has moved.
//
// Of the two sources neither does alone. What waits the queue itself says, exactly and at once (a passive declaration); what is in hands,
// and how much has passed, only the broker's statistics say, which are a second old in the lab and five elsewhere.
import type { BrokerConnection } from '../../services/shared/messaging/connection.ts';
import { DEAD_PREFIX } from '../../services/shared/messaging/dead-letters.ts';
import { managementApi, vhostOf } from '../../services/shared/messaging/management.ts';
import { DISCOVERY_QUEUE } from '../../services/shared/messaging/names.ts';
import type { Broker } from '../lab-broker.ts';

/** `work`: an in-port that a role shares. `delay`: from which messages come back by themselves. `other` holds no work. */
export type QueueKind = 'work' | 'delay' | 'dead' | 'other';

export interface QueueSeen {
  name: string;
  kind: Exclude<QueueKind, 'other'>;
  /** Exact, as the next. */
  waiting: number;
  consumers: number;
}

export interface BrokerLook {
  queues: QueueSeen[];
  /** Messages in hands, as of the last statistics; undefined where some queue has not been measured yet. */
  inHand: number | undefined;
  /** Changes whenever a message has passed, as of the last statistics. */
  passed: string;
}

interface Measured {
  name: string;
  exclusive?: boolean;
  messages_unacknowledged?: number;
  message_stats?: Record<string, number>;
}

const COUNTERS = ['publish', 'ack', 'deliver', 'deliver_no_ack', 'redeliver'];
const COLUMNS = ['name', 'exclusive', 'messages_unacknowledged', ...COUNTERS.map((one) => `message_stats.${one}`)];

/** By MsgFlo's names and ours. A queue with a strange name may hold work. */
export function kindOf(name: string, { exclusive = false } = {}): QueueKind {
  if (exclusive || name === DISCOVERY_QUEUE || name.startsWith('.')) return 'other';
  if (name.startsWith(DEAD_PREFIX)) return 'dead';
  if (/\.delay-\d+ms$/.test(name)) return 'delay';
  return /^[^.]+\.[A-Z0-9_]+\../.test(name) ? 'other' : 'work'; // each replica's own: it hears of work that others do
}

async function countExactly(connection: BrokerConnection, name: string) {
  try {
    return await connection.withChannel((channel) => channel.checkQueue(name));
  } catch (error) {
    if ((error as { code?: unknown }).code === 404) return undefined; // deleted since it was listed
    throw error;
  }
}

/** @throws {ManagementError} and what the connection throws, where the broker is away */
export async function lookAtBroker(connection: BrokerConnection, broker: Broker): Promise<BrokerLook> {
  const path = `queues/${encodeURIComponent(vhostOf(broker.amqp))}?columns=${COLUMNS.join(',')}`;
  const listed = await managementApi(broker.management).get<Measured[]>(path);
  const measured = listed
    .map((queue) => ({ ...queue, kind: kindOf(queue.name, queue) }))
    .sort((a, b) => a.name.localeCompare(b.name));
  const queues: QueueSeen[] = [];
  for (const { name, kind } of measured) {
    if (kind === 'other') continue;
    const counted = await countExactly(connection, name);
    if (counted === undefined) continue;
    queues.push({ name, kind, waiting: counted.messageCount, consumers: counted.consumerCount });
  }
  // Looking through dead letters passes them through our own hands.
  const holding = measured.filter(({ kind }) => kind === 'work' || kind === 'delay');
  const inHands = holding.map((queue) => queue.messages_unacknowledged);
  const passed = holding.map(({ name, message_stats: stats = {} }) => [
    name,
    ...COUNTERS.map((one) => stats[one] ?? 0),
  ]);
  return {
    queues,
    inHand: inHands.includes(undefined) ? undefined : inHands.reduce((sum: number, one) => sum + one!, 0),
    passed: JSON.stringify(passed),
  };
}

/** Messages that wait in queues of a kind. */
export function waitingIn({ queues }: BrokerLook, kind: QueueKind): number {
  return queues.filter((queue) => queue.kind === kind).reduce((sum, { waiting }) => sum + waiting, 0);
}
