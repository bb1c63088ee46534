// What happened lately: a rate over the last seconds, percentiles over the last seconds. Moments are seconds that only go up.

/** How many a second, over a window of whole tenths of seconds. */
export interface RecentRate {
  add(at: number): void;
  /** @param since no further back than this: a load of two seconds is not divided by five */
  perSecond(now: number, since: number): number;
}

const SLOTS_PER_SECOND = 10;

export function createRecentRate(windowSeconds: number): RecentRate {
  // One more than the window has: the newest is not full yet, and counts for as much as has passed of it.
  const counts = new Uint32Array(windowSeconds * SLOTS_PER_SECOND + 1);
  const slotOf = (at: number): number => Math.floor(at * SLOTS_PER_SECOND);
  let newest = 0;

  function advance(slot: number): void {
    if (slot - newest >= counts.length) counts.fill(0);
    else for (let gone = newest + 1; gone <= slot; gone += 1) counts[gone % counts.length] = 0;
    newest = Math.max(newest, slot);
  }

  return {
    add(at) {
      const slot = slotOf(at);
      if (slot > newest) advance(slot);
      counts[slot % counts.length]! += 1;
    },
    perSecond(now, since) {
      advance(slotOf(now));
      const begun = Math.max(since, slotOf(now) / SLOTS_PER_SECOND - windowSeconds);
      const count = counts.reduce((sum, one) => sum + one, 0);
      return now > begun ? count / (now - begun) : 0;
    },
  };
}

export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

/** Times of the last seconds, kept one by one: percentiles of so few must not be rounded. */
export interface RecentTimes {
  add(at: number, seconds: number): void;
  /** Undefined where there is none. */
  percentiles(now: number): Percentiles | undefined;
}

export function createRecentTimes(windowSeconds: number): RecentTimes {
  /** Of each second, by its number. */
  const bySecond = new Map<number, number[]>();

  function forget(now: number): void {
    for (const second of bySecond.keys()) if (second <= Math.floor(now) - windowSeconds) bySecond.delete(second);
  }

  return {
    add(at, seconds) {
      const second = Math.floor(at);
      const times = bySecond.get(second);
      if (times !== undefined) {
        times.push(seconds);
        return;
      }
      forget(at);
      bySecond.set(second, [seconds]);
    },
    percentiles(now) {
      forget(now);
      const all = Float64Array.from([...bySecond.values()].flat()).sort();
      if (all.length === 0) return undefined;
      const at = (share: number): number => all[Math.min(all.length - 1, Math.floor(all.length * share))]!;
      return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
    },
  };
}
