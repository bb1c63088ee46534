// Holds back all calls of a replica once the called service has said that there are too many.
//
//   open --(429)--> closed until its Retry-After has passed --> calls leave one by one, spread over a while --> open
//
// Spread: calls that were held back together must not leave together, or all but a few are refused again. The spread doubles
// with each refusal and shrinks with each success, so that the replicas find a rate that the service takes, without knowing it.
import { setTimeout as wait } from 'node:timers/promises';

export interface RateGate {
  /** Waits until a call may leave; answers when it left. Rejects where the signal fires. */
  pass(signal: AbortSignal): Promise<number>;
  /** A call that left at `leftAt` was refused, and may come back after so many milliseconds. */
  refused(leftAt: number, retryAfterMs: number): void;
  /** A call was taken. */
  taken(): void;
}

const SMALLEST_SPREAD_MS = 40;
const LARGEST_SPREAD_MS = 2_000;

export function createRateGate(random: () => number = Math.random): RateGate {
  let opensAt = 0;
  let spreadMs = 0;
  let refusedAt = 0;
  return {
    async pass(signal) {
      for (;;) {
        const now = performance.now();
        if (now >= opensAt) return now;
        await wait(opensAt - now + random() * spreadMs, undefined, { signal });
      }
    },
    refused(leftAt, retryAfterMs) {
      const now = performance.now();
      opensAt = Math.max(opensAt, now + retryAfterMs);
      // Calls that were on their way together count as one refusal.
      if (leftAt >= refusedAt) spreadMs = Math.min(LARGEST_SPREAD_MS, Math.max(SMALLEST_SPREAD_MS, spreadMs * 2));
      refusedAt = now;
    },
    taken() {
      spreadMs *= 0.8;
    },
  };
}

/** What an answer asks for, in milliseconds: `retry-after-ms`, or Retry-After as seconds or as a date; a second where it says nothing. */
export function retryAfterMs(headers: Headers, now = Date.now()): number {
  const exact = headers.get('retry-after-ms');
  if (exact !== null && /^\d+$/.test(exact)) return Number(exact);
  const given = headers.get('retry-after') ?? '';
  if (/^\d+$/.test(given)) return Number(given) * 1_000;
  const date = Date.parse(given);
  return Number.isNaN(date) ? 1_000 : Math.max(0, date - now);
}
