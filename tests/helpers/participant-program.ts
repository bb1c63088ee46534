// A worker as a program of its own, for tests that end it: takes `{n}` on `worker.IN`, answers `{n, redelivered, attempt}` on
// `worker.OUT`, and tells its parent what it does.
//
//   WORKER='{"prefetch":10}' AMQP_URL=amqp://… node tests/helpers/participant-program.ts
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { readConfig, text, url } from '../../services/shared/config.ts';
import { runService } from '../../services/shared/lifecycle.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import {
  type Answer,
  type BatchInPort,
  type Delivery,
  RetryLater,
  type SingleInPort,
} from '../../services/shared/messaging/types.ts';
import { createMetrics } from '../../services/shared/metrics.ts';

/** What the worker does with a message. */
export interface WorkerOptions {
  /** `echo` answers; `hang` never ends, whatever its signal says; `retry-once` fails the first attempt. Default `echo`. */
  does?: 'echo' | 'hang' | 'retry-once';
  /** How long the work on one message, or on one batch, takes. Milliseconds, default 0. */
  workMs?: number;
  /** Up to so much more at random, so that messages end in another order than they began. Milliseconds, default 0. */
  jitterMs?: number;
  prefetch?: number;
  /** Takes messages in batches of up to so many. */
  batchSize?: number;
  /** How long a drain may take, milliseconds. Default: the participant's own. */
  drainLimitMs?: number;
  /** Sends itself a SIGTERM when it begins the message of this number, counted from 1. */
  termAt?: number;
  /** Works without the guarantees. */
  unsafe?: boolean;
  /** Kills itself by SIGKILL so many milliseconds after it asked for another attempt, unless the message was redelivered. */
  dieAfterRetryMs?: number;
}

/** What the worker tells its parent. */
export type Report =
  | { event: 'ready' | 'draining' | 'drained' }
  | { event: 'began' | 'aborted'; n: number; redelivered: boolean };

/** A message with `poison` in it kills the worker as soon as it is in its hands. */
const Numbered = z.object({ n: z.number(), poison: z.boolean().optional() });
type Work = Delivery<z.infer<typeof Numbered>>;

function tell(report: Report): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send!(report, () => resolve());
    else resolve();
  });
}

runService('worker', async (life) => {
  const config = readConfig({ amqpUrl: url('AMQP_URL', ['amqp']), worker: text('WORKER', { fallback: '{}' }) });
  const options = JSON.parse(config.worker) as WorkerOptions;
  process.on('disconnect', () => process.exit(1)); // the test is gone
  let begun = 0;

  function begin({ data, redelivered }: Work, signal: AbortSignal): void {
    if (data.poison) process.kill(process.pid, 'SIGKILL');
    begun += 1;
    void tell({ event: 'began', n: data.n, redelivered });
    signal.addEventListener('abort', () => void tell({ event: 'aborted', n: data.n, redelivered }), { once: true });
    if (begun === options.termAt) process.kill(process.pid, 'SIGTERM');
  }

  function answer({ data, redelivered, attempt }: Work): Answer {
    if (options.does === 'retry-once' && attempt === 1) {
      if (options.dieAfterRetryMs !== undefined && !redelivered) {
        setTimeout(() => process.kill(process.pid, 'SIGKILL'), options.dieAfterRetryMs);
      }
      throw new RetryLater('not at the first attempt', { delayMs: 250 });
    }
    return { port: 'out', data: { n: data.n, redelivered, attempt } };
  }

  async function work(deliveries: readonly Work[], signal: AbortSignal): Promise<Answer[]> {
    for (const delivery of deliveries) begin(delivery, signal);
    if (options.does === 'hang') await new Promise<never>(() => {});
    const { workMs = 0, jitterMs = 0 } = options;
    if (workMs + jitterMs > 0) await pause(workMs + Math.random() * jitterMs);
    return deliveries.map(answer);
  }

  const common = { schema: Numbered, prefetch: options.prefetch };
  const single: SingleInPort<Work['data']> = {
    ...common,
    handle: async (delivery, { signal }) => (await work([delivery], signal))[0],
  };
  const batch: BatchInPort<Work['data']> = {
    ...common,
    batch: { size: options.batchSize ?? 1, waitMs: 20 },
    handleBatch: (deliveries, { signal }) => work(deliveries, signal),
  };
  life.onStop('the last report', () => tell({ event: 'drained' }));
  const participant = startParticipant(
    {
      role: 'worker',
      component: 'Worker',
      label: 'A worker of a test',
      inports: { in: options.batchSize === undefined ? single : batch },
      outports: { out: {}, error: {} },
    },
    {
      url: config.amqpUrl,
      replica: life.replica,
      log: life.log,
      metrics: createMetrics({ role: 'worker', replica: life.replica }),
      unsafe: options.unsafe,
    },
  );
  life.onStop('the participant', () => participant.drain(options.drainLimitMs));
  life.onStop('the first report', () => tell({ event: 'draining' }));
  void participant.ready.then(() => tell({ event: 'ready' }));
});
