// Lets others hear the data that passes over an edge, without a part in it: for each subscription a tap, a bounded queue of its own
// on the edge's source.
//
//   wanted --(the edge is bound)--> tapped --(the channel is gone, with it the tap)--> waiting --(a new one, the edge still bound)--> tapped
//                                      \                                                  |
//                                       +---- unsubscribed, or the edge is gone ----------+--> ended
//
// A bound tap makes a `mandatory` message routable. It must never stand in for an edge: work would seem to have arrived that only a
// listener has heard. So a tap is bound after its edge was seen, and unbound before we remove the edge. Where somebody else
// removes the edge, a window is left until the watch notices (WATCH_EVERY_MS, longer while the management API does not answer).
import { randomUUID } from 'node:crypto';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { Log } from '../log.ts';
import { type Binding, bindingText, edgesAmong, sameEdge, TAP_PREFIX } from './bindings.ts';
import type { BrokerConnection } from './connection.ts';
import { decodeData } from './envelope.ts';
import type { BrokerBinding } from './management.ts';

/** Called with the binding that was subscribed to, and data as JSON or text. The next data come when its promise is settled. */
export type DataHandler = (binding: Binding, data: unknown) => unknown;

/** A slow reader loses the oldest data beyond these; the flow does not wait for it. */
const MOST_MESSAGES = 1_000;
const MOST_BYTES = 16 * 1024 * 1024;
/**
 * So many unanswered at a time: few, for each may be as large as the broker lets a message be. Where a handler never comes back
 * the broker closes the channel after its consumer timeout (half an hour), and all taps are made anew.
 */
const PREFETCH = 10;
/** How soon an edge that somebody else removed is missed. */
const WATCH_EVERY_MS = 2_000;

interface Tap {
  queue: string;
  /** It lives as long as the channel on which it is consumed. */
  channel: Channel;
}

interface Subscription {
  /** As it was given by whoever subscribed. */
  binding: Binding;
  /** As the broker has it. */
  edge: Binding;
  handler: DataHandler;
  tap?: Tap;
  ended: boolean;
}

export interface DataTapsOptions {
  connection: () => BrokerConnection;
  /** What the broker has bound now. */
  bindings: () => Promise<readonly BrokerBinding[]>;
  /** Runs one change of edges and taps after the other. */
  inTurn: <T>(change: () => Promise<T>) => Promise<T>;
  log: Log;
}

/** What changes something is to be called in turn. */
export interface DataTaps {
  subscribe(binding: Binding, handler: DataHandler): Promise<void>;
  unsubscribe(binding: Binding, handler: DataHandler): Promise<void>;
  /** Ends all subscriptions to an edge that is going to be removed. */
  endAll(edge: Binding): Promise<void>;
  /** The bindings that are subscribed to, each edge once. */
  list(): Binding[];
  close(): void;
}

