// One connection to the broker that comes back by itself, with all that was declared and consumed on it.
//
//   connecting --(handshake, all declared, consumed, announced)--> up
//       ^                                                                 |
//       +--- after a pause that doubles up to a second --- (socket lost) -+          close() --> closed, from anywhere
//
// Publishing and consuming have channels of their own, so that a burst of deliveries does not hold up confirms. A channel
// that the broker closes (an error of ours) is opened again without touching the connection.
import { setTimeout as pause } from 'node:timers/promises';
import { type Channel, type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import type { Log } from '../log.ts';
import { socketOf } from './amqplib-inside.ts';
import { answering } from './answer-frames.ts';
import { type Answers, createAnswers, type Incoming } from './answers.ts';
import { coalesceWrites } from './coalesce.ts';
import { createPublisher, type Publisher } from './publisher.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;
const HEARTBEAT_SECONDS = 10;
const ACK_TURNS = 30;
/** Nodes of a network that swallows packets do not refuse: the handshake gets this long. */
const CONNECT_TIMEOUT_MS = 3_000;
/** A broker that does not read (an alarm, a network that swallows packets) does not answer a goodbye either: it gets this long. */
const GOODBYE_LIMIT_MS = 1_000;

interface Consumer {
  queue: string;
  prefetch: number;
  onMessage(incoming: Incoming): void;
  tag?: string;
}

export interface ConnectionOptions {
  url: string;
  /** Shown in the management page: role and replica. */
  name: string;
  log: Log;
  /** Called at each connection after the first. */
  onReconnect?: () => void;
}

/** The channel on which everything is consumed, and the answers to what came on it. */
interface Consuming {
  channel: Channel;
  answers: Answers;
}

/** Waits for something, whatever becomes of it, but not longer than this. */
async function upTo(limitMs: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const late = pause(limitMs, undefined, { signal: timer.signal });
  await Promise.race([work, late]).catch(() => {});
  timer.abort();
  late.catch(() => {});
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
  keepChannel(setup: Step): Promise<void>;
  /** Consumes from a queue, now and at each new connection. The broker hands out at most `prefetch` unanswered messages. */
  consume(queue: string, prefetch: number, onMessage: (incoming: Incoming) => void): Promise<void>;
  /** Takes no more messages; those in hand can still be answered. */
  stopConsuming(): Promise<void>;
  /**
   * Waits until the broker has taken the answers that were given; for the end of a drain, before the channel closes. A quorum queue takes
   * acks in turns, and forgets those that wait for theirs when the channel ends: 16 of 20 closes straight after 300 single acks handed out
   * work again that was done. Each question to the queue lets it take a turn.
   */
  finishAnswers(): Promise<void>;
  close(): Promise<void>;
}

export function openConnection({ url, name, log, onReconnect }: ConnectionOptions): BrokerConnection {
  // What `new URL` throws carries the text it was given, a password too.
  if (!URL.canParse(url))
    throw new TypeError('expected the address of a broker such as amqp://user:password@host/vhost');
  const address = new URL(url);
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
  const where = `${address.hostname}:${address.port || 5672}`;

  const publisher = createPublisher();
  const declarations: Step[] = [];
  const upSteps: Step[] = [];
  const keptChannels: Step[] = [];
  const consumers: Consumer[] = [];
  const ready = Promise.withResolvers<void>();
  const stop = new AbortController();
  let model: ChannelModel | undefined;
  let consuming: Consuming | undefined;
  let consumingStopped = false;
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
      await channel.close().catch(() => {}); // closed by the broker already: that error was thrown above
    }
  }

  const runAll = async (steps: readonly Step[]): Promise<void> => {
    await Promise.all(steps.map((step) => withChannel(step)));
  };

  async function register({ channel, answers }: Consuming, consumer: Consumer): Promise<void> {
    await channel.prefetch(consumer.prefetch); // holds for the consumers registered after it
    const { consumerTag } = await channel.consume(consumer.queue, (message) => {
      if (message !== null) consumer.onMessage(answers.take(message));
      else {
        log.warn({ queue: consumer.queue }, 'the broker ended our consumer, the queue was deleted: starting over');
        answers.close(); // an answer on a channel that is closing would throw
        void channel.close().catch(() => {});
      }
    });
    consumer.tag = consumerTag;
  }

  async function openPublishing(session: ChannelModel): Promise<void> {
    const channel: ConfirmChannel = await session.createConfirmChannel();
    channel.on('error', (error) => log.error({ err: error }, 'the broker closed the publishing channel'));
    channel.on('close', () =>
      reopen(session, 'publishing', async (same) => {
        await runAll(declarations); // what it published to may have been deleted
        await openPublishing(same);
      }),
    );
    publisher.attach(channel);
  }

  async function openConsuming(session: ChannelModel): Promise<void> {
    const channel = await session.createChannel();
    const answers = createAnswers(answering(channel));
    channel.on('error', (error) => log.error({ err: error }, 'the broker closed the consuming channel'));
    channel.on('close', () => {
      answers.close();
      reopen(session, 'consuming', async (same) => {
        await runAll(declarations);
        await openConsuming(same);
        await runAll(upSteps);
      });
    });
    consuming = { channel, answers };
    if (consumingStopped) return;
    for (const consumer of consumers) await register(consuming, consumer);
  }

  async function openKept(session: ChannelModel, setup: Step): Promise<void> {
    const channel = await session.createChannel();
    channel.on('error', (error) => log.error({ err: error }, 'the broker closed a channel beside the flow'));
    try {
      await setup(channel);
    } catch (error) {
      await channel.close().catch(() => {}); // closed by the broker already: that is what was thrown
      throw error;
    }
    channel.on('close', () => {
      if (model === session && !stop.signal.aborted) void reopenKept(session, setup);
    });
  }

  async function reopenKept(session: ChannelModel, setup: Step): Promise<void> {
    for (let reported = ''; ; ) {
      await pause(LONGEST_PAUSE_MS);
      if (model !== session || stop.signal.aborted) return;
      try {
        return await openKept(session, setup);
      } catch (error) {
        const { message } = error as Error;
        if (message !== reported) log.warn({ err: message }, 'could not open a channel beside the flow: trying on');
        reported = message;
      }
    }
  }

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
        consuming?.answers.close(); // an answer on a channel that is closing would throw
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
      await Promise.all([runAll(declarations), openPublishing(opened)]);
      await openConsuming(opened);
      await runAll(upSteps);
      for (const setup of keptChannels) openKept(opened, setup).catch(() => void reopenKept(opened, setup));
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
      consuming = undefined;
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
      if (up) await unlessLost(withChannel(step));
    },
    async onUp(step) {
      upSteps.push(step);
      if (up) await unlessLost(withChannel(step));
    },
    async keepChannel(setup) {
      const opening = up && model !== undefined ? unlessLost(openKept(model, setup)) : undefined;
      keptChannels.push(setup); // from now on: a connection may come before this one is open
      try {
        await opening;
      } catch (error) {
        keptChannels.splice(keptChannels.indexOf(setup), 1);
        throw error;
      }
    },
    async consume(queue, prefetch, onMessage) {
      const consumer: Consumer = { queue, prefetch, onMessage };
      consumers.push(consumer);
      if (up && consuming !== undefined) await unlessLost(register(consuming, consumer));
    },
    async stopConsuming() {
      consumingStopped = true;
      const channel = consuming?.channel;
      if (channel === undefined) return;
      const tags = consumers.map((consumer) => consumer.tag).filter((tag) => tag !== undefined);
      // Where the channel is gone, nothing comes any more; where the broker does not answer, it ends with the connection.
      await upTo(GOODBYE_LIMIT_MS, Promise.all(tags.map((tag) => channel.cancel(tag))));
    },
    async finishAnswers() {
      if (consuming === undefined) return;
      const { channel, answers } = consuming;
      const takeTurns = async (): Promise<void> => {
        answers.flush();
        for (let turn = 0; turn < ACK_TURNS; turn += 1) {
          for (const { queue } of consumers) await channel.checkQueue(queue);
        }
      };
      await upTo(GOODBYE_LIMIT_MS, takeTurns()); // where the channel is gone, so is all that was unanswered
    },
    async close() {
      if (!stop.signal.aborted) {
        stop.abort();
        down('closed');
        const open = model;
        model = undefined;
        // The channel first: its close comes after the acks written on it, the connection's would overtake them.
        const { channel, answers } = consuming ?? {};
        answers?.flush();
        answers?.close(); // what is answered now is answered too late
        const goodbye = async (): Promise<void> => {
          await channel?.close().catch(() => {});
          await open?.close();
        };
        await upTo(GOODBYE_LIMIT_MS, goodbye());
        // With an error: amqplib hears of nothing else.
        if (open !== undefined) socketOf(open).destroy(new Error('closed'));
      }
      await running;
    },
  };
}
