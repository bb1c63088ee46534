// How often a message of resize.IN may be handed out before the broker takes it for poison. The coordinator's policy says 20, and each
// time a worker must come back first: for a poison that is watched by people, an operator policy lowers it for a while.
import {
  type ManagementApi,
  ManagementError,
  managementApi,
  vhostOf,
} from '../../services/shared/messaging/management.ts';
import { CannotRun } from '../command.ts';
import type { RunningLab } from '../lab-view.ts';

export const POISONED_QUEUE = 'resize.IN';
/** The sixth time that a worker dies of it is the last. */
export const LOW_LIMIT = 5;
const POLICY = 'lab-poison';
const TIMEOUT_MS = 5_000;
const NOT_FOUND = 404;

async function policy(lab: RunningLab): Promise<{ api: ManagementApi; path: string }> {
  const { amqp, management } = await lab.addresses();
  if (amqp === undefined || management === undefined)
    throw new CannotRun('the broker is not running; ./lab up starts it');
  const vhost = encodeURIComponent(vhostOf(amqp));
  return { api: managementApi(management, { timeoutMs: TIMEOUT_MS }), path: `operator-policies/${vhost}/${POLICY}` };
}

/** Operator policies are joined with the policies that are there: the lower limit counts. @throws {CannotRun} {ManagementError} */
export async function lowerLimit(lab: RunningLab): Promise<void> {
  const { api, path } = await policy(lab);
  const pattern = `^${POISONED_QUEUE.replace('.', '\\.')}$`;
  await api.put(path, { pattern, 'apply-to': 'queues', priority: 1, definition: { 'delivery-limit': LOW_LIMIT } });
}

/** Back to the coordinator's. Nothing happens where it was not lowered. @throws {CannotRun} {ManagementError} */
export async function restoreLimit(lab: RunningLab): Promise<void> {
  const { api, path } = await policy(lab);
  await api.delete(path).catch((error: unknown) => {
    if (!(error instanceof ManagementError && error.status === NOT_FOUND)) throw error;
  });
}