export function createDataTaps({ connection, bindings, inTurn, log }: DataTapsOptions): DataTaps {
  const subscriptions = new Set<Subscription>();
  let keeping: Promise<void> | undefined;
  let current: Channel | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let reported = '';

  /** Run for each channel that the connection opens for us: the taps of the one before are gone. */
  async function setup(channel: Channel): Promise<void> {
    channel.on('close', () => {
      if (current === channel) current = undefined;
    });
    await channel.prefetch(PREFETCH);
    current = channel;
    void restore();
  }

  async function openChannel(): Promise<Channel> {
    keeping ??= connection().keepChannel(setup);
    try {
      await keeping;
    } catch (error) {
      keeping = undefined;
      throw error;
    }
    if (current === undefined) throw new Error('there is no connection to the broker now: subscribe when it is back');
    return current;
  }

  async function tap(subscription: Subscription, channel: Channel): Promise<void> {
    const made: Tap = { queue: `${TAP_PREFIX}${randomUUID()}`, channel };
    await channel.assertQueue(made.queue, {
      exclusive: true,
      autoDelete: true,
      durable: false,
      arguments: {
        'x-queue-type': 'classic',
        'x-max-length': MOST_MESSAGES,
        'x-max-length-bytes': MOST_BYTES,
        'x-overflow': 'drop-head',
      },
    });
    subscription.tap = made;
    try {
      await channel.consume(made.queue, (message) => void hear(subscription, made, message));
      await bindTap(made, subscription);
    } catch (error) {
      await untap(subscription);
      throw error;
    }
  }

  /** On a channel of its own: where the source is gone the broker closes it, and not that of the other taps. */
  async function bindTap({ queue }: Tap, { edge }: Subscription): Promise<void> {
    await connection().withChannel((channel) => channel.bindQueue(queue, edge.src!, ''));
  }

  async function untap(subscription: Subscription): Promise<void> {
    const { tap } = subscription;
    subscription.tap = undefined;
    if (tap === undefined) return;
    try {
      await connection().withChannel((channel) => channel.deleteQueue(tap.queue));
    } catch (error) {
      if (connection().state().up) throw error; // else it is gone with the connection
    }
  }

  async function hear(subscription: Subscription, tap: Tap, message: ConsumeMessage | null): Promise<void> {
    const { binding, edge, handler } = subscription;
    if (subscription.tap !== tap) return;
    if (message === null) {
      log.warn({ edge: bindingText(edge) }, 'the broker took a tap away: making it anew');
      subscription.tap = undefined;
      void restore();
      return;
    }
    try {
      await handler(binding, decodeData(message.content));
    } catch (error) {
      log.warn({ err: error, edge: bindingText(edge) }, 'a handler of data has failed');
    }
    if (current === tap.channel) tap.channel.ack(message);
  }

  async function end(subscription: Subscription): Promise<void> {
    subscription.ended = true;
    subscriptions.delete(subscription);
    await untap(subscription);
  }

  /** Brings the taps in line with the broker: ends those whose edge is gone, makes those that are missing. */
  async function restore(): Promise<void> {
    const known = [...subscriptions]; // what comes later has seen newer bindings than these
    if (known.length === 0 || current === undefined) return;
    try {
      const bound = await bindings();
      const edges = edgesAmong(bound);
      await inTurn(async () => {
        for (const subscription of known) {
          if (subscription.ended) continue;
          if (edges.some((edge) => sameEdge(edge, subscription.edge))) await ensureTap(subscription, bound);
          else {
            log.warn(
              { edge: bindingText(subscription.edge) },
              'an edge is gone, and with it a subscription to its data',
            );
            await end(subscription);
          }
        }
      });
      reported = '';
    } catch (error) {
      const { message } = error as Error;
      if (message !== reported) log.warn({ err: error }, 'could not look after the taps of edges: trying on');
      reported = message;
    }
  }

  async function ensureTap(subscription: Subscription, bound: readonly BrokerBinding[]): Promise<void> {
    const { tap: made, edge } = subscription;
    if (current === undefined) return; // it is made on the next one
    if (made?.channel !== current) await tap(subscription, current);
    else if (!bound.some(({ source, destination }) => source === edge.src && destination === made.queue)) {
      await bindTap(made, subscription); // the source was deleted and is back
    }
  }

  function watch(): void {
    timer = setTimeout(async () => {
      await restore();
      timer = undefined;
      if (subscriptions.size > 0 && !closed) watch();
    }, WATCH_EVERY_MS);
    timer.unref();
  }

  return {
    async subscribe(binding, handler) {
      const same = (other: Subscription) => other.handler === handler && isFor(binding, other.edge);
      if ([...subscriptions].some(same)) return;
      const channel = await openChannel();
      const edge = edgesAmong(await bindings()).find((bound) => isFor(binding, bound));
      if (edge?.src === undefined) throw new Error(`${bindingText(binding)} is not bound: there are no data to hear`);
      const subscription: Subscription = { binding, edge, handler, ended: false };
      await tap(subscription, channel);
      subscriptions.add(subscription);
      if (timer === undefined) watch();
    },
    async unsubscribe(binding, handler) {
      for (const subscription of [...subscriptions]) {
        if (subscription.handler === handler && isFor(binding, subscription.edge)) await end(subscription);
      }
    },
    async endAll(edge) {
      for (const subscription of [...subscriptions]) {
        if (sameEdge(edge, subscription.edge)) await end(subscription);
      }
    },
    list: () => [...new Map([...subscriptions].map(({ binding, edge }) => [JSON.stringify(edge), binding])).values()],
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** Whoever subscribes need not say of which type an edge is. */
function isFor({ type, src, tgt }: Binding, edge: Binding): boolean {
  return src === edge.src && tgt === edge.tgt && (type === undefined || type === edge.type);
}
