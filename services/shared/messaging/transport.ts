// The AMQP transport for msgflo-nodejs: the interface of its own one, on connections that come back, messages that persist
// and publishing that is confirmed. Use it with `transport.register('amqp', …)`.
import { randomUUID } from 'node:crypto';
import type { Channel } from 'amqplib';
import type { Callback, MessagingClient, TransportMessage } from 'msgflo-nodejs';
import { createLog, type Log } from '../log.ts';
import { type BrokerConnection, type Incoming, openConnection } from './connection.ts';
import { decodeData } from './envelope.ts';
import { DISCOVERY_QUEUE, deadLettersOf, roundrobinExchangeOf } from './names.ts';
import type { PublishOptions } from './publisher.ts';

/** How long the queue of a single replica outlives its last consumer. Long enough for a reconnect. Milliseconds. */
const REPLICA_QUEUE_EXPIRES_MS = 60_000;

export interface ClientOptions {
  /** Shown as the connection's name in the management page. */
  name?: string;
  log?: Log;
  onReconnect?: () => void;
  /** Unanswered messages at a time, for queues that `queues` does not name. Default 10. */
  prefetch?: number;
  /** What is special about single queues. */
  queues?: Record<string, { prefetch?: number; perReplica?: boolean }>;
  /** `connect` calls back at once, and everything asked for until then is done when the broker is there. */
  background?: boolean;
  /** What a participant gets for a message: by default its body as JSON or text. */
  decode?: (incoming: Incoming) => unknown;
}

type Binding = { type: string; src: string; tgt: string; deadletter?: string };

interface AmqpMessage extends TransportMessage {
  incoming: Incoming;
}

/** Turns a promise into the callback that msgflo-nodejs expects. */
function answer(work: Promise<unknown>, callback: Callback): void {
  work.then(
    () => callback(null),
    (error: Error) => callback(error),
  );
}

export class Client implements MessagingClient {
  protected readonly address: string;
  protected readonly options: ClientOptions;
  private opened: BrokerConnection | undefined;

  constructor(address: string, options: ClientOptions = {}) {
    this.address = address;
    this.options = options;
  }

  /** The connection. @throws before `connect` was called. */
  get connection(): BrokerConnection {
    if (this.opened === undefined) throw new Error('not connected: call connect() first');
    return this.opened;
  }

  connect(callback: Callback): void {
    const name = this.options.name ?? `msgflo-${randomUUID().slice(0, 8)}`;
    this.opened ??= openConnection({
      url: this.address,
      name,
      log: this.options.log ?? createLog('messaging', name, 'warn'),
      onReconnect: this.options.onReconnect,
    });
    if (this.options.background) callback(null);
    else answer(this.opened.ready, callback);
  }

  disconnect(callback: Callback): void {
    answer(this.opened?.close() ?? Promise.resolve(), callback);
  }

  createQueue(
    type: 'inqueue' | 'outqueue',
    name: string,
    options: { persistent?: boolean } | Callback,
    callback?: Callback,
  ): void {
    const done = callback ?? (options as Callback);
    const transient = typeof options === 'object' && options.persistent === false;
    const kept = transient ? { durable: false, autoDelete: true } : { durable: true };
    const perReplica = this.options.queues?.[name]?.perReplica ?? false;
    const declare = async (channel: Channel): Promise<void> => {
      if (type === 'outqueue') await channel.assertExchange(name, 'fanout', kept);
      else if (perReplica) {
        // Bound by the coordinator alone, and gone a minute after its replica: it keeps what is said during a reconnect.
        await channel.assertQueue(name, {
          durable: true,
          arguments: { 'x-queue-type': 'classic', 'x-expires': REPLICA_QUEUE_EXPIRES_MS },
        });
      } else {
        // To the letter as the wire contract says: with any other argument the broker refuses whoever declares it next.
        await channel.assertQueue(name, { ...kept, deadLetterExchange: deadLettersOf(name) });
        await channel.assertExchange(name, 'fanout', kept);
        await channel.bindQueue(name, name, '');
      }
    };
    answer(this.connection.declare(declare), done);
  }

  removeQueue(type: 'inqueue' | 'outqueue', name: string, callback: Callback): void {
    const remove = (channel: Channel) =>
      type === 'inqueue' ? channel.deleteQueue(name) : channel.deleteExchange(name);
    answer(this.connection.withChannel(remove), callback);
  }

  sendTo(type: 'inqueue' | 'outqueue', name: string, message: unknown, callback: Callback): void {
    answer(this.publish(type, name, message), callback);
  }

