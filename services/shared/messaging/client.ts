// A participant's side of the AMQP transport for msgflo-nodejs: the interface of its own one, on connections that come back,
// messages that persist and publishing that is confirmed.
import { randomUUID } from 'node:crypto';
import type { Channel } from 'amqplib';
import type { Callback, MessagingClient, TransportMessage } from 'msgflo-nodejs';
import { createLog, type Log } from '../log.ts';
import type { Incoming } from './answers.ts';
import { type BrokerConnection, openConnection } from './connection.ts';
import { declareExchange, declareQueue, declareReplicaQueue } from './declarations.ts';
import { decodeData } from './envelope.ts';
import { DISCOVERY_QUEUE } from './names.ts';
import type { PublishOptions } from './publisher.ts';

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
  /** Without any guarantee: see unsafe.ts. */
  unsafe?: boolean;
  /** What a participant gets for a message: by default its body as JSON or text. */
  decode?: (incoming: Incoming) => unknown;
  /**
   * Where a `MessageBroker` finds the management API: http://user:password@host:port. Default: the host and user of the AMQP
   * address, on port 15672, or 15671 with https for `amqps`.
   */
  managementUrl?: string;
}

interface AmqpMessage extends TransportMessage {
  incoming: Incoming;
}

/** Turns a promise into the callback that msgflo-nodejs expects. */
export function answer(work: Promise<unknown>, callback: Callback): void {
  work.then(
    () => callback(null),
    (error: Error) => callback(error),
  );
}

export class Client implements MessagingClient {
  protected readonly address: string;
  protected readonly options: ClientOptions;
  protected readonly log: Log;
  private readonly name: string;
  private opened: BrokerConnection | undefined;

  constructor(address: string, options: ClientOptions = {}) {
    this.address = address;
    this.options = options;
    this.name = options.name ?? `msgflo-${randomUUID().slice(0, 8)}`;
    this.log = options.log ?? createLog('messaging', this.name, 'warn');
  }

  /** The connection. @throws before `connect` was called. */
  get connection(): BrokerConnection {
    if (this.opened === undefined) throw new Error('not connected: call connect() first');
    return this.opened;
  }

  connect(callback: Callback): void {
    this.opened ??= openConnection({
      url: this.address,
      name: this.name,
      log: this.log,
      onReconnect: this.options.onReconnect,
      unsafe: this.options.unsafe,
    });
    if (this.options.background) callback(null);
    else answer(this.opened.ready, callback);
  }

  disconnect(callback: Callback): void {
    const end = async (): Promise<void> => {
      await this.opened?.finishAnswers();
      await this.opened?.close();
    };
    answer(end(), callback);
  }

  createQueue(
    type: 'inqueue' | 'outqueue',
    name: string,
    options: { persistent?: boolean } | Callback,
    callback?: Callback,
  ): void {
    const done = callback ?? (options as Callback);
    const transient = typeof options === 'object' && options.persistent === false;
    const perReplica = this.options.queues?.[name]?.perReplica ?? false;
    const declare = (channel: Channel): Promise<void> => {
      if (type === 'outqueue') return declareExchange(channel, name, { transient });
      return perReplica ? declareReplicaQueue(channel, name) : declareQueue(channel, name, { transient });
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
    return this.connection.publisher.publish(target, JSON.stringify(message), options);
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
    // A broker in an alarm stops reading from a connection that publishes: acks would wait with the announcement.
    else if (connection.state().up && !connection.publisher.blocked()) {
      answer(connection.withChannel(this.announce), callback);
    } else callback(null); // it is announced at the next connection, or next time
  }

  private announce: ((channel: Channel) => Promise<void>) | undefined;
}
