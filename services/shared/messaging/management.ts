// RabbitMQ's management API, as far as the lab uses it. It answers with what the broker knows; what could not be observed is an
// error, never an empty answer.

/** The API could not be reached, or said no: `status` is its answer then. */
export class ManagementError extends Error {
  override readonly name = 'ManagementError';
  readonly status: number | undefined;
  constructor(message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.status = options.status;
  }
}

/** Requests by path below `/api/`. Each @throws {ManagementError} */
export interface ManagementApi {
  get<T>(path: string): Promise<T>;
  put(path: string, body: unknown): Promise<void>;
  delete(path: string): Promise<void>;
}

/** A binding as the broker lists it. The default exchange is ''. */
export interface BrokerBinding {
  source: string;
  destination: string;
  destination_type: 'queue' | 'exchange';
  routing_key: string;
}

interface Rate {
  rate?: number;
}

/** A queue as the broker lists it. What is missing was not measured yet. */
export interface BrokerQueue {
  name: string;
  type: string;
  exclusive: boolean;
  messages_ready?: number;
  messages_unacknowledged?: number;
  consumers?: number;
  message_stats?: { publish_details?: Rate; deliver_get_details?: Rate; ack_details?: Rate };
}

/**
 * A queue in numbers. The counters only ever grow, from 0 again after a restart of the broker, and are those of channels: what a dead-letter
 * exchange brings to a queue (a retry from its delay queue) is no `publish`, and what is handed out again after a crash is neither.
 * Missing: not measured yet, or the broker keeps no such statistics (`rates_mode = none`).
 */
export interface QueueCounters {
  name: string;
  messages_ready?: number;
  messages_unacknowledged?: number;
  consumers?: number;
  message_stats?: { publish?: number; ack?: number; deliver_no_ack?: number; get_no_ack?: number; redeliver?: number };
}

/** A channel in numbers. Its counters begin with it. */
export interface ChannelCounters {
  name: string;
  messages_unacknowledged?: number;
  consumer_count?: number;
  /** Missing where no statistics of it are there yet. */
  message_stats?: { ack?: number; deliver_get?: number };
  connection_details?: { name?: string };
}

/** A connection to the vhost. Shown within milliseconds of its coming and going. */
export interface BrokerClient {
  /** The broker's own name of it: both addresses. */
  name: string;
  /** The name that the client gave. */
  user_provided_name?: string;
}

/** A consumer. Shown up to 5 s late, and missing within milliseconds of its end. */
export interface BrokerConsumer {
  queue: { name: string };
  /** What is missing was not measured yet. */
  channel_details: { connection_name?: string };
}

export interface BrokerExchange {
  name: string;
  /** `fanout`, `direct`, … */
  type: string;
}

export interface Policy {
  pattern: string;
  'apply-to': 'queues' | 'quorum_queues' | 'all';
  definition: Record<string, unknown>;
  priority: number;
}

/** What is asked of one vhost. Each @throws {ManagementError} */
export interface Management {
  queues(): Promise<BrokerQueue[]>;
  /** The names of all queues: much less work for the broker than `queues`. */
  queueNames(): Promise<string[]>;
  /** All queues in numbers, in one answer. These are up to two of the broker's statistics intervals old. */
  queueCounters(): Promise<QueueCounters[]>;
  channelCounters(): Promise<ChannelCounters[]>;
  /** Whether messages that pass are counted: `none` where they are not, nor where `disable_stats` is set. */
  statistics(): Promise<{ rates_mode?: string; disable_stats?: boolean }>;
  /** Milliseconds for which each node has run, as of its last statistics: where it stands still, so do all other numbers. */
  nodeUptimes(): Promise<{ name: string; uptime?: number }[]>;
  bindings(): Promise<BrokerBinding[]>;
  exchanges(): Promise<BrokerExchange[]>;
  connections(): Promise<BrokerClient[]>;
  consumers(): Promise<BrokerConsumer[]>;
  setPolicy(name: string, policy: Policy): Promise<void>;
}

