// A token bucket: so many calls a second, a few more in a burst.

export interface RateLimit {
  /** Takes a token, or says how long to wait for one, in milliseconds. The rate may differ from call to call. */
  take(ratePerSecond: number): { taken: true } | { taken: false; retryAfterMs: number };
}

/** The bucket holds what a fifth of a second brings, at least one. `now`: a clock in milliseconds. */
export function createRateLimit(now: () => number = () => performance.now()): RateLimit {
  let tokens = Infinity;
  let filledAt = now();
  return {
    take(ratePerSecond) {
      const time = now();
      const size = Math.max(1, ratePerSecond / 5);
      tokens = Math.min(size, tokens + ((time - filledAt) * ratePerSecond) / 1_000);
      filledAt = time;
      if (tokens < 1) return { taken: false, retryAfterMs: Math.ceil(((1 - tokens) * 1_000) / ratePerSecond) };
      tokens--;
      return { taken: true };
    },
  };
}
