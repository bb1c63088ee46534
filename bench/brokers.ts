// The brokers that measurements are made on: RabbitMQ in a container, and as a plain process of this machine.
import { findRabbitmq } from '../scripts/local/rabbitmq-install.ts';
import { management } from '../scripts/local/rabbitmq-management.ts';
import {
  type BrokerServer,
  containerBroker,
  noContainer,
  privateBroker,
  RABBITMQ_IMAGE,
} from '../tests/helpers/servers.ts';
import { undoable } from './undo.ts';

export type QueueType = 'quorum' | 'classic';

export interface BenchBroker {
  /** `in Docker` or `as a process`, as figures name it. */
  readonly where: string;
  /** Makes a fresh vhost whose queues are of that type, and gives its address. */
  vhost(type: QueueType): Promise<{ url: string; remove(): Promise<void> }>;
}

async function withBroker(
  where: string,
  start: () => Promise<BrokerServer>,
  use: (broker: BenchBroker) => Promise<void>,
) {
  const server = await start();
  const remove = undoable(() => server.remove());
  const api = management(server.managementUrl);
  try {
    await use({
      where,
      async vhost(type) {
        const name = `bench-${type}-${Date.now()}`;
        await api.put(`vhosts/${name}`, { default_queue_type: type, defaultqueuetype: type });
        await api.put(`permissions/${name}/lab`, { configure: '.*', write: '.*', read: '.*' });
        return { url: `${server.url}/${name}`, remove: () => api.delete(`vhosts/${name}`) };
      },
    });
  } finally {
    await remove();
  }
}

/** Runs something on each kind of broker that can be had here, one after the other, and says which cannot. */
export async function onEachBroker(
  progress: (line: string) => void,
  use: (broker: BenchBroker) => Promise<void>,
): Promise<void> {
  const noDocker = await noContainer(RABBITMQ_IMAGE);
  if (noDocker === undefined) await withBroker('in Docker', containerBroker, use);
  else progress(`not measured in Docker: ${noDocker}`);
  if ((await findRabbitmq()) !== undefined) await withBroker('as a process', () => privateBroker(progress), use);
  else progress('not measured as a process: RabbitMQ is not installed');
}
