// Waiting for something that happens elsewhere, with a limit.
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again, every few milliseconds, until there is an answer other than undefined, null or false. A question that throws
 * is asked again too. Fails with what was waited for, and the last answer or error as its cause.
 */
export async function eventually<T>(
  what: string,
  ask: () => T | Promise<T>,
  { withinMs = 15_000, everyMs = 25 }: { withinMs?: number; everyMs?: number } = {},
): Promise<Exclude<T, undefined | null | false>> {
  const end = Date.now() + withinMs;
  let last: unknown;
  do {
    try {
      last = await ask();
      if (last !== undefined && last !== null && last !== false) return last as Exclude<T, undefined | null | false>;
    } catch (error) {
      last = error;
    }
    await pause(everyMs);
  } while (Date.now() < end);
  throw new Error(`not within ${withinMs / 1000} s: ${what}`, { cause: last });
}
