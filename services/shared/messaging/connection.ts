// One connection to the broker that comes back by itself, with all that was declared and consumed on it.
//
//   connecting --(handshake, all declared, consumed, announced)--> up
//       ^                                                                 |
//       +--- after a pause that doubles up to a second --- (socket lost) -+          close() --> closed, from anywhere
//
// Publishing and consuming have channels of their own, so that a burst of deliveries does not hold up confirms. A channel
// that the broker closes (an error of ours) is opened again without touching the connection.
import { setTimeout as pause } from 'node:timers/promises';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import type { Log } from '../log.ts';
import { socketOf } from './amqplib-inside.ts';
import type { Incoming } from './answers.ts';
import { coalesceWrites } from './coalesce.ts';
import { createConsuming, goodbye } from './consuming.ts';
import { createKeptChannels, type Setup } from './kept-channels.ts';
import { createPublisher, type Publisher } from './publisher.ts';
import { createUnsafePublisher } from './unsafe.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;
const HEARTBEAT_SECONDS = 10;
/** Nodes of a network that swallows packets do not refuse: the handshake gets this long. */
const CONNECT_TIMEOUT_MS = 3_000;
export interface ConnectionOptions {
  url: string;
  /** Shown in the management page: role and replica. */
  name: string;
  log: Log;
  /** Called at each connection after the first. */
  onReconnect?: () => void;
  /** Without any guarantee: see unsafe.ts. */
  unsafe?: boolean;
}

type Step = (channel: Channel) => Promise<void>;

export interface BrokerConnection {
  readonly publisher: Publisher;
  /** `up`: connected, everything declared, every consumer registered. */
  state(): { up: true } | { up: false; reason: string };
  /** Resolves at the first `up`. */
  readonly ready: Promise<void>;
  /**
   * Declares something at each new connection before anything is consumed, and now where there is one. Declarations run side by
   * side, each on a channel of its own. Rejects where the broker refuses it.
   */
  declare(step: Step): Promise<void>;
  /** Does something at each new connection when everything is declared and consumed, and now where it is: announcements. */
  onUp(step: Step): Promise<void>;
  /** Does something once, on a channel of its own, so that a refused declaration harms nobody else. */
  withChannel<T>(work: (channel: Channel) => Promise<T>): Promise<T>;
  /**
   * Keeps a channel open beside the flow: opens it now and at each new connection, and again where the broker closed it; `setup`
   * declares and consumes on it. Rejects where the broker refuses that the first time.
   */
  keepChannel(setup: Setup): Promise<void>;
  /**
   * Consumes from a queue, when what was to be declared before is there, and at each new connection. The broker hands out at most `prefetch` unanswered messages. A queue that
   * has another name each time that it is declared is given as a function that says its name.
   */
  consume(queue: string | (() => string), prefetch: number, onMessage: (incoming: Incoming) => void): Promise<void>;
  /**
   * Takes no more messages from these queues, until it is called again without them: now, and at each new connection. Those in hand
   * can still be answered. Resolves when the broker has stopped, or begun, to hand out.
   */
  pauseConsuming(queues: readonly string[]): Promise<void>;
  /**
   * Has no more in hand from these queues than so many, 0 for none, until it is called again without them: now, and at each new connection.
   * What is in hand already does not count. Resolves as `pauseConsuming` does.
   */
  limitConsuming(most: ReadonlyMap<string, number>): Promise<void>;
  /** Whether it takes nothing from some queue. */
  paused(): boolean;
  /** Takes no more messages, for good; those in hand can still be answered. */
  stopConsuming(): Promise<void>;
  /**
   * Waits until the broker has taken the answers that were given; for the end of a drain, before the channel closes. A quorum queue takes
   * acks in turns, and forgets those that wait for theirs when the channel ends: 16 of 20 closes straight after 300 single acks handed out
   * work again that was done. Each question to the queue lets it take a turn.
   */
  finishAnswers(): Promise<void>;
  close(): Promise<void>;
}

