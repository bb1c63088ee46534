// Brings the broker from one set of bindings to another while messages flow, losing and doubling none.
//
// What is new is made first, then sources turn from old queues to new ones (swap.ts), and what is too much goes last: so a stage that is put
// between two others has its way on before the first message comes to it. A binding that does not change is not touched.
import type { Channel } from 'amqplib';
import { type Binding, bind, unbind } from '../../shared/messaging/bindings.ts';
import type { BrokerConnection } from '../../shared/messaging/connection.ts';
import type { BrokerBinding } from '../../shared/messaging/management.ts';
import { type Lanes, withLanes } from './lanes.ts';
import { repair, swap } from './swap.ts';

/** What `difference` gives: bindings that are not there yet, and bindings that are. */
export interface Rerouted {
  add: readonly Binding[];
  remove: readonly Binding[];
}

export interface Rerouting {
  /**
   * Resolves when the broker has confirmed all of it; `swapped` is the number of sources that turned from some queues to others. The exchanges
   * that it took (SWAP_PREFIX) are gone some milliseconds later. Changes are made one after the other.
   *
   * Rejects with the broker's 404, and has changed nothing, where a queue or a source to be bound is not there; to be unbound they need
   * not be there. Where it fails otherwise, the connection is lost for one, some of it may be made: from then on, and at first, all changes
   * are refused until `cleanUp` has been through. After that, ask the broker what is bound.
   */
  apply(change: Rerouted): Promise<{ tookMs: number; swapped: number }>;
  /**
   * Ends the swaps that were cut short, in this process or one before it, and resolves with their number. Call it when this process is the
   * only one that changes routes, and then read anew what is bound.
   * @param bindings all that the broker has
   * @param exchanges the names of all; without them an exchange that nothing leads to yet may stay behind, which harms nobody
   */
  cleanUp(bindings: readonly BrokerBinding[], exchanges?: readonly string[]): Promise<number>;
}

const distinct = <T>(names: readonly T[]): NonNullable<T>[] => [...new Set(names.filter((name) => name != null))];
const queuesOf = (bindings: readonly Binding[]): string[] => distinct(bindings.map(({ tgt }) => tgt));

/** What changes at one source; dead letters have none. */
interface Turn {
  source: string | undefined;
  add: Binding[];
  remove: Binding[];
}

function turnsOf({ add, remove }: Rerouted): Turn[] {
  const turns = new Map<string | undefined, Turn>();
  const turn = (source: string | undefined): Turn => {
    const made = turns.get(source) ?? { source, add: [], remove: [] };
    turns.set(source, made);
    return made;
  };
  for (const binding of add) turn(binding.src).add.push(binding);
  for (const binding of remove) turn(binding.src).remove.push(binding);
  return [...turns.values()];
}

interface SwapTurn extends Turn {
  source: string;
}

const isSwap = (turn: Turn): turn is SwapTurn =>
  turn.source !== undefined && turn.add.length > 0 && turn.remove.length > 0;

export function createRerouting(connection: BrokerConnection): Rerouting {
  let last: Promise<unknown> = Promise.resolve();
  /** Whether there may be swaps that were cut short. */
  let isUnclean = true;

  const bindOne = async (channel: Channel, binding: Binding): Promise<void> => {
    if (binding.type === 'roundrobin') await bind(connection, binding);
    else await channel.bindQueue(binding.tgt, binding.src!, '');
  };
  const unbindOne = async (channel: Channel, binding: Binding): Promise<void> => {
    if (binding.type === 'roundrobin') await unbind(connection, binding);
    else await channel.unbindQueue(binding.tgt, binding.src!, '');
  };

  /** Leaves out what is to be removed from a queue that is gone. @throws the broker's 404 where something to add to is not there */
  async function checked(lanes: Lanes, { add, remove }: Rerouted): Promise<Rerouted> {
    const needed = distinct(add.flatMap(({ tgt, deadletter }) => [tgt, deadletter]));
    const queues = distinct([...needed, ...queuesOf(remove)]).map((queue) => ({ queue }));
    const sources = distinct(add.map(({ src }) => src)).map((exchange) => ({ exchange }));
    const missing = await lanes.eachThere([...queues, ...sources], async (channel, name) => {
      if ('queue' in name) await channel.checkQueue(name.queue);
      else await channel.checkExchange(name.exchange);
    });
    const gone = new Set<string>();
    for (const [name, error] of missing) {
      if ('exchange' in name || needed.includes(name.queue)) throw error;
      gone.add(name.queue);
    }
    return { add, remove: remove.filter(({ tgt }) => !gone.has(tgt)) };
  }

  /** Resolves with what takes away what was needed for each swap. */
  async function reroute(lanes: Lanes, change: Rerouted): Promise<(() => Promise<void>)[]> {
    const turns = turnsOf(change);
    const swaps = turns.filter(isSwap);
    const others = turns.filter((turn) => !isSwap(turn));
    await lanes.each(
      others.flatMap(({ add }) => add),
      bindOne,
    );
    const tidying: (() => Promise<void>)[] = [];
    for (const { source, add, remove } of swaps) {
      const tidy = await swap(lanes, {
        source,
        lose: queuesOf(remove),
        gain: queuesOf(add),
        unbindOld: async () => void (await lanes.eachThere(remove, unbindOne)),
        bindNew: () => lanes.each(add, bindOne),
      });
      tidying.push(tidy);
    }
    await lanes.eachThere(
      others.flatMap(({ remove }) => remove),
      unbindOne,
    );
    return tidying;
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work);
    last = done.catch(() => {}); // whoever asked for it is told
    return done;
  }

  /** Tells the number of swaps as soon as the change is made; what is left of them is taken away before the next change. */
  async function make(change: Rerouted, made: (swapped: number) => void): Promise<void> {
    if (isUnclean) throw new Error('a change of routes may have been cut short before: clean up first');
    await withLanes(connection, async (lanes) => {
      const possible = await checked(lanes, change);
      isUnclean = true;
      const tidying = await reroute(lanes, possible);
      made(tidying.length);
      for (const tidy of tidying) await tidy();
      isUnclean = false;
    });
  }

  return {
    apply(change) {
      const made = Promise.withResolvers<{ tookMs: number; swapped: number }>();
      inTurn(() => {
        const begunAt = performance.now();
        return make(change, (swapped) => made.resolve({ tookMs: performance.now() - begunAt, swapped }));
      }).catch(made.reject); // what fails after it was made is for the next clean-up
      return made.promise;
    },
    cleanUp: (bindings, exchanges = []) =>
      inTurn(async () => {
        const count = await withLanes(connection, (lanes) => repair(lanes, bindings, exchanges));
        isUnclean = false;
        return count;
      }),
  };
}
