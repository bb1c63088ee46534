// Queues as the management API tells of them.
import { createManagement } from '../services/shared/messaging/management.ts';

export interface QueueView {
  name: string;
  type: string;
  ready: number;
  unacked: number;
  consumers: number;
  /** Messages a second, as measured over the last seconds. */
  publishRate: number;
  deliverRate: number;
  ackRate: number;
  /** Belongs to one replica, such as the queue on which each hears of cancellations. */
  ofOneReplica: boolean;
}

/** All queues of the vhost `/`, in the order of their names. */
export async function readQueues(managementUrl: string): Promise<QueueView[]> {
  const queues = await createManagement(managementUrl).queues();
  return queues
    .map((queue) => ({
      name: queue.name,
      type: queue.type,
      ready: queue.messages_ready ?? 0,
      unacked: queue.messages_unacknowledged ?? 0,
      consumers: queue.consumers ?? 0,
      publishRate: queue.message_stats?.publish_details?.rate ?? 0,
      deliverRate: queue.message_stats?.deliver_get_details?.rate ?? 0,
      ackRate: queue.message_stats?.ack_details?.rate ?? 0,
      ofOneReplica: queue.exclusive || queue.name.split('.').length > 2,
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}