  /** As `sendTo`, with headers and a promise. @throws {PublishError} */
  publish(type: 'inqueue' | 'outqueue', name: string, message: unknown, options?: PublishOptions): Promise<void> {
    const target = type === 'inqueue' ? { exchange: '', key: name } : { exchange: name, key: '' };
    return this.connection.publisher.publish(target, Buffer.from(JSON.stringify(message)), options);
  }

  subscribeToQueue(name: string, handler: (message: TransportMessage) => void, callback: Callback): void {
    const decode = this.options.decode ?? ((incoming: Incoming) => decodeData(incoming.message.content));
    const prefetch = this.options.queues?.[name]?.prefetch ?? this.options.prefetch ?? 10;
    const onMessage = (incoming: Incoming): void => {
      const message: AmqpMessage = { data: decode(incoming), incoming };
      handler(message);
    };
    answer(this.connection.consume(name, prefetch, onMessage), callback);
  }

  ackMessage(message: TransportMessage): void {
    (message as AmqpMessage).incoming.ack();
  }

  nackMessage(message: TransportMessage): void {
    (message as AmqpMessage).incoming.reject({ requeue: false });
  }

  /** Announces a participant, now and at each new connection. Call it again to repeat the announcement. */
  registerParticipant(definition: unknown, callback: Callback): void {
    const announcement = Buffer.from(
      JSON.stringify({ protocol: 'discovery', command: 'participant', payload: definition }),
    );
    const first = this.announce === undefined;
    this.announce = async (channel) => {
      await channel.assertQueue(DISCOVERY_QUEUE, { durable: true });
      channel.sendToQueue(DISCOVERY_QUEUE, announcement);
    };
    const { connection } = this;
    if (first)
      answer(
        connection.onUp((channel) => this.announce!(channel)),
        callback,
      );
    else if (connection.state().up) answer(connection.withChannel(this.announce), callback);
    else callback(null); // it is announced at the next connection
  }

  private announce: ((channel: Channel) => Promise<void>) | undefined;
}

export class MessageBroker extends Client {
  /** Makes an edge. It is there when the callback is called without an error, and outlives both connection and broker. */
  addBinding(binding: Binding, callback: Callback): void {
    answer(this.connection.withChannel(bind(binding)), callback);
  }

  removeBinding(binding: Binding, callback: Callback): void {
    answer(this.connection.withChannel(unbind(binding)), callback);
  }

  /** Calls back for each announcement heard. The handler answers it with `ackMessage` or `nackMessage`. */
  subscribeParticipantChange(handler: (message: TransportMessage) => void): void {
    const declare = async (channel: Channel): Promise<void> => {
      await channel.assertQueue(DISCOVERY_QUEUE, { durable: true });
    };
    const failed = (error: unknown): void => this.options.log?.error({ err: error }, 'cannot listen for participants');
    this.connection.declare(declare).catch(failed);
    this.subscribeToQueue(DISCOVERY_QUEUE, handler, (error) => error && failed(error));
  }
}

function bind(binding: Binding): (channel: Channel) => Promise<void> {
  const { type, src, tgt, deadletter } = binding;
  return async (channel) => {
    if (type === 'pubsub') await channel.bindQueue(tgt, src, '');
    else if (type === 'roundrobin') {
      const exchange = roundrobinExchangeOf(src);
      await channel.assertExchange(exchange, 'direct', { durable: true });
      await channel.bindExchange(exchange, src, '');
      await channel.bindQueue(tgt, exchange, '');
      if (deadletter !== undefined) {
        await channel.assertExchange(deadLettersOf(tgt), 'fanout', { durable: true });
        await channel.bindQueue(deadletter, deadLettersOf(tgt), '');
      }
    } else throw new Error(`a binding's type must be pubsub or roundrobin, got ${JSON.stringify(type)}`);
  };
}

function unbind(binding: Binding): (channel: Channel) => Promise<void> {
  const { type, src, tgt, deadletter } = binding;
  return async (channel) => {
    if (type === 'pubsub') await channel.unbindQueue(tgt, src, '');
    else if (type === 'roundrobin') {
      await channel.unbindQueue(tgt, roundrobinExchangeOf(src), '');
      if (deadletter !== undefined) await channel.unbindQueue(deadletter, deadLettersOf(tgt), '');
    } else throw new Error(`a binding's type must be pubsub or roundrobin, got ${JSON.stringify(type)}`);
  };
}