const COUNTED = ['publish', 'ack', 'deliver_no_ack', 'get_no_ack', 'redeliver'].map(
  (counter) => `message_stats.${counter}`,
);
const QUEUE_COUNTERS = ['name', 'messages_ready', 'messages_unacknowledged', 'consumers', ...COUNTED].join(',');
const CHANNEL_COUNTERS =
  'name,messages_unacknowledged,consumer_count,message_stats.ack,message_stats.deliver_get,connection_details.name';

/**
 * @param url http://user:password@host:15672
 * @param timeoutMs for one request
 */
export function managementApi(url: string, { timeoutMs = 3_000 }: { timeoutMs?: number } = {}): ManagementApi {
  const { origin, username, password } = new URL(url);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const headers = {
    authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
    'content-type': 'application/json',
    connection: 'close', // a kept connection may be closed at the moment that it is used again
  };

  async function request(method: string, path: string, body?: unknown): Promise<string> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${origin}/api/${path}`, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      text = await response.text();
    } catch (cause) {
      throw new ManagementError(`the management API at ${origin} cannot be reached`, { cause });
    }
    const { status } = response;
    if (response.ok) return text;
    throw new ManagementError(`${method} /api/${path} was answered ${status}: ${text.slice(0, 300)}`, { status });
  }

  return {
    async get<T>(path: string) {
      const text = await request('GET', path);
      try {
        return JSON.parse(text) as T;
      } catch (cause) {
        throw new ManagementError(`GET /api/${path} was answered by something else than the management API`, { cause });
      }
    },
    put: async (path, body) => void (await request('PUT', path, body)),
    delete: async (path) => void (await request('DELETE', path)),
  };
}

/** @param url http://user:password@host:15672 */
export function createManagement(url: string, vhost = '/', options: { timeoutMs?: number } = {}): Management {
  const api = managementApi(url, options);
  const scope = encodeURIComponent(vhost);
  return {
    queues: () => api.get(`queues/${scope}`),
    queueNames: async () => {
      const queues = await api.get<{ name: string }[]>(`queues/${scope}?columns=name`);
      return queues.map(({ name }) => name);
    },
    queueCounters: () => api.get(`queues/${scope}?columns=${QUEUE_COUNTERS}`),
    channelCounters: () => api.get(`vhosts/${scope}/channels?columns=${CHANNEL_COUNTERS}`),
    statistics: () => api.get('overview?columns=rates_mode,disable_stats'),
    nodeUptimes: () => api.get('nodes?columns=name,uptime'),
    bindings: () => api.get(`bindings/${scope}`),
    exchanges: () => api.get(`exchanges/${scope}?columns=name,type`),
    connections: () => api.get(`vhosts/${scope}/connections?columns=name,user_provided_name`),
    consumers: () => api.get(`consumers/${scope}?columns=queue.name,channel_details.connection_name`),
    setPolicy: (name, policy) => api.put(`policies/${scope}/${encodeURIComponent(name)}`, policy),
  };
}

/** The vhost of amqp://…/<vhost>. */
export function vhostOf(amqpUrl: string): string {
  return decodeURIComponent(new URL(amqpUrl).pathname.slice(1)) || '/';
}

/**
 * The management URL that goes with an AMQP address: the one given, or the same host at the port that RabbitMQ comes with. Without
 * a user of its own it has that of the address.
 */
export function managementUrlFor(amqpUrl: string, given?: string): string {
  const { protocol, hostname, username, password } = new URL(amqpUrl);
  // What `new URL` throws carries the text it was given, a password too.
  if (given !== undefined && !URL.canParse(given)) throw new Error('the management URL is not a URL');
  const url = new URL(given ?? (protocol === 'amqps:' ? `https://${hostname}:15671` : `http://${hostname}:15672`));
  if (url.username === '') {
    url.username = username || 'guest';
    url.password = username ? password : 'guest';
  }
  return url.href;
}
