// Runs a handler and says how it went, as a value. What is then done with the message stands in fate.ts.
import { ItemError } from '../errors.ts';
import type { Answer, BatchInPort, Delivery, HandlerContext, Outgoing, SingleInPort } from './types.ts';
import { RetryLater } from './types.ts';

export type Outcome =
  | { kind: 'answered'; outputs: readonly Outgoing[] }
  | { kind: 'retry'; reason: string; delayMs?: number; error?: unknown }
  | { kind: 'failed'; code: string; reason: string };

const DEFAULT_TIMEOUT_MS = 60_000;

function answered(answer: Answer): Outcome {
  if (answer === undefined) return { kind: 'answered', outputs: [] };
  return { kind: 'answered', outputs: 'port' in answer ? [answer] : answer };
}

/** What a thrown value means for the message. */
export function outcomeOfError(error: unknown): Outcome {
  if (error instanceof ItemError) return { kind: 'failed', code: error.code, reason: error.message };
  if (error instanceof RetryLater) return { kind: 'retry', reason: error.message, delayMs: error.delayMs };
  return { kind: 'retry', reason: error instanceof Error ? error.message : String(error), error };
}

/** Rejects when the signal fires, for handlers that do not listen to it. */
function untilAborted(signal: AbortSignal): { promise: Promise<never>; release: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  promise.catch(() => {}); // nobody may be waiting any more
  return { promise, release: () => signal.removeEventListener('abort', onAbort) };
}

/** Runs the handler of a port for one or several deliveries, within its time limit. Never rejects. */
export async function runHandler(
  port: SingleInPort<unknown> | BatchInPort<unknown>,
  deliveries: readonly Delivery[],
  context: HandlerContext,
): Promise<Outcome[]> {
  const limitMs = port.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const timeout = new AbortController();
  const timer = setTimeout(
    () => timeout.abort(new RetryLater(`the handler took longer than ${limitMs / 1000} s`)),
    limitMs,
  );
  const signal = AbortSignal.any([timeout.signal, context.signal]);
  const aborted = untilAborted(signal);
  try {
    const work =
      'handleBatch' in port
        ? port.handleBatch(deliveries, { ...context, signal })
        : Promise.resolve(port.handle(deliveries[0]!, { ...context, signal })).then((answer) => [answer]);
    const answers = await Promise.race([work, aborted.promise]);
    if (answers.length !== deliveries.length) {
      throw new Error(`the batch handler answered ${answers.length} of ${deliveries.length} messages`);
    }
    return answers.map((answer) => (answer instanceof Error ? outcomeOfError(answer) : answered(answer)));
  } catch (error) {
    return deliveries.map(() => outcomeOfError(error));
  } finally {
    clearTimeout(timer);
    aborted.release();
  }
}
