// RabbitMQ for a test file: a vhost of its own on the broker that all share, or a whole broker that it may stop and kill.
import { randomUUID } from 'node:crypto';
import { after } from 'node:test';
import { addVhost, type BrokerServer, startBrokerServer } from './servers.ts';

/** A test's or a suite's context, or node:test itself: `openBroker({ after })` for a whole file. */
export interface Scope {
  after(undo: () => Promise<void>): void;
}

export interface Broker {
  /** amqp://…/<vhost> */
  url: string;
  /** http://user:password@host:port of the management API */
  managementUrl: string;
  vhost: string;
}

const say = (line: string): void => console.error(line);

/** Started by the first who asks where `npm test` has not started one for all files. */
let own: Promise<BrokerServer> | undefined;
after(async () => (await own)?.remove());

async function shared(): Promise<{ url: string; managementUrl: string }> {
  const { TEST_AMQP_URL: url, TEST_MANAGEMENT_URL: managementUrl } = process.env;
  if (url && managementUrl) return { url, managementUrl };
  own ??= startBrokerServer(say);
  return own;
}

/** A fresh vhost with quorum queues by default, removed with all that is in it when the scope ends. */
export async function openBroker(scope: Scope): Promise<Broker> {
  const { url, managementUrl } = await shared();
  const vhost = `test-${randomUUID()}`;
  scope.after(await addVhost(managementUrl, vhost));
  return { url: `${url}/${vhost}`, managementUrl, vhost };
}

export interface OwnBroker extends Broker {
  /** Stops it in order; durable queues and persistent messages are kept. */
  stop(): Promise<void>;
  /**
   * SIGKILL, or another signal; resolves when it has ended. A quorum queue that was declared less than 3 s before loses its
   * messages, confirmed ones too: RabbitMQ (3.10 and 4 alike) writes the name of a new queue's log that late.
   */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again, on the same ports, and waits until it takes connections. */
  start(): Promise<void>;
  /** Raises or clears its memory alarm, in which it takes no messages: it blocks each connection that publishes. */
  alarm(on: boolean): Promise<void>;
}

/** A broker for this scope alone (it takes some 10 s to start), removed when the scope ends. */
export async function startBroker(scope: Scope): Promise<OwnBroker> {
  const server = await startBrokerServer(say);
  scope.after(() => server.remove());
  const vhost = 'test';
  await addVhost(server.managementUrl, vhost);
  const { managementUrl, stop, kill, start, alarm } = server;
  return { url: `${server.url}/${vhost}`, managementUrl, vhost, stop, kill, start, alarm };
}
