// The parts of RabbitMQ's management API that the lab uses. It answers with what the broker knows; `undefined` is "there is
// no such thing", and what could not be observed is an error, never an empty answer.

/** How long one request may take, milliseconds. */
const TIMEOUT_MS = 3_000;

export class ManagementError extends Error {
  override readonly name = 'ManagementError';
}

/** A binding as the broker lists it. The default exchange is ''. */
export interface BrokerBinding {
  source: string;
  destination: string;
  destination_type: 'queue' | 'exchange';
  routing_key: string;
}

export interface BrokerQueue {
  name: string;
  type: string;
  state?: string;
  messages_ready?: number;
  messages_unacknowledged?: number;
  consumers?: number;
  message_stats?: Record<string, { rate: number } | number | undefined>;
}

export interface Policy {
  pattern: string;
  'apply-to': 'queues' | 'quorum_queues' | 'all';
  definition: Record<string, unknown>;
  priority: number;
}

export interface Management {
  queues(): Promise<BrokerQueue[]>;
  bindings(): Promise<BrokerBinding[]>;
  setPolicy(name: string, policy: Policy): Promise<void>;
}

/**
 * A client for one vhost.
 * @param url http://user:password@host:15672
 */
export function createManagement(url: string, vhost = '/'): Management {
  const { origin, username, password } = new URL(url);
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
  const scope = encodeURIComponent(vhost);

  async function request(method: string, path: string, body?: unknown): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(`${origin}/api${path}`, {
        method,
        headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      throw new ManagementError(`the management API at ${origin} cannot be reached`, { cause: error });
    }
    const text = await response.text();
    if (!response.ok)
      throw new ManagementError(`${method} ${path} was answered ${response.status}: ${text.slice(0, 300)}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  return {
    queues: async () => (await request('GET', `/queues/${scope}`)) as BrokerQueue[],
    bindings: async () => (await request('GET', `/bindings/${scope}`)) as BrokerBinding[],
    async setPolicy(name, policy) {
      await request('PUT', `/policies/${scope}/${encodeURIComponent(name)}`, policy);
    },
  };
}
