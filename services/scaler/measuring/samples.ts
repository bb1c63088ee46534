// The broker's newest samples of one role as running sums, so that any window of them costs one subtraction for each of its numbers.
//
// The sums go over what was observed. Where nothing can be said of the time between two samples (the counters began again, one of them was
// missing, or the samples are too far apart) neither its seconds nor its jobs are in them.
import type { QueueReading } from '../deciding/types.ts';

/** Samples that are kept: ten minutes of a broker that counts every 5 s. A power of two. */
const KEPT = 128;
const MASK = KEPT - 1;

/** What the newest interval counts in the mean of them. */
const NEWEST = 0.1;

/** Samples that are further apart say nothing of the jobs in hand between them. Seconds. */
const FURTHEST_APART = 60;

/** One number for each sample, by the sample's number. */
export type Sums = (sample: number) => number;

/** Pairs of numbers, one pair for each time between two samples: `of` that is expected to be proportional to `per`. */
export interface Pairs {
  /** Sums since the beginning, and those of the squares and of the product. */
  of: Sums;
  per: Sums;
  ofSquared: Sums;
  perSquared: Sums;
  product: Sums;
}

export interface Samples {
  /** The number of the newest and of the oldest sample that is kept; both -1 before the first. */
  readonly newest: number;
  readonly oldest: number;
  /** Takes a sample. False where it is not newer than the newest, or makes no sense. */
  add(queue: QueueReading): boolean;
  /** The newest, as it came. */
  last(): QueueReading | undefined;
  /** Jobs that came, for each second. */
  arrivals: Pairs;
  /** Slot-seconds of work (the integral of jobs in hand), for each job that was done. */
  work: Pairs;
  /** Jobs in hand at that sample. */
  inHand: Sums;
  /** Seconds from one sample to the next, on average. Undefined before there are two. */
  every(): number | undefined;
}

interface Table extends Pairs {
  put(sample: number, of: number, per: number): void;
}

export function createSamples(): Samples {
  const arrivals = createTable();
  const work = createTable();
  const inHand = new Float64Array(KEPT);
  let newest = -1;
  let every: number | undefined;
  let last: QueueReading | undefined;

  const append = (before: QueueReading | undefined, queue: QueueReading): void => {
    newest += 1;
    inHand[newest & MASK] = queue.inHand;
    if (before === undefined) return;
    if (!isContinued(before, queue)) {
      arrivals.put(newest, 0, 0);
      work.put(newest, 0, 0);
      return;
    }
    const elapsed = queue.sampledAt - before.sampledAt;
    every = every === undefined ? elapsed : every + (elapsed - every) * NEWEST;
    arrivals.put(newest, queue.arrived - before.arrived, elapsed);
    // Jobs in hand at the beginning were worked on before it, those at the end are not done yet: on average half of each.
    const done = queue.acked - before.acked + (queue.inHand - before.inHand) / 2;
    work.put(newest, (elapsed * (before.inHand + queue.inHand)) / 2, done);
  };

  return {
    get newest() {
      return newest;
    },
    get oldest() {
      return Math.max(newest - KEPT + 1, Math.min(newest, 0));
    },
    add(queue) {
      if (!isSane(queue) || (last !== undefined && queue.sampledAt <= last.sampledAt)) return false;
      append(last, queue);
      last = queue;
      return true;
    },
    last: () => last,
    arrivals,
    work,
    inHand: (sample) => inHand[sample & MASK]!,
    every: () => every,
  };
}

function createTable(): Table {
  const of = new Float64Array(KEPT);
  const per = new Float64Array(KEPT);
  const ofSquared = new Float64Array(KEPT);
  const perSquared = new Float64Array(KEPT);
  const product = new Float64Array(KEPT);
  return {
    of: (sample) => of[sample & MASK]!,
    per: (sample) => per[sample & MASK]!,
    ofSquared: (sample) => ofSquared[sample & MASK]!,
    perSquared: (sample) => perSquared[sample & MASK]!,
    product: (sample) => product[sample & MASK]!,
    put(sample, x, y) {
      const from = (sample - 1) & MASK;
      const to = sample & MASK;
      of[to] = of[from]! + x;
      per[to] = per[from]! + y;
      ofSquared[to] = ofSquared[from]! + x * x;
      perSquared[to] = perSquared[from]! + y * y;
      product[to] = product[from]! + x * y;
    },
  };
}

const isSane = ({ sampledAt, waiting, inHand }: QueueReading): boolean =>
  Number.isFinite(sampledAt) && waiting >= 0 && inHand >= 0 && waiting + inHand < Number.POSITIVE_INFINITY;

/** A counter that is missing (not a number) fails each of these, too. */
const isContinued = (before: QueueReading, queue: QueueReading): boolean =>
  queue.sampledAt - before.sampledAt <= FURTHEST_APART &&
  queue.arrived >= before.arrived &&
  queue.acked >= before.acked;
