// Edges as MsgFlo names them, `{type, src, tgt, deadletter?}`: how one is made on the broker, taken away, and read from what
// the broker lists.
//
//   pubsub        exchange src ──► queue tgt
//   roundrobin    exchange src ──► exchange out-src ──► queue tgt, and exchange dead-tgt ──► queue deadletter
import type { BrokerConnection } from './connection.ts';
import type { BrokerBinding } from './management.ts';
import { deadLettersOf, roundrobinExchangeOf } from './names.ts';

/** An edge. A roundrobin one without `src` stands for the dead letters of `tgt` alone. */
export interface Binding {
  /** `pubsub` (the default) or `roundrobin`. */
  type?: string;
  src?: string;
  tgt: string;
  /** The queue that gets the messages which `tgt` rejects. For roundrobin only; it must be there already. */
  deadletter?: string;
}

/** Queues that listen in on an edge; they are no edges. Also what msgflo-nodejs's own broker calls its one. */
export const TAP_PREFIX = '.msgflo-broker-subscriptions-';

const NOT_FOUND = 404;
const IN_USE = 406;

export function bindingText({ src, tgt, deadletter }: Binding): string {
  return src === undefined ? `the dead letters of ${tgt} → ${deadletter}` : `${src} → ${tgt}`;
}

/** Whether both stand for the same edge, whatever becomes of its dead letters. */
export function sameEdge(one: Binding, other: Binding): boolean {
  return one.src === other.src && one.tgt === other.tgt && (one.type ?? 'pubsub') === (other.type ?? 'pubsub');
}

/** @throws where it is no edge that can be made. */
function check({ type = 'pubsub', src, tgt, deadletter }: Binding): void {
  if (type !== 'pubsub' && type !== 'roundrobin') {
    throw new Error(`a binding's type must be pubsub or roundrobin, got ${JSON.stringify(type)}`);
  }
  if (!tgt) throw new Error('a binding must say its tgt, the queue to which messages go');
  if (!src && !(type === 'roundrobin' && deadletter)) {
    throw new Error('a binding must say its src, the exchange from which messages come');
  }
}

/** Makes an edge, or leaves it as it is. Rejects with the broker's 404 where a queue or the source is not there. */
export async function bind(connection: BrokerConnection, binding: Binding): Promise<void> {
  check(binding);
  const { type, src, tgt, deadletter } = binding;
  await connection.withChannel(async (channel) => {
    if (type !== 'roundrobin') {
      await channel.bindQueue(tgt, src!, '');
      return;
    }
    // All that must be there is asked for first, so that the edge is made whole or not at all.
    await channel.checkQueue(tgt);
    if (src) await channel.checkExchange(src);
    if (deadletter) await channel.checkQueue(deadletter);
    if (deadletter) {
      const dead = deadLettersOf(tgt);
      await channel.assertExchange(dead, 'fanout', { durable: true });
      await channel.bindQueue(deadletter, dead, '');
    }
    if (src) {
      const exchange = roundrobinExchangeOf(src);
      await channel.assertExchange(exchange, 'direct', { durable: true });
      await channel.bindQueue(tgt, exchange, '');
      await channel.bindExchange(exchange, src, '');
    }
  });
}

/**
 * Takes an edge away; what is not there is no error. The exchange of a roundrobin edge goes with the last queue bound to it, and
 * `deadletter`, where given, no longer gets the dead letters of `tgt`.
 */
export async function unbind(connection: BrokerConnection, binding: Binding): Promise<void> {
  check(binding);
  const { type, src, tgt, deadletter } = binding;
  const release = (queue: string, exchange: string) =>
    unless(
      NOT_FOUND,
      connection.withChannel((channel) => channel.unbindQueue(queue, exchange, '')),
    );
  if (type !== 'roundrobin') {
    await release(tgt, src!);
    return;
  }
  if (src) {
    const exchange = roundrobinExchangeOf(src);
    await release(tgt, exchange);
    // The broker deletes it, and its binding to the source, only where no other queue is bound to it.
    await unless(
      IN_USE,
      connection.withChannel((channel) => channel.deleteExchange(exchange, { ifUnused: true })),
    );
  }
  if (deadletter) await release(deadletter, deadLettersOf(tgt));
}

async function unless(code: number, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if ((error as { code?: number }).code !== code) throw error;
  }
}

/**
 * The edges among the broker's bindings, whoever made them. No edges are: the default exchange's bindings, a queue on the
 * exchange of its own name (a part of its declaration), bindings with a key (MsgFlo's have none) and taps.
 */
export function edgesAmong(bindings: readonly BrokerBinding[]): Binding[] {
  const queues = new Set<string>(); // the default exchange lists each queue
  const sources = new Map<string, string>(); // of roundrobin exchanges
  for (const { source, destination, destination_type } of bindings) {
    if (source === '' && destination_type === 'queue') queues.add(destination);
    if (destination_type === 'exchange' && destination === roundrobinExchangeOf(source))
      sources.set(destination, source);
  }
  // `dead-x` holds the dead letters of a queue x; where there is no such queue it is an exchange like any other.
  const owners = new Map([...queues].map((queue) => [deadLettersOf(queue), queue]));

  const edges: Binding[] = [];
  const deadletters = new Map<string, string[]>();
  for (const { source, destination, destination_type, routing_key } of bindings) {
    if (source === '' || source === destination || destination_type !== 'queue' || routing_key !== '') continue;
    if (destination.startsWith(TAP_PREFIX)) continue;
    const owner = owners.get(source);
    const src = sources.get(source);
    if (owner !== undefined) deadletters.set(owner, [...(deadletters.get(owner) ?? []), destination]);
    else if (src !== undefined) edges.push({ type: 'roundrobin', src, tgt: destination });
    else edges.push({ type: 'pubsub', src: source, tgt: destination });
  }
  for (const [tgt, [first, ...more]] of deadletters) {
    const owning = edges.filter((edge) => edge.type === 'roundrobin' && edge.tgt === tgt);
    for (const edge of owning) edge.deadletter = first;
    for (const deadletter of owning.length > 0 ? more : [first!, ...more]) {
      edges.push({ type: 'roundrobin', tgt, deadletter });
    }
  }
  return edges;
}
