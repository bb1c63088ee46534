// What a role's replicas have cost so far, in replica-seconds, by what they did with the time. Pure accumulation over readings.
import type { Reading } from '../deciding/types.ts';

/** Replica-seconds. */
export interface Cost {
  /** As many replicas as the jobs in hand fill: half of a replica's slots in use is half of its time. */
  working: number;
  idle: number;
  booting: number;
  draining: number;
}

export interface CostMeter {
  /** @param concurrency jobs that a replica works on at a time */
  add(reading: Reading, concurrency: number): void;
  total(): Cost;
}

/** Longer gaps than this are not filled in: nobody looked, and what ran then is not known. */
const LONGEST_GAP_SECONDS = 60;

/** @param from what was counted before, where it goes on */
export function createCostMeter(from: Cost = { working: 0, idle: 0, booting: 0, draining: 0 }): CostMeter {
  const total = { ...from };
  let last: { at: number; rates: Cost } | undefined;
  return {
    add(reading, concurrency) {
      const rates = ratesOf(reading, concurrency);
      if (last !== undefined) {
        const seconds = Math.min(LONGEST_GAP_SECONDS, Math.max(0, reading.at - last.at));
        // Between two looks each is taken for half of the time; one that saw nothing is taken for none.
        const ends = rates === undefined ? [last.rates, last.rates] : [last.rates, rates];
        for (const kind of Object.keys(total) as (keyof Cost)[])
          total[kind] += (seconds * (ends[0]![kind] + ends[1]![kind])) / 2;
      }
      // What is not seen now is taken to go on as it was.
      const going = rates ?? last?.rates;
      last = going && { at: reading.at, rates: going };
    },
    total: () => ({ ...total }),
  };
}

/** Replicas by what they do; undefined where the platform did not say. Broken ones cost, and do no work. */
function ratesOf({ queue, replicas }: Reading, concurrency: number): Cost | undefined {
  if (replicas === undefined) return undefined;
  const { ready, starting, draining, broken } = replicas;
  // What draining ones hold is among the jobs in hand, too, and cannot be told apart: they are thought to be full.
  const inHand = Math.max(0, (queue?.inHand ?? 0) - draining * concurrency);
  const working = Math.min(ready, inHand / Math.max(1, concurrency));
  return { working, idle: ready - working + broken, booting: starting.length, draining };
}
