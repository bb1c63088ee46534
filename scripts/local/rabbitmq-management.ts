// What starting a broker, and its tests, ask of its management API.
import { type ManagementApi, ManagementError, managementApi } from '../../services/shared/messaging/management.ts';

/** Just started, on a busy machine, a broker takes its time. */
const TIMEOUT_MS = 10_000;

/** `url`: http://user:password@host:port */
export const management = (url: string): ManagementApi => managementApi(url, { timeoutMs: TIMEOUT_MS });

/** What GET /api/overview is answered with: 200 where all is well, 401 for a wrong password, undefined where nobody answers. */
export async function overviewStatus(api: ManagementApi): Promise<number | undefined> {
  try {
    await api.get('overview');
    return 200;
  } catch (error) {
    return error instanceof ManagementError ? error.status : undefined;
  }
}

/**
 * A new vhost whose queues are quorum queues unless they say otherwise, and its user's right to all of it.
 * RabbitMQ before 3.11 calls the setting `defaultqueuetype`, and takes it at creation alone.
 */
export async function createVhost(api: ManagementApi, vhost: string, user: string): Promise<void> {
  const name = encodeURIComponent(vhost);
  await api.put(`vhosts/${name}`, { default_queue_type: 'quorum', defaultqueuetype: 'quorum' });
  await api.put(`permissions/${name}/${user}`, { configure: '.*', write: '.*', read: '.*' });
}
