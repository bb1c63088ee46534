// What each replica holds and has acknowledged, from the broker's statistics of its channels. A replica is known by the name that it gives
// its connection; who gives none (a foreign participant) is not followed.
import type { BrokerClient, ChannelCounters } from '../../shared/messaging/management.ts';
import type { PlatformReplica } from './platform-client.ts';
import type { ConsumerCount } from './stuck.ts';

/** One entry for each of these replicas that is connected. Its channels are added up. */
export function consumersOf(
  replicas: readonly PlatformReplica[],
  connections: readonly BrokerClient[],
  channels: readonly ChannelCounters[],
): ConsumerCount[] {
  const roleOf = new Map(replicas.map(({ name, role }) => [name, role]));
  const replicaOf = new Map(connections.map(({ name, user_provided_name }) => [name, user_provided_name]));
  const counts = new Map<string, ConsumerCount>();
  for (const { connection_details, messages_unacknowledged = 0, message_stats } of channels) {
    const replica = replicaOf.get(connection_details?.name ?? '');
    const role = roleOf.get(replica ?? '');
    if (replica === undefined || role === undefined) continue;
    const count = counts.get(replica) ?? { replica, role, inHand: 0, acked: 0 };
    count.inHand += messages_unacknowledged;
    count.acked += message_stats?.ack ?? 0;
    counts.set(replica, count);
  }
  return [...counts.values()];
}
