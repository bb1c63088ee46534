// Throws away all that waits, until nothing comes after it. Work in hand makes more of it: an image that is resized goes on to caption.IN. So
// those who take work must have been stopped before, and are waited for here: a consumer that was cancelled is counted by the broker until
// all that it had in hand is answered.
import { setTimeout as wait } from 'node:timers/promises';
import type { BrokerConnection } from '../../services/shared/messaging/connection.ts';
import { ManagementError, managementApi, vhostOf } from '../../services/shared/messaging/management.ts';
import type { Broker } from '../lab-broker.ts';
import { lookAtBroker, type QueueSeen } from '../verdict/broker-look.ts';

const LOOK_EVERY_MS = 100;
/** So many looks in a row find nothing: what was published between two of them shows in the next. */
const LOOKS = 3;
const NOT_FOUND = 404;

export interface Emptied {
  /** Messages, in dead letters and delay queues too. */
  thrownAway: number;
  /** Queues from which somebody took until the end. */
  busy: string[];
  /** Queues in which something stirred until the time was over; none where all became quiet. */
  restless: string[];
}

async function purge({ amqp, management }: Broker, queues: readonly QueueSeen[]): Promise<void> {
  const api = managementApi(management);
  const vhost = encodeURIComponent(vhostOf(amqp));
  await Promise.all(
    queues.map(({ name }) =>
      api.delete(`queues/${vhost}/${encodeURIComponent(name)}/contents`).catch((error: unknown) => {
        if (!(error instanceof ManagementError && error.status === NOT_FOUND)) throw error;
      }),
    ),
  );
}

/** `resize` of `resize.IN` */
export const roleOf = (queue: string): string => queue.split('.', 1)[0]!;

/**
 * @param stopped roles that were told to take no more: they are waited for, others take what they like
 * @param withinMs how long they are waited for
 * @param signal ends it between two looks, with its reason
 */
export async function emptyQueues(
  connection: BrokerConnection,
  broker: Broker,
  { stopped, withinMs, signal }: { stopped: readonly string[]; withinMs: number; signal: AbortSignal },
): Promise<Emptied> {
  const end = performance.now() + withinMs;
  let thrownAway = 0;
  let stirred: string[] = [];
  for (let quiet = 0; ; ) {
    signal.throwIfAborted();
    const { queues } = await lookAtBroker(connection, broker);
    const full = queues.filter(({ waiting }) => waiting > 0);
    const busy = queues.filter(
      ({ name, kind, consumers }) => kind === 'work' && consumers > 0 && stopped.includes(roleOf(name)),
    );
    await purge(broker, full);
    thrownAway += full.reduce((sum, { waiting }) => sum + waiting, 0);
    const seen = [...new Set([...full, ...busy].map(({ name }) => name))];
    quiet = seen.length === 0 ? quiet + 1 : 0;
    if (seen.length > 0) stirred = seen;
    if (quiet === LOOKS || performance.now() > end) {
      return { thrownAway, busy: busy.map(({ name }) => name), restless: quiet === LOOKS ? [] : stirred };
    }
    await wait(LOOK_EVERY_MS);
  }
}
