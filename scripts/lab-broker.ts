// The broker that a command talks to: the one whose address it is given, else the running lab's.
import amqplib from 'amqplib';
import { createLog } from '../services/shared/log.ts';
import type { BrokerConnection } from '../services/shared/messaging/connection.ts';
import { managementUrlFor, vhostOf } from '../services/shared/messaging/management.ts';
import { Client } from '../services/shared/messaging/transport.ts';
import { CannotRun, type CommandOption, textOf } from './command.ts';
import { requireLab } from './running-lab.ts';

const CONNECT_LIMIT_MS = 5_000;

/** Addresses, with user and password. */
export interface Broker {
  amqp: string;
  management: string;
}

/** The options by which a command is told of a broker. */
export const brokerOptions = {
  url: { type: 'string', value: 'AMQP_URL', help: "the broker, where it is not the running lab's" },
  management: { type: 'string', value: 'URL', help: "the broker's management API (beside it, on port 15672)" },
} as const satisfies Record<string, CommandOption>;

function address(option: string, given: unknown, schemes: readonly string[]): string | undefined {
  const text = textOf(given);
  if (text === undefined) return undefined;
  const scheme = URL.parse(text)?.protocol.slice(0, -1) ?? '';
  if (schemes.includes(scheme)) return text;
  // Not quoted: it may hold a password.
  throw new CannotRun(`${option} must be an address such as ${schemes[0]}://user:password@host:port`);
}

/** By `brokerOptions`, or the running lab. @throws {CannotRun} */
export async function findBroker(values: Record<string, unknown>): Promise<Broker> {
  const url = address('--url', values.url, ['amqp', 'amqps']);
  const management = address('--management', values.management, ['http', 'https']);
  if (url !== undefined) return { amqp: url, management: managementUrlFor(url, management) };
  const found = await (await requireLab()).addresses();
  if (found.amqp === undefined) {
    throw new CannotRun("the broker's address is not known: ./lab up rabbitmq starts it, or give it with --url");
  }
  return { amqp: found.amqp, management: managementUrlFor(found.amqp, management ?? found.management) };
}

/** The broker's reply code: 404 not found, 406 declared otherwise. */
export const replyCode = (error: unknown): unknown => (error as { code?: unknown }).code;

/** Tries once, so that what is wrong is said at once: a `Client` tries on until the broker is there. @throws {CannotRun} */
async function tryBroker(amqp: string): Promise<void> {
  try {
    await (await amqplib.connect(amqp, { timeout: CONNECT_LIMIT_MS })).close();
  } catch (error) {
    const { host } = new URL(amqp);
    const { message } = error as Error;
    if (/ACCESS.REFUSED/.test(message)) throw new CannotRun(`the broker at ${host} refused the user or the password`);
    if (/ConnectionClose/.test(message)) {
      throw new CannotRun(`the broker at ${host} has no vhost ${vhostOf(amqp)}, or its user may not use it`);
    }
    throw new CannotRun(`cannot reach the broker at ${host}: ${message || 'no answer'}`);
  }
}

/** @param name shown in the management page @throws {CannotRun} */
export async function connect(amqp: string, name: string): Promise<Client> {
  await tryBroker(amqp);
  const client = new Client(amqp, { name, log: createLog(name, name, 'silent') });
  await new Promise<void>((resolve, reject) => {
    client.connect((error) => (error ? reject(error) : resolve()));
  });
  return client;
}

export const disconnect = (client: Client): Promise<void> =>
  new Promise((resolve) => client.disconnect(() => resolve()));

/** Connects, does something, and disconnects, whatever became of it. @throws {CannotRun} */
export async function withBroker<T>(
  amqp: string,
  name: string,
  work: (connection: BrokerConnection) => Promise<T>,
): Promise<T> {
  const client = await connect(amqp, name);
  try {
    return await work(client.connection);
  } finally {
    await disconnect(client);
  }
}

/** Says in one line that a queue is not there, or is somebody else's; throws on what is another matter. @throws {CannotRun} */
export function refusedQueue(queue: string, error: unknown): never {
  const code = replyCode(error);
  if (code === 404) throw new CannotRun(`there is no queue ${queue}; ./lab status shows which there are`);
  if (code === 405) throw new CannotRun(`the queue ${queue} is for one connection alone: nobody else can look into it`);
  throw error;
}

/** Fires at Ctrl-C, once: the next one ends the process. */
export function interruption(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}
