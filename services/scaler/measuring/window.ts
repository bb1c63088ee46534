// The longest recent window of samples in which one number is proportional to another by the same factor throughout: jobs to seconds (their
// rate), work to jobs (the service time).
//
// Long windows say the factor exactly, short ones say it soon. So the window grows with each sample, and is cut where the factor after some
// sample differs from that before it by more than chance would. What chance does is seen in the window itself: how much the factor
// differs from sample to sample. A load that jumps every few seconds anyway needs a larger jump to be another load.
import type { Pairs } from './samples.ts';

/** Intervals between samples for which the given variance counts, beside what was seen. */
const GIVEN = 4;

export interface Window {
  /** Takes in the newest sample, and cuts. `given`: variance of `of` for each unit of `per`, at least, where the factor is so much. */
  update(oldest: number, newest: number, given: (factor: number) => number): void;
  readonly start: number;
  readonly end: number;
  of(): number;
  per(): number;
  /** Variance of `of` for each unit of `per`. */
  dispersion(given: (factor: number) => number): number;
}

/** @param changed standard deviations by which a part must differ */
export function createWindow(pairs: Pairs, changed: number): Window {
  let start = 0;
  let end = -1;

  const findCut = (given: (factor: number) => number): number => {
    let clearest = changed;
    let cut = start;
    for (let sample = start + 1; sample < end; sample += 1) {
      const deviations = deviationsAt(sample, given);
      if (deviations <= clearest) continue;
      clearest = deviations;
      cut = sample;
    }
    return cut;
  };

  /** By how many standard deviations what came after the sample differs from what came before it. 0 where nothing can be said. */
  const deviationsAt = (sample: number, given: (factor: number) => number): number => {
    const before = pairs.per(sample) - pairs.per(start);
    const after = pairs.per(end) - pairs.per(sample);
    if (!(before > 0 && after > 0)) return 0;
    const factor = (pairs.of(end) - pairs.of(start)) / (before + after);
    const expected = factor * after;
    const variance = dispersionOf(pairs, start, sample, given(factor), given) * after * (after / before + 1);
    const difference = Math.abs(pairs.of(end) - pairs.of(sample) - expected) * (after / before + 1);
    return variance > 0 ? difference / Math.sqrt(variance) : 0;
  };

  return {
    update(oldest, newest, given) {
      start = Math.max(start, oldest);
      end = newest;
      for (let cut = findCut(given); cut > start; cut = findCut(given)) start = cut;
    },
    get start() {
      return start;
    },
    get end() {
      return end;
    },
    of: () => pairs.of(end) - pairs.of(start),
    per: () => pairs.per(end) - pairs.per(start),
    dispersion: (given) => dispersionOf(pairs, start, end, 0, given),
  };
}

/** Variance of `of` for each unit of `per`, between two samples: what was seen, and the given one, never less than that. */
function dispersionOf(
  pairs: Pairs,
  from: number,
  to: number,
  least: number,
  given: (factor: number) => number,
): number {
  const per = pairs.per(to) - pairs.per(from);
  if (!(per > 0)) return least;
  const factor = (pairs.of(to) - pairs.of(from)) / per;
  const squares =
    pairs.ofSquared(to) -
    pairs.ofSquared(from) -
    2 * factor * (pairs.product(to) - pairs.product(from)) +
    factor ** 2 * (pairs.perSquared(to) - pairs.perSquared(from));
  const floor = Math.max(least, given(factor));
  const seen = squares / per;
  const intervals = to - from;
  return Math.max(floor, (seen * intervals + floor * GIVEN) / (intervals + GIVEN));
}
