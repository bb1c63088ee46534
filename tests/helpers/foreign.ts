// A participant that speaks plain AMQP and knows nothing of our code: declares, announces itself, consumes and publishes to the letter
// of MsgFlo's wire contract. It ends with its scope.
import { type ConfirmChannel, connect } from 'amqplib';
import type { Scope } from './broker.ts';

export interface ForeignOptions {
  role: string;
  component?: string;
  id?: string;
  inports?: string[];
  outports?: string[];
  /** Names of queues and exchanges that are not `role.PORT`. */
  queues?: Record<string, string>;
  /** Refuses everything that it gets. */
  refuse?: boolean;
  /** What it does with a message: data to send on, by out-port, or nothing. Default: takes it. */
  handle?: (data: unknown, port: string) => { port: string; data: unknown } | undefined;
}

export interface Foreign {
  readonly id: string;
  readonly channel: ConfirmChannel;
  /** What it has taken so far, in order. */
  readonly taken: { port: string; data: unknown }[];
  announce(): Promise<void>;
  /** Publishes on an out-port; resolves when the broker has it. */
  send(port: string, data: unknown): Promise<void>;
  /** Cuts its connection, as a killed process does. */
  kill(): void;
}

let count = 0;

export async function openForeign(scope: Scope, url: string, options: ForeignOptions): Promise<Foreign> {
  const { role, component = role.toUpperCase(), inports = [], outports = [], queues = {}, refuse, handle } = options;
  count += 1;
  const id = options.id ?? `${role}-foreign-${count}`;
  const name = (port: string): string => queues[port] ?? `${role}.${port.toUpperCase()}`;
  const connection = await connect(url);
  connection.on('error', () => {});
  let open = true;
  connection.on('close', () => {
    open = false;
  });
  scope.after(async () => {
    if (open) await connection.close();
  });
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => {});
  const taken: Foreign['taken'] = [];

  const send = (port: string, data: unknown): Promise<void> =>
    new Promise((resolve, reject) => {
      channel.publish(name(port), '', Buffer.from(JSON.stringify(data)), { persistent: true }, (error) =>
        error ? reject(error as Error) : resolve(),
      );
    });

  const announce = async (): Promise<void> => {
    const port = (one: string) => ({ id: one, type: 'object', queue: name(one) });
    const payload = { id, role, component, label: '', inports: inports.map(port), outports: outports.map(port) };
    channel.sendToQueue('fbp', Buffer.from(JSON.stringify({ protocol: 'discovery', command: 'participant', payload })));
    await channel.waitForConfirms();
  };

  await channel.assertQueue('fbp', { durable: true });
  for (const port of outports) await channel.assertExchange(name(port), 'fanout', { durable: true });
  for (const port of inports) {
    const queue = name(port);
    await channel.assertQueue(queue, { durable: true, deadLetterExchange: `dead-${queue}` });
    await channel.assertExchange(queue, 'fanout', { durable: true });
    await channel.bindQueue(queue, queue, '');
    await channel.consume(queue, async (message) => {
      if (message === null) return;
      if (refuse) {
        channel.nack(message, false, false);
        return;
      }
      const data: unknown = JSON.parse(message.content.toString());
      taken.push({ port, data });
      const answer = handle?.(data, port);
      if (answer !== undefined) await send(answer.port, answer.data);
      channel.ack(message);
    });
  }
  await announce();
  return {
    id,
    channel,
    taken,
    announce,
    send,
    kill: () =>
      (connection as unknown as { connection: { stream: { destroy(error: Error): void } } }).connection.stream.destroy(
        new Error('killed'),
      ),
  };
}
