// The words of the typed participant: what a handler is given, what it answers, and what a port is.
import type { z } from 'zod';

/** The time an item spent at one role, as epoch milliseconds. They feed the ledger and the waterfall of `./lab trace`. */
export interface Step {
  role: string;
  replica: string;
  /** When the message was published to the role's queue; absent where a foreign participant sent it. */
  queuedAt?: number;
  startedAt: number;
  finishedAt: number;
  attempt: number;
  /** The message had been handed out before, to somebody who did not answer. */
  redelivered?: true;
}

/** What travels beside the data in headers. All optional on the wire, made up where missing. */
export interface Envelope {
  item: string;
  job?: string;
  /** 1 for the first. */
  attempt: number;
  steps: Step[];
  /** W3C trace context. */
  traceparent: string;
  tracestate?: string;
  /** When it was published, epoch milliseconds. */
  sentAt?: number;
  /**
   * It goes ahead of others: AMQP priority 5. Each participant passes it on with what follows from it. A quorum queue of RabbitMQ 4.3 hands
   * out all urgent messages before any other, one of 4.0 to 4.2 two for each other; one of RabbitMQ 3 makes no difference.
   */
  urgent?: boolean;
}

/** One message in a handler's hands. */
export interface Delivery<T = unknown> extends Envelope {
  data: T;
  /** The broker handed it out before and got no answer. */
  redelivered: boolean;
}

/** One message to send on an out-port. `envelope` overrides parts of what is passed on from the delivery. */
export interface Outgoing {
  port: string;
  data: unknown;
  envelope?: Partial<Envelope>;
}

/** What a handler answers for one delivery: what to send and where. Nothing, one, or several. */
export type Answer = Outgoing | readonly Outgoing[] | undefined;

export interface HandlerContext {
  /** Fires on timeout, on `cancel`, and when a drain runs out of time. Pass it to whatever waits. */
  readonly signal: AbortSignal;
  readonly role: string;
  readonly replica: string;
  /**
   * Ends every other handler of this participant that works on such a delivery, batches apart: its signal fires, and what becomes of
   * its message is as if it had thrown `error`.
   */
  readonly cancel: (which: (delivery: Delivery) => boolean, error: Error) => void;
}

/**
 * Throw it to have the message come back: it is sent to a delay queue and its attempt is counted.
 * Without a delay the wait grows with each attempt, with jitter.
 */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly delayMs: number | undefined;
  constructor(reason: string, options: { delayMs?: number; cause?: unknown } = {}) {
    super(reason, { cause: options.cause });
    this.delayMs = options.delayMs;
  }
}

/** How a port's messages are taken. What a port leaves out, its participant says, and else the default. */
export interface Limits {
  /** How many messages the broker hands out before the first is answered. Default 10. */
  prefetch?: number;
  /** After so many attempts an item fails. Default 5. */
  attempts?: number;
  /** A handler that takes longer is aborted, and counts as a failed attempt. Milliseconds, default 60 s. */
  timeoutMs?: number;
}

interface InPortBase<T> extends Limits {
  /** Checks the data of an incoming message; what does not fit goes to ERROR, or the dead letters. */
  schema: z.ZodType<T>;
  /** A queue of its own for each replica, so that each hears every message. Default: one queue shared by the role. */
  perReplica?: boolean;
}

/** `A`: what it may answer; any port and data unless `defineParticipant` knows the out-ports. */
export interface SingleInPort<T, A = Answer> extends InPortBase<T> {
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler that only listens returns nothing
  handle(delivery: Delivery<T>, context: HandlerContext): Promise<A | void> | A | void;
}

/** A port whose handler takes several messages at once. It answers with an array: an Answer or an Error for each, in order. */
export interface BatchInPort<T, A = Answer> extends InPortBase<T> {
  batch: { size: number; waitMs: number };
  handleBatch(deliveries: readonly Delivery<T>[], context: HandlerContext): Promise<readonly (A | Error)[]>;
}

// biome-ignore lint/suspicious/noExplicitAny: a definition holds ports of different data types
export type InPort = SingleInPort<any> | BatchInPort<any>;

export interface OutPort {
  schema?: z.ZodType;
  /** Where nobody is wired to the port: an error (the default: work must not vanish), or dropped (a topic that nobody hears). */
  unroutable?: 'error' | 'drop';
}

/** A kind of participant. Port names are lower case; queues and edges use them in upper case. */
export interface ParticipantDefinition extends Limits {
  role: string;
  component: string;
  label: string;
  icon?: string;
  inports: Record<string, InPort>;
  /** A port named `error` gets the items that failed. */
  outports: Record<string, OutPort>;
}

/** A running participant. */
export interface RunningParticipant {
  readonly id: string;
  /** Resolves when it is connected and consuming for the first time. */
  readonly ready: Promise<void>;
  /**
   * Publishes on an out-port; resolves when the broker has confirmed it (unsafe: at once).
   * @throws {PublishError} at once where there is no connection, else within `timeoutMs` (default 10 s).
   */
  send(port: string, data: unknown, envelope?: Partial<Envelope>, options?: { timeoutMs?: number }): Promise<void>;
  /** `connected and consuming` as a value. */
  health(): { ok: true; detail?: Record<string, unknown> } | { ok: false; reason: string };
  /** Whether a message published now has a broker to go to. */
  connected(): boolean;
  /** Takes no more, finishes what is in hand within a limit (milliseconds, default 20 s), hands back the rest, disconnects. */
  drain(limitMs?: number): Promise<void>;
}

/** Why a message was not confirmed, and whether sending it again can make a second copy. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  readonly code: 'disconnected' | 'unroutable' | 'refused' | 'unconfirmed' | 'too-large';
  /** True where the broker surely does not have the message. */
  readonly safeToRetry: boolean;
  constructor(code: PublishError['code'], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
    this.safeToRetry = code !== 'unconfirmed';
  }
}
