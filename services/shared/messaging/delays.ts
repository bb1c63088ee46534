// When a message that failed is tried again, and in which delay queue it waits.
//
// RabbitMQ expires messages at the head of a queue only, so a long delay before a short one would hold it up. Delays are
// therefore sorted into queues by powers of two: nobody waits longer than twice what was asked.

const LEVELS_MS = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000];
const LONGEST_MS = LEVELS_MS[LEVELS_MS.length - 1]! * 2 - 1;

/**
 * The delay before the next attempt: doubles from half a second for each attempt so far (1 for the first), up to a minute,
 * with up to half of it added at random, so that what failed together does not come back together. Milliseconds.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const base = Math.min(500 * 2 ** (attempt - 1), 60_000);
  return Math.round(base * (1 + random() / 2));
}

/** The level of the queue for a delay: the largest that is not longer. Delays are held between 250 ms and about two minutes. */
export function delayLevel(delayMs: number): { levelMs: number; delayMs: number } {
  const held = Math.min(Math.max(Math.round(delayMs), LEVELS_MS[0]!), LONGEST_MS);
  const levelMs = LEVELS_MS.findLast((level) => level <= held)!;
  return { levelMs, delayMs: held };
}
