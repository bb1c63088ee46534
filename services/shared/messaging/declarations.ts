// What is declared on the broker, to the letter as MsgFlo's wire contract says: with any other argument the broker refuses
// whoever declares it next. Types, limits and lengths of queues are matters of policies and of the vhost's default.
import { randomUUID } from 'node:crypto';
import type { Channel } from 'amqplib';
import { controlExchangeOf, deadLettersOf } from './names.ts';

/** How long the queue of a single replica outlives its last consumer. Long enough for a reconnect. Milliseconds. */
const REPLICA_QUEUE_EXPIRES_MS = 60_000;

/** Transient queues go with their last consumer; RabbitMQ 4 means to do without them. */
const kept = (transient: boolean) => (transient ? { durable: false, autoDelete: true } : { durable: true });

/** An out-port. */
export async function declareExchange(channel: Channel, name: string, { transient = false } = {}): Promise<void> {
  await channel.assertExchange(name, 'fanout', kept(transient));
}

/** An in-port: its queue, and an exchange of the same name that leads to it. */
export async function declareQueue(channel: Channel, name: string, { transient = false } = {}): Promise<void> {
  await channel.assertQueue(name, { ...kept(transient), deadLetterExchange: deadLettersOf(name) });
  await declareExchange(channel, name, { transient });
  await channel.bindQueue(name, name, '');
}

/** Where a queue's rejected messages go. Until somebody declares it, they vanish. */
export function declareDeadLetters(channel: Channel, queue: string): Promise<void> {
  return declareQueue(channel, deadLettersOf(queue));
}

/** An in-port that each replica hears for itself: bound by the coordinator alone, and gone a minute after its replica. */
export async function declareReplicaQueue(channel: Channel, name: string): Promise<void> {
  await channel.assertQueue(name, {
    durable: true,
    arguments: { 'x-queue-type': 'classic', 'x-expires': REPLICA_QUEUE_EXPIRES_MS },
  });
}

/** Where messages of a queue wait for their next attempt. They leave it only when their own queue has them. */
export async function declareDelayQueue(channel: Channel, name: string, queue: string): Promise<void> {
  await channel.assertQueue(name, {
    durable: true,
    deadLetterExchange: '',
    deadLetterRoutingKey: queue,
    arguments: {
      'x-queue-type': 'quorum',
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    },
  });
}

/** MsgFlo's edges have no key. With one, nobody who lists edges takes the word to a role for one. */
const CONTROL_KEY = 'control';

/** Where the replicas of a role are told to pause and to go on. */
export async function declareControl(channel: Channel, role: string): Promise<void> {
  await channel.assertExchange(controlExchangeOf(role), 'fanout', { durable: true });
}

/** The queue on which one connection of a replica hears that, gone with it. The name begins as those of roles do not. */
export async function declareControlQueue(channel: Channel, role: string): Promise<string> {
  const exchange = controlExchangeOf(role);
  await declareControl(channel, role);
  const { queue } = await channel.assertQueue(`.${exchange}-${randomUUID()}`, {
    exclusive: true,
    autoDelete: true,
    durable: false,
    arguments: { 'x-queue-type': 'classic' },
  });
  await channel.bindQueue(queue, exchange, CONTROL_KEY);
  return queue;
}
