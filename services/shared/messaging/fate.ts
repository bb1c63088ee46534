// What happens to a message after its handler: outputs published, tried again later, failed, dead. The input is answered only
// after the broker has confirmed what follows from it, so a crash at any point means a second delivery, never a loss.
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { BrokerConnection, Incoming } from './connection.ts';
import { backoffMs, delayLevel } from './delays.ts';
import { nextTraceparent, writeHeaders } from './envelope.ts';
import { deadLettersOf, delayQueueOf, queueOf } from './names.ts';
import type { Outcome } from './outcome.ts';
import type { PublishOptions, Target } from './publisher.ts';
import { type Delivery, type Envelope, type OutPort, PublishError, type Step } from './types.ts';

/** How the input is answered: acked, rejected to the dead letters, or left to the broker to hand out again. */
export type Fate = 'ack' | 'dead' | 'again';

/** One message in hand. */
export interface Work {
  port: string;
  queue: string;
  attempts: number;
  incoming: Incoming;
  delivery: Delivery;
  step: Step;
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

export function createFate(options: FateOptions): (work: Work, outcome: Outcome) => Promise<Fate> {
  const { role, outports, connection, signal, log, metrics } = options;
  const delayQueues = new Set<string>();

  /**
   * Publishes until the broker has confirmed. Returns false where the input has become somebody else's, or time is up.
   * @throws {CannotSend} where no further try can succeed.
   */
  async function deliver(work: Work, target: Target, content: Buffer, options: PublishOptions): Promise<boolean> {
    let pauseMs = FIRST_PAUSE_MS;
    for (let reported = ''; work.incoming.answerable() && !signal.aborted; ) {
      try {
        await connection.publisher.publish(target, content, options);
        return true;
      } catch (error) {
        if (!(error instanceof PublishError)) throw error;
        if (error.code === 'too-large') throw new CannotSend(error.message);
        const to = target.exchange || target.key;
        if (error.code !== reported) log.warn({ to, code: error.code }, `${error.message}: trying on`);
        reported = error.code;
      }
      await pause(pauseMs, undefined, { signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
    return false;
  }

  function following(work: Work, override: Partial<Envelope> = {}): Record<string, unknown> {
    const { item, job, steps, traceparent } = work.delivery;
    const envelope = { item, job, attempt: 1, steps: [...steps, work.step], traceparent: nextTraceparent(traceparent) };
    return writeHeaders({ ...envelope, ...override });
  }

  async function send(work: Work, port: string, data: unknown, override?: Partial<Envelope>): Promise<boolean> {
    const outport = outports[port];
    if (outport === undefined) throw new CannotSend(`the handler sent to "${port}", which is no out-port of ${role}`);
    const checked = outport.schema?.safeParse(data);
    if (checked && !checked.success) {
      throw new CannotSend(
        `what the handler sent to "${port}" is not what the port promises: ${firstIssue(checked.error)}`,
      );
    }
    const target = { exchange: queueOf(role, port), key: '' };
    const sent = await deliver(work, target, Buffer.from(JSON.stringify(data)), {
      headers: following(work, override),
      unroutable: outport.unroutable,
    });
    if (sent) metrics.published.inc({ port });
    return sent;
  }

  /** To the dead letters, by name, so that the reason goes along; rejected without one where nobody declared their queue. */
  async function bury(work: Work, code: string, reason: string): Promise<Fate> {
    log.error({ item: work.delivery.item, queue: work.queue, code, reason }, 'to the dead letters');
    metrics.dead.inc({ port: work.port });
    const headers = {
      ...following(work, { attempt: work.delivery.attempt }),
      'x-dead-code': code,
      'x-dead-reason': reason.slice(0, LONGEST_REASON),
      'x-dead-from': work.queue,
    };
    try {
      const target = { exchange: '', key: deadLettersOf(work.queue) };
      await connection.publisher.publish(target, work.incoming.message.content, { headers });
      return 'ack';
    } catch (error) {
      if (!(error instanceof PublishError)) throw error;
      return error.code === 'unroutable' || error.code === 'too-large' ? 'dead' : 'again';
    }
  }

  async function fail(work: Work, code: string, reason: string): Promise<Fate> {
    const { data, item, job, attempt } = work.delivery;
    const ids = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
    const failed = {
      item,
      job: ids.job ?? job,
      index: ids.index,
      error: { code, reason: reason.slice(0, LONGEST_REASON), role, attempts: attempt },
    };
    const fits = outports.error !== undefined && (outports.error.schema?.safeParse(failed).success ?? true);
    if (!fits) return bury(work, code, reason);
    log.info({ item, code, reason }, 'failed');
    metrics.failed.inc({ port: work.port });
    return (await send(work, 'error', failed)) ? 'ack' : 'again';
  }

  async function retry(work: Work, reason: string, delayMs?: number): Promise<Fate> {
    const { attempt, item, steps, job, traceparent } = work.delivery;
    const delay = delayLevel(delayMs ?? backoffMs(attempt));
    const queue = delayQueueOf(work.queue, delay.levelMs);
    if (!delayQueues.has(queue)) {
      // At least once on the way back too: a delayed message leaves this queue only when its own queue has it.
      await connection.withChannel((channel) =>
        channel.assertQueue(queue, {
          durable: true,
          deadLetterExchange: '',
          deadLetterRoutingKey: work.queue,
          arguments: {
            'x-queue-type': 'quorum',
            'x-dead-letter-strategy': 'at-least-once',
            'x-overflow': 'reject-publish',
          },
        }),
      );
      delayQueues.add(queue);
    }
    log.info({ item, attempt, delayMs: delay.delayMs, reason }, 'will be tried again');
    metrics.retried.inc({ port: work.port });
    const headers = writeHeaders({ item, job, attempt: attempt + 1, steps: [...steps, work.step], traceparent });
    const sent = await deliver(work, { exchange: '', key: queue }, work.incoming.message.content, {
      headers,
      expirationMs: delay.delayMs,
    });
    if (!sent) delayQueues.delete(queue); // it may have gone with the broker's data
    return sent ? 'ack' : 'again';
  }

  return async (work, outcome) => {
    try {
      if (outcome.kind === 'failed') return await fail(work, outcome.code, outcome.reason);
      if (outcome.kind === 'retry') {
        if (signal.aborted) return 'again';
        if (outcome.error) log.error({ err: outcome.error, item: work.delivery.item }, 'the handler failed');
        return work.delivery.attempt < work.attempts
          ? await retry(work, outcome.reason, outcome.delayMs)
          : await fail(work, 'out-of-attempts', `${outcome.reason} (tried ${work.delivery.attempt} times)`);
      }
      for (const output of outcome.outputs) {
        if (!(await send(work, output.port, output.data, output.envelope))) return 'again';
      }
      return 'ack';
    } catch (error) {
      if (error instanceof CannotSend) return bury(work, 'cannot-send', error.message);
      if (!work.incoming.answerable()) return 'again'; // the connection went while we were at it
      log.error({ err: error, item: work.delivery.item }, 'could not settle the message: handing it back');
      return 'again';
    }
  };
}

/** The first thing that a schema found wrong, as `image.width: Too small: expected number to be >=1`. */
export function firstIssue(error: { issues: readonly { path: PropertyKey[]; message: string }[] }): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'it does not fit the schema';
  return issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ${issue.message}` : issue.message;
}
