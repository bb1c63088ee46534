// Calls the captioning service of a third party, which is slow, limits our rate and fails at times.
import { ItemError, type ProblemDetails } from './errors.ts';
import type { Log } from './log.ts';
import { Caption } from './messages.ts';
import { RetryLater } from './messaging/types.ts';
import type { Metrics } from './metrics.ts';
import { createRateGate, retryAfterMs } from './rate-gate.ts';
import { createSemaphore } from './semaphore.ts';

export interface VendorClient {
  /**
   * Asks for the caption of a picture. A call that is refused for its rate waits and goes again, as often as it takes, until the
   * signal fires.
   * @throws {RetryLater} for what may pass: no answer in time, no connection, 5xx, an answer that is no caption.
   * @throws {ItemError} `vendor-refused`: the picture is not taken.
   */
  caption(picture: Buffer, contentType: string, signal: AbortSignal): Promise<Caption>;
}

interface VendorClientOptions {
  url: string;
  /** For one call, from its leaving to the end of its answer. */
  timeoutMs?: number;
  /** Most calls of this replica at a time, those that wait for the rate limit among them. */
  maxConcurrent: number;
  log?: Log;
  metrics?: Metrics;
}

type Outcome = 'ok' | 'rate-limited' | 'refused' | 'error' | 'timeout' | 'stopped';

export function createVendorClient(options: VendorClientOptions): VendorClient {
  const { timeoutMs = 3_000, log, metrics } = options;
  const address = `${options.url.replace(/\/+$/, '')}/v1/captions`;
  const semaphore = createSemaphore(options.maxConcurrent);
  const gate = createRateGate();

  const count = (outcome: Outcome): void => metrics?.vendorCalls.inc({ outcome });
  const later = (outcome: Outcome, reason: string, cause?: unknown): RetryLater => {
    count(outcome);
    return new RetryLater(`The captioning service ${reason}`, { cause });
  };

  const post = async (
    body: Buffer,
    contentType: string,
    signal: AbortSignal,
  ): Promise<{ response: Response; text: string }> => {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(address, {
        method: 'POST',
        // A view of the same memory: a Buffer's type allows for shared memory, which fetch does not take.
        body: new Uint8Array(body.buffer as ArrayBuffer, body.byteOffset, body.byteLength),
        headers: { 'content-type': contentType },
        signal: AbortSignal.any([signal, timeout]),
      });
      return { response, text: await response.text() };
    } catch (error) {
      if (signal.aborted) throw later('stopped', 'had not answered when the call was stopped', error);
      if (timeout.aborted) throw later('timeout', `did not answer within ${timeoutMs / 1_000} s`, error);
      throw later('error', `cannot be reached (${networkReason(error)})`, error);
    }
  };

  const call = async (picture: Buffer, contentType: string, signal: AbortSignal): Promise<Caption> => {
    for (;;) {
      const leftAt = await gate.pass(signal).catch((cause: unknown) => {
        throw later('stopped', 'takes no more calls for now (its rate limit)', cause);
      });
      const { response, text } = await post(picture, contentType, signal);
      if (response.status === 429) {
        const waitMs = retryAfterMs(response.headers);
        gate.refused(leftAt, waitMs);
        count('rate-limited');
        log?.debug({ waitMs }, 'the vendor limits our rate');
        continue;
      }
      gate.taken();
      if (response.ok) {
        const caption = Caption.safeParse(parsed(text));
        if (!caption.success) throw later('error', 'answered with something that is no caption', caption.error);
        count('ok');
        return caption.data;
      }
      const detail = (parsed(text) as Partial<ProblemDetails> | undefined)?.detail ?? '';
      const answered = `answered ${response.status}${detail && `: ${detail}`}`;
      if (response.status >= 500) throw later('error', answered);
      count('refused');
      throw new ItemError('vendor-refused', `The captioning service ${answered}`);
    }
  };

  return {
    caption: (picture, contentType, signal) => semaphore.run(() => call(picture, contentType, signal), signal),
  };
}

/** JSON, or undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** fetch says "fetch failed"; what failed is in its cause. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return (cause as NodeJS.ErrnoException).code ?? String(cause);
}