export function openConnection({ url, name, log, onReconnect, unsafe = false }: ConnectionOptions): BrokerConnection {
  // What `new URL` throws carries the text it was given, a password too.
  if (!URL.canParse(url))
    throw new TypeError('expected the address of a broker such as amqp://user:password@host/vhost');
  const address = new URL(url);
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
  const where = `${address.hostname}:${address.port || 5672}`;

  const publisher = unsafe ? createUnsafePublisher() : createPublisher();
  const declarations: Step[] = [];
  const upSteps: Step[] = [];
  const keptChannels: Setup[] = [];
  const consuming = createConsuming(log, { unsafe });
  const ready = Promise.withResolvers<void>();
  const stop = new AbortController();
  let model: ChannelModel | undefined;
  const kept = createKeptChannels((session) => model === session && !stop.signal.aborted, log);
  /** Settled when all is declared, or refused, that was asked for so far. */
  let declared: Promise<unknown> = Promise.resolve();
  let up = false;
  let reason = `not connected to ${where} yet`;

  const down = (why: string): void => {
    up = false;
    reason = why;
  };

  async function withChannel<T>(step: (channel: Channel) => Promise<T>): Promise<T> {
    if (model === undefined) throw new Error(`not connected to ${where}`);
    const channel = await model.createChannel();
    let failed: Error | undefined;
    channel.on('error', (error) => {
      failed = error;
    });
    try {
      const result = await step(channel);
      if (failed) throw failed;
      return result;
    } finally {
      // Closed by the broker already, that error was thrown above; where the connection goes now, amqplib never answers.
      await goodbye(channel.close());
    }
  }

  const runAll = async (steps: readonly Step[]): Promise<void> => {
    await Promise.all(steps.map((step) => withChannel(step)));
  };

  async function openPublishing(session: ChannelModel): Promise<void> {
    const channel = await publisher.openChannel(session);
    channel.on('error', (error) => log.error({ err: error }, 'the broker closed the publishing channel'));
    channel.on('close', () =>
      reopen(session, 'publishing', async (same) => {
        await runAll(declarations); // what it published to may have been deleted
        await openPublishing(same);
      }),
    );
    publisher.attach(channel);
  }

  const openConsuming = (session: ChannelModel): Promise<void> =>
    consuming.open(session, () =>
      reopen(session, 'consuming', async (same) => {
        await Promise.all([runAll(declarations), openConsuming(same)]);
        await consuming.begin();
        await runAll(upSteps);
      }),
    );

  /** Opens a channel again after the broker closed it, as long as its connection lives; gives the connection up where that fails. */
  function reopen(session: ChannelModel, what: string, open: (session: ChannelModel) => Promise<void>): void {
    if (model !== session || stop.signal.aborted) return;
    down(`the ${what} channel is being opened again`);
    pause(FIRST_PAUSE_MS)
      .then(() => (model === session ? open(session) : undefined))
      .then(() => {
        if (model === session) up = true;
      })
      .catch((error: unknown) => {
        log.error({ err: error }, `could not open the ${what} channel again: connecting anew`);
        consuming.endAnswers();
        session.close().catch(() => {}); // its close event starts the next connection
      });
  }

  /** One connection from handshake to loss. Resolves when it is gone. */
  async function session(onUp: () => void): Promise<void> {
    const lost = Promise.withResolvers<Error | undefined>();
    const opened = await connect(address.href, {
      noDelay: true,
      keepAlive: true,
      timeout: CONNECT_TIMEOUT_MS,
      clientProperties: { connection_name: name },
    });
    coalesceWrites(socketOf(opened));
    opened.on('error', (error) => lost.resolve(error));
    opened.on('close', (error) => {
      // The model goes with the event, before any channel hears of it: channels must not be opened again on it.
      if (model === opened) model = undefined;
      lost.resolve(error);
    });
    opened.on('blocked', (why) => {
      log.warn({ why }, 'the broker takes no messages now');
      publisher.setBlocked(why);
    });
    opened.on('unblocked', () => {
      log.info('the broker takes messages again');
      publisher.setBlocked(undefined);
    });
    model = opened;
    try {
      publisher.setBlocked(undefined);
      await Promise.all([runAll(declarations), openPublishing(opened), openConsuming(opened)]);
      await consuming.begin();
      await runAll(upSteps);
      for (const setup of keptChannels) kept.keep(opened, setup);
      if (stop.signal.aborted) return;
      up = true;
      onUp();
      ready.resolve();
      log.info({ broker: where }, 'connected');
      const error = await lost.promise;
      if (!stop.signal.aborted) log.warn({ err: error?.message }, 'lost the connection to the broker');
    } finally {
      down(`the connection to ${where} was lost`);
      model = undefined;
      consuming.lost();
      await opened.close().catch(() => {}); // gone already in most cases
    }
  }

  async function run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    let reported = '';
    for (let connections = 0; !stop.signal.aborted; ) {
      const before = connections;
      try {
        await session(() => {
          if (connections > 0) onReconnect?.();
          connections += 1;
        });
      } catch (error) {
        const text = (error as Error).message || String(error);
        // amqplib does not pass on what the broker says when it closes the connection instead of opening the vhost.
        const vhost = decodeURIComponent(address.pathname.slice(1)) || '/';
        const message = /ConnectionOpenOk; got <ConnectionClose/.test(text)
          ? `it refused the vhost "${vhost}": it does not exist, or the user has no right to it`
          : text;
        down(`cannot connect to the broker at ${where}: ${message}`);
        if (message !== reported) log.warn({ broker: where, err: message }, 'cannot connect to the broker, trying on');
        reported = message;
      }
      if (connections > before) {
        pauseMs = FIRST_PAUSE_MS;
        reported = '';
      }
      await pause(pauseMs * (0.75 + Math.random() / 2), undefined, { signal: stop.signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  /** What fails because the connection went is done again at the next one; what the broker refused is thrown. */
  async function unlessLost(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (up) throw error;
    }
  }

  const running = run();

  return {
    publisher,
    ready: ready.promise,
    state: () => (up ? { up: true } : { up: false, reason }),
    withChannel,
    async declare(step) {
      declarations.push(step);
      if (!up) return;
      const declaring = unlessLost(withChannel(step));
      declared = Promise.allSettled([declared, declaring]);
      await declaring;
    },
    async onUp(step) {
      upSteps.push(step);
      if (up) await unlessLost(withChannel(step));
    },
    async keepChannel(setup) {
      const opening = up && model !== undefined ? unlessLost(kept.open(model, setup)) : undefined;
      keptChannels.push(setup); // from now on: a connection may come before this one is open
      try {
        await opening;
      } catch (error) {
        keptChannels.splice(keptChannels.indexOf(setup), 1);
        throw error;
      }
    },
    consume: (queue, prefetch, onMessage) => unlessLost(consuming.consume(queue, prefetch, onMessage, declared)),
    pauseConsuming: (queues) => unlessLost(consuming.pause(queues)),
    limitConsuming: (most) => unlessLost(consuming.limit(most)),
    paused: consuming.paused,
    stopConsuming: consuming.stop,
    finishAnswers: consuming.finishAnswers,
    async close() {
      if (!stop.signal.aborted) {
        stop.abort();
        down('closed');
        const open = model;
        model = undefined;
        // The channel first: its close comes after the acks written on it, the connection's would overtake them.
        await goodbye(consuming.close().then(() => open?.close()));
        // With an error: amqplib hears of nothing else.
        if (open !== undefined) socketOf(open).destroy(new Error('closed'));
      }
      await running;
    },
  };
}
