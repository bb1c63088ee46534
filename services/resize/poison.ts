// `sample:poison`: an item that ends whoever works on it, as a picture does that a library cannot take. Nothing catches it, nothing is
// logged: the broker sees a connection end and hands the item to the next, until its delivery limit makes it a dead letter.
import { setTimeout as wait } from 'node:timers/promises';
import { POISON } from '../shared/imaging/poison.ts';

/**
 * So long it is worked on first. What a worker has in hand beside it is done by then: dying at once, it would drag the same neighbours
 * along each time, until they are taken for poison, too.
 */
const TAKES_MS = 300;

export interface Poison {
  /** Ends this process where the source is the poison; it never resolves then. */
  swallow(source: string): Promise<void>;
}

/** @param deadly otherwise it is a source that cannot be read, like any other */
export function createPoison(deadly: boolean, die = (): void => void process.kill(process.pid, 'SIGKILL')): Poison {
  return {
    async swallow(source) {
      if (!deadly || source !== POISON) return;
      await wait(TAKES_MS);
      die();
      await new Promise(() => {});
    },
  };
}
