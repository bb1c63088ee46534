// What happens to a message after its handler: outputs published, tried again later, failed, dead. The input is answered only
// after the broker has confirmed what follows from it, so a crash at any point means a second delivery, never a loss.
import { setTimeout as pause } from 'node:timers/promises';
import type { Channel } from 'amqplib';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Incoming } from './answers.ts';
import type { BrokerConnection } from './connection.ts';
import { declareDeadLetters, declareDelayQueue } from './declarations.ts';
import { backoffMs, delayLevel } from './delays.ts';
import { writeHeaders } from './envelope.ts';
import { type Outcome, textOf } from './handling.ts';
import { deadLettersOf, delayQueueOf, queueOf } from './names.ts';
import type { Headers } from './publish-frames.ts';
import type { PublishOptions, Target } from './publisher.ts';
import type { TraceContext } from './trace.ts';
import { type Delivery, type Envelope, type Outgoing, type OutPort, PublishError, type Step } from './types.ts';

/** How the input is answered: acked, or handed back to the broker to be handed out again. */
export type Fate = 'ack' | 'again';

/** One message in hand. */
export interface Work {
  port: string;
  queue: string;
  attempts: number;
  incoming: Incoming;
  delivery: Delivery;
  step: Step;
  /** What is sent on continues this. */
  trace: TraceContext;
}

