// Percentiles of any number of times in constant memory: a histogram with buckets that each reach 0.4 % further than the last.

/** A percentile lies within half a bucket, 0.2 %, of the exact one. */
const GROWTH = 1.004;
const SHORTEST = 1e-4;
const LONGEST = 1e8;
const SCALE = 1 / Math.log(GROWTH);
const BUCKETS = Math.ceil(Math.log(LONGEST / SHORTEST) * SCALE) + 1;

export class Histogram {
  #counts = new Float64Array(BUCKETS);
  count = 0;
  max = 0;

  add(seconds: number): void {
    this.count += 1;
    if (seconds > this.max) this.max = seconds;
    const bucket =
      seconds <= SHORTEST ? 0 : Math.min(BUCKETS - 1, Math.floor(Math.log(seconds / SHORTEST) * SCALE) + 1);
    this.#counts[bucket]! += 1;
  }

  /** Below which a share of the times lies (0 to 1); NaN where there are none. */
  quantile(share: number): number {
    if (this.count === 0) return Number.NaN;
    let left = share * this.count;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      left -= this.#counts[bucket]!;
      if (left <= 0) return bucket === 0 ? 0 : Math.min(this.max, SHORTEST * GROWTH ** (bucket - 0.5));
    }
    return this.max;
  }
}
