// The coordinator's figures: how fast routes change and what becomes of messages meanwhile, what a tap costs, how soon a killed
// replica is missed, what a large network needs. It runs as in the lab, as a process of its own, on each kind of broker that can be had.

import { findRabbitmq } from '../scripts/local/rabbitmq-install.ts';
import { managementApi } from '../services/shared/messaging/management.ts';
import {
  type BrokerServer,
  containerBroker,
  noContainer,
  privateBroker,
  RABBITMQ_IMAGE,
} from '../tests/helpers/servers.ts';
import type { QueueType } from './brokers.ts';
import { measureCrowd } from './coordinator/crowd.ts';
import { measureNoticeKilled } from './coordinator/notice-killed.ts';
import { measureSwaps } from './coordinator/swaps.ts';
import { measureTapCost } from './coordinator/tap-cost.ts';
import type { Figures } from './main.ts';
import { medianFigure } from './statistics.ts';
import { undoable } from './undo.ts';

/** A vhost with hundreds of queues goes in seconds. */
const API_LIMIT_MS = 60_000;

type Progress = (line: string) => void;
type Address = { url: string; managementUrl: string };

/** Runs something on a fresh vhost whose queues are of that type. */
async function onVhost<T>(server: BrokerServer, type: QueueType, use: (broker: Address) => Promise<T>): Promise<T> {
  const { url, managementUrl } = server;
  const api = managementApi(managementUrl, { timeoutMs: API_LIMIT_MS });
  const name = `bench-${type}-${Date.now()}`;
  await api.put(`vhosts/${name}`, { default_queue_type: type, defaultqueuetype: type });
  await api.put(`permissions/${name}/lab`, { configure: '.*', write: '.*', read: '.*' });
  try {
    return await use({ url: `${url}/${name}`, managementUrl });
  } finally {
    await api.delete(`vhosts/${name}`);
  }
}

async function measure(where: string, server: BrokerServer, progress: Progress): Promise<Figures> {
  const say: Progress = (line) => progress(`${where}: ${line}`);
  const swaps = await onVhost(server, 'quorum', (broker) => measureSwaps(broker, say));
  const noticed = await onVhost(server, 'quorum', (broker) => measureNoticeKilled(broker, say));
  // Classic queues: a thousand quorum queues would be a measurement of the broker.
  const crowd = await onVhost(server, 'classic', (broker) => measureCrowd(broker, say));
  const tap = await measureTapCost(server, say);
  const figures: Figures = {
    'connect or disconnect': medianFigure(swaps.changes, { unit: 'ms', digits: 1, wanted: '< 50' }),
    'swap under 1000 messages/s': medianFigure(swaps.swaps, { unit: 'ms', digits: 1, wanted: '< 50' }),
    'sent during 100 swaps': { value: swaps.sent, unit: '' },
    'lost in 100 swaps': { value: swaps.lost, unit: '', wanted: '0' },
    'doubled in 100 swaps': { value: swaps.doubled, unit: '', wanted: '0' },
    'killed replica is missed': medianFigure(noticed, { unit: 'ms', wanted: '< 2000' }),
    'cost of a tap': { value: tap.costPercent, unit: '%', wanted: '< 2' },
    'memory, 500 participants, 1000 edges': { value: Math.round(crowd.memory), unit: 'MiB' },
    'from start to 1000 edges bound': { value: Number(crowd.wiredSeconds.toFixed(1)), unit: 's' },
  };
  return Object.fromEntries(Object.entries(figures).map(([what, figure]) => [`${where}: ${what}`, figure]));
}

async function on(where: string, start: () => Promise<BrokerServer>, progress: Progress): Promise<Figures> {
  const server = await start();
  const remove = undoable(() => server.remove());
  try {
    return await measure(where, server, progress);
  } finally {
    await remove();
  }
}

export async function run(progress: Progress): Promise<Figures> {
  const figures: Figures = {};
  const noDocker = await noContainer(RABBITMQ_IMAGE);
  if (noDocker === undefined) Object.assign(figures, await on('in Docker', containerBroker, progress));
  else progress(`not measured in Docker: ${noDocker}`);
  if ((await findRabbitmq()) !== undefined) {
    Object.assign(figures, await on('as a process', () => privateBroker(progress), progress));
  } else progress('not measured as a process: RabbitMQ is not installed');
  return figures;
}