export interface FateOptions {
  role: string;
  outports: Record<string, OutPort>;
  connection: BrokerConnection;
  /** Fires when a drain has run out of time. */
  signal: AbortSignal;
  log: Log;
  metrics: Metrics;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** The reason of a failure travels in a header, and headers must fit into a frame. */
const LONGEST_REASON = 1_000;

class CannotSend extends Error {}

type Content = Buffer | string;

/** `routes`: whether somebody else may get the message where no queue is bound. */
type Sending = PublishOptions & { routes?: 'this' | 'another' };

/** Carries out what follows from an outcome, whatever happens, and then calls `settled` once. */
export type Settle = (work: Work, outcome: Outcome, settled: (fate: Fate) => void) => void;

export function createFate(options: FateOptions): Settle {
  const { role, outports, connection, signal, log, metrics } = options;
  const { blind } = connection.publisher;
  const declared = new Set<string>();
  const ports = new Map(
    Object.entries(outports).map(([port, outport]) => {
      const target: Target = { exchange: queueOf(role, port), key: '' };
      return [port, { outport, target, published: metrics.published.labels({ port }) }];
    }),
  );

  /**
   * Publishes until the broker has confirmed. Resolves with false where the input has become somebody else's, or time is up.
   * @throws {CannotSend} where no further try can succeed.
   * @throws {PublishError} 'unroutable', where `routes` says that the caller knows another way.
   */
  async function deliver(work: Work, target: Target, content: Content, options: Sending): Promise<boolean> {
    const to = target.exchange || target.key;
    let reported = '';
    let pauseMs = FIRST_PAUSE_MS;
    while (work.incoming.answerable() && !signal.aborted) {
      try {
        await connection.publisher.publish(target, content, options);
        return true;
      } catch (error) {
        if (!(error instanceof PublishError)) throw error;
        if (error.code === 'too-large') throw new CannotSend(error.message);
        if (error.code === 'unroutable' && options.routes === 'another') throw error;
        if (error.code !== reported) log.warn({ to, code: error.code }, `${error.message}: trying on`);
        reported = error.code;
      }
      await pause(pauseMs, undefined, { signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
    return false;
  }

  /** Whoever does not hear that a queue is missing makes sure of it once. Where that cannot be done, nobody is told of that either. */
  async function declaredBefore(queue: string, declare: (channel: Channel) => Promise<void>): Promise<void> {
    if (declared.has(queue)) return;
    await connection.withChannel(declare).then(
      () => declared.add(queue),
      () => {},
    );
  }

  /** Delivers a message as it came to a queue of ours, which is declared where it is missing. */
  async function deliverTo(
    queue: string,
    work: Work,
    options: PublishOptions,
    declare: (channel: Channel) => Promise<void>,
  ): Promise<boolean> {
    const { content } = work.incoming.message;
    options = { ...options, urgent: work.delivery.urgent };
    if (blind) await declaredBefore(queue, declare);
    for (;;) {
      try {
        return await deliver(work, { exchange: '', key: queue }, content, { ...options, routes: 'another' });
      } catch (error) {
        if (!(error instanceof PublishError)) throw error;
        await connection.withChannel(declare);
      }
    }
  }

  /** The headers of what follows from a message, and says `data`. */
  function following({ delivery, step, trace }: Work, data: unknown, override?: Partial<Envelope>): Headers {
    const { item, job, steps } = delivery;
    const { traceparent, tracestate } = trace;
    const envelope = { item, job, attempt: 1, steps: [...steps, step], traceparent, tracestate };
    return writeHeaders(override === undefined ? envelope : { ...envelope, ...override }, data);
  }

  /** How an output is published. What follows from urgent work is urgent, unless the handler says otherwise. */
  function sending(work: Work, { port, data, envelope }: Outgoing): PublishOptions {
    const { unroutable } = ports.get(port)!.outport;
    const urgent = envelope?.urgent ?? work.delivery.urgent;
    return { headers: following(work, data, envelope), unroutable, urgent };
  }

  /** An output's text. @throws {CannotSend} where it is not what the port promises, or nothing that JSON can say. */
  function encode(output: Outgoing): string {
    const { port, data } = output ?? {}; // whatever a handler without types may have answered
    const known = ports.get(port);
    if (known === undefined) throw new CannotSend(`the handler sent to "${port}", which is no out-port of ${role}`);
    const checked = known.outport.schema?.safeParse(data);
    if (checked?.success === false) {
      const issue = firstIssue(checked.error);
      throw new CannotSend(`what the handler sent to "${port}" is not what the port promises: ${issue}`);
    }
    let text: string | undefined;
    try {
      text = JSON.stringify(data);
    } catch (error) {
      throw new CannotSend(`what the handler sent to "${port}" cannot be written as JSON: ${textOf(error)}`);
    }
    if (text === undefined) throw new CannotSend(`the handler sent nothing to "${port}", or what JSON has no word for`);
    return text;
  }

  async function send(
    work: Work,
    { port, data, envelope }: Outgoing,
    content: string,
    routes?: 'another',
  ): Promise<boolean> {
    const { target, published } = ports.get(port)!;
    const sent = await deliver(work, target, content, { ...sending(work, { port, data, envelope }), routes });
    if (sent) published.inc();
    return sent;
  }

  /** To the dead letters, by the queue's name, so that the reason goes along. */
  async function bury(work: Work, code: string, reason: string): Promise<Fate> {
    const headers = {
      ...following(work, undefined, { attempt: work.delivery.attempt }),
      'x-dead-code': code,
      'x-dead-reason': reason.slice(0, LONGEST_REASON),
      'x-dead-from': work.queue,
    };
    const declare = (channel: Channel) => declareDeadLetters(channel, work.queue); // no coordinator has been here yet
    const buried = await deliverTo(deadLettersOf(work.queue), work, { headers }, declare);
    if (!buried) return 'again';
    log.error({ item: work.delivery.item, queue: work.queue, code, reason }, 'to the dead letters');
    metrics.dead.inc({ port: work.port });
    return 'ack';
  }

  /** To ERROR; to the dead letters where there is no such port, or nobody is wired to it. */
  async function fail(work: Work, code: string, reason: string): Promise<Fate> {
    if (outports.error === undefined) return bury(work, code, reason);
    const { data, item, job, attempt } = work.delivery;
    const ids = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
    const failed: Outgoing = {
      port: 'error',
      data: {
        item,
        job: ids.job ?? job,
        index: ids.index,
        error: { code, reason: reason.slice(0, LONGEST_REASON), role, attempts: attempt },
      },
    };
    try {
      if (!(await send(work, failed, encode(failed), 'another'))) return 'again';
    } catch (error) {
      // A message that does not say whose it is (a foreign or broken one) makes no failed item.
      if (error instanceof CannotSend || error instanceof PublishError) return bury(work, code, reason);
      throw error;
    }
    log.info({ item, code, reason }, 'failed');
    metrics.failed.inc({ port: work.port });
    return 'ack';
  }

  async function retry(work: Work, reason: string, delayMs?: number): Promise<Fate> {
    const { attempt, item, traceparent, tracestate } = work.delivery;
    const asked = delayMs !== undefined && Number.isFinite(delayMs) ? delayMs : backoffMs(attempt);
    const delay = delayLevel(asked);
    const queue = delayQueueOf(work.queue, delay.levelMs);
    // Each attempt stands in the trace beside the others, not below the one before.
    const headers = following(work, undefined, { attempt: attempt + 1, traceparent, tracestate });
    const declare = (channel: Channel) => declareDelayQueue(channel, queue, work.queue);
    if (!(await deliverTo(queue, work, { headers, expirationMs: delay.delayMs }, declare))) return 'again';
    log.info({ item, attempt, delayMs: delay.delayMs, reason }, 'will be tried again');
    metrics.retried.inc({ port: work.port });
    return 'ack';
  }

  async function answer(work: Work, outputs: readonly Outgoing[]): Promise<Fate> {
    if (outputs.length === 0) return 'ack';
    const contents = outputs.map(encode); // all or none: what is wrong with one is known before any is sent
    const sent = await Promise.all(outputs.map((output, n) => send(work, output, contents[n]!)));
    return sent.every((one) => one) ? 'ack' : 'again';
  }

  async function settle(work: Work, outcome: Outcome): Promise<Fate> {
    if (!work.incoming.answerable()) return 'again'; // somebody else has it, or will: nothing may follow from it here
    if (outcome.kind === 'answered') return answer(work, outcome.outputs);
    if (outcome.kind === 'failed') return fail(work, outcome.code, outcome.reason);
    if (signal.aborted) return 'again';
    if (outcome.error) log.error({ err: outcome.error, item: work.delivery.item }, 'the handler failed');
    return work.delivery.attempt < work.attempts
      ? retry(work, outcome.reason, outcome.delayMs)
      : fail(work, 'out-of-attempts', `${outcome.reason} (tried ${work.delivery.attempt} times)`);
  }

  async function settleSurely(work: Work, outcome: Outcome): Promise<Fate> {
    try {
      return await settle(work, outcome);
    } catch (error) {
      if (!work.incoming.answerable()) return 'again'; // the connection went while we were at it
      if (!(error instanceof CannotSend)) log.error({ err: error, item: work.delivery.item }, 'could not settle');
      // Handing it back would bring it straight here again: RabbitMQ does not count what is handed back.
      try {
        return await bury(work, 'cannot-send', textOf(error));
      } catch (worse) {
        log.error({ err: worse, item: work.delivery.item }, 'could not bury the message: handing it back');
        await pause(LONGEST_PAUSE_MS, undefined, { signal }).catch(() => {});
        return 'again';
      }
    }
  }

  /** The way that nearly all messages go: one output, confirmed at the first try. Returns false where it is not theirs. */
  function settleAtOnce(work: Work, outcome: Outcome, settled: (fate: Fate) => void): boolean {
    if (outcome.kind !== 'answered' || outcome.outputs.length !== 1 || !work.incoming.answerable()) return false;
    const [output] = outcome.outputs as readonly [Outgoing];
    let content: string;
    try {
      content = encode(output);
    } catch {
      return false; // it is said there
    }
    const { target, published } = ports.get(output.port)!;
    connection.publisher.send(target, content, sending(work, output), (error) => {
      if (error !== undefined) {
        void settleSurely(work, outcome).then(settled);
        return;
      }
      published.inc();
      settled('ack');
    });
    return true;
  }

  return (work, outcome, settled) => {
    if (!settleAtOnce(work, outcome, settled)) void settleSurely(work, outcome).then(settled);
  };
}

/** The first thing that a schema found wrong, as `image.width: Too small: expected number to be >=1`. */
export function firstIssue(error: { issues: readonly { path: PropertyKey[]; message: string }[] }): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'it does not fit the schema';
  return issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ${issue.message}` : issue.message;
}
