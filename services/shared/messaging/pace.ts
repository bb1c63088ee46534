// Lets so many go a second, evenly.
import { setTimeout as pause } from 'node:timers/promises';

/** Resolves when it is the next one's turn, at once where there is no rate, and when the signal fires. */
export function createPace(perSecond: number | undefined, signal?: AbortSignal): () => Promise<void> {
  let next = performance.now();
  return async () => {
    if (perSecond === undefined) return;
    const now = performance.now();
    if (next > now) await pause(next - now, undefined, { signal }).catch(() => {});
    // A timer may be late by some milliseconds: what was missed is made up for, up to a tenth of a second.
    next = Math.max(next, now - 100) + 1000 / perSecond;
  };
}
