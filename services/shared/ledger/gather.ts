// Calls that come at the same time are made together. A commit waits for the disk, whatever is in it: one for each of a hundred requests
// a tenth of a second is a hundred waits, one for all of them is one.
//
//   nobody is at work    it begins at once, alone: who is alone waits for nobody
//   somebody is          it waits with all others that come meanwhile, and goes with them
import { databaseProblem } from '../database.ts';

export interface GatherOptions<In, Out> {
  /** Does all of them, and answers for each, in order. */
  work: (all: readonly In[]) => Promise<readonly Out[]>;
  /** No more together than weigh so much; one alone may weigh more. */
  most: number;
  weigh: (one: In) => number;
  /** So many such works at the same time. */
  atATime: number;
}

interface Waiting<In, Out> {
  one: In;
  resolve: (out: Out) => void;
  reject: (error: unknown) => void;
}

/**
 * A function that does one with others. Where the work on several fails and the database is not to blame, each is done alone, so that
 * none fails for another. Where the database is away, those who wait are told at once: each of them has waited for some of its limit.
 */
export function gather<In, Out>({ work, most, weigh, atATime }: GatherOptions<In, Out>): (one: In) => Promise<Out> {
  const waiting: Waiting<In, Out>[] = [];
  let working = 0;

  function takeSome(): Waiting<In, Out>[] {
    let count = 1;
    for (let weight = weigh(waiting[0]!.one); count < waiting.length; count += 1) {
      weight += weigh(waiting[count]!.one);
      if (weight > most) break;
    }
    return waiting.splice(0, count);
  }

  async function workOn(some: readonly Waiting<In, Out>[]): Promise<void> {
    try {
      const outs = await work(some.map(({ one }) => one));
      for (const [n, { resolve }] of some.entries()) resolve(outs[n]!);
    } catch (error) {
      if (databaseProblem(error) !== undefined) {
        for (const { reject } of [...some, ...waiting.splice(0)]) reject(error);
      } else if (some.length === 1) some[0]!.reject(error);
      else for (const one of some) await workOn([one]);
    }
  }

  function begin(): void {
    while (working < atATime && waiting.length > 0) {
      working += 1;
      void workOn(takeSome()).finally(() => {
        working -= 1;
        begin();
      });
    }
  }

  return (one) =>
    new Promise((resolve, reject) => {
      waiting.push({ one, resolve, reject });
      begin();
    });
}

/** One such function for each database that it is used with. */
export function gatherFor<Key extends object, In, Out>(
  options: (key: Key) => GatherOptions<In, Out>,
): (key: Key, one: In) => Promise<Out> {
  const made = new WeakMap<Key, (one: In) => Promise<Out>>();
  return (key, one) => {
    const found = made.get(key) ?? gather(options(key));
    made.set(key, found);
    return found(one);
  };
}
