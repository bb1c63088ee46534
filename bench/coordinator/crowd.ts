// What a large network costs the coordinator: 500 participants and 1000 edges, made from nothing.
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'amqplib';
import { announceRoles } from './announce.ts';
import { startCoordinator } from './coordinator-process.ts';

const ROLES = 500;
const EDGES_EACH = 2;
/** Announcements go on, and everything is asked of the broker some times. */
const SETTLE_MS = 20_000;

export interface Crowd {
  /** From its start until every edge was on the broker, seconds. */
  wiredSeconds: number;
  /** Resident, MiB. */
  memory: number;
}

export async function measureCrowd(
  broker: { url: string; managementUrl: string },
  progress: (line: string) => void,
): Promise<Crowd> {
  const names = Array.from({ length: ROLES }, (_, n) => `role${n}`);
  const edges = names.flatMap((name, n) =>
    Array.from({ length: EDGES_EACH }, (_, step) => `${name} OUT -> IN ${names[(n + step + 1) % ROLES]}`),
  );
  const graph = [...names.map((name) => `${name}(Bench)`), ...edges].join('\n');
  progress(`declaring the ports of ${ROLES} roles`);
  const connection = await connect(broker.url, { noDelay: true });
  const roles = await announceRoles(connection, names);
  const begunAt = performance.now();
  const coordinator = await startCoordinator(broker, `${graph}\n`);
  try {
    await coordinator.wired();
    const wiredSeconds = (performance.now() - begunAt) / 1000;
    progress(`${edges.length} edges are bound after ${wiredSeconds.toFixed(1)} s`);
    await pause(SETTLE_MS);
    return { wiredSeconds, memory: await coordinator.memory() };
  } finally {
    roles.stop();
    await coordinator.end();
    await connection.close();
  }
}
