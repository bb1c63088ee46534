// The few calls to RabbitMQ's management API that starting a broker and its tests need.

export interface Management {
  /** The answer's JSON. @throws where the status is not 2xx. */
  get<T>(path: string): Promise<T>;
  put(path: string, body: unknown): Promise<void>;
  delete(path: string): Promise<void>;
  /** The status of GET /api/overview, or undefined where nobody answers. */
  status(): Promise<number | undefined>;
}

const TIMEOUT_MS = 10_000;

/** `url`: http://user:password@host:port */
export function management(url: string): Management {
  const { username, password, origin } = new URL(url);
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const headers = { authorization: `Basic ${basic}`, 'content-type': 'application/json' };

  async function call(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${origin}/api/${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return response;
    throw new Error(`RabbitMQ answered ${response.status} to ${method} /api/${path}: ${await response.text()}`);
  }

  return {
    get: async <T>(path: string) => (await (await call('GET', path)).json()) as T,
    put: async (path, body) => void (await (await call('PUT', path, body)).arrayBuffer()),
    delete: async (path) => void (await (await call('DELETE', path)).arrayBuffer()),
    async status() {
      try {
        const response = await fetch(`${origin}/api/overview`, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
        await response.arrayBuffer();
        return response.status;
      } catch {
        return undefined;
      }
    },
  };
}

/**
 * A new vhost whose queues are quorum queues unless they say otherwise, and its user's right to all of it.
 * RabbitMQ before 3.11 calls the setting `defaultqueuetype`, and takes it at creation alone.
 */
export async function createVhost(broker: Management, vhost: string, user: string): Promise<void> {
  const name = encodeURIComponent(vhost);
  await broker.put(`vhosts/${name}`, { default_queue_type: 'quorum', defaultqueuetype: 'quorum' });
  await broker.put(`permissions/${name}/${user}`, { configure: '.*', write: '.*', read: '.*' });
}
