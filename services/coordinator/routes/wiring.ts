// Keeps the bindings on the broker as the live graphs say. What is bound is read from the broker again and again: a binding that
// somebody else took away is made again, and what is shown as bound is bound.
import type { Log } from '../../shared/log.ts';
import { type Binding, edgesAmong } from '../../shared/messaging/bindings.ts';
import type { BrokerConnection } from '../../shared/messaging/connection.ts';
import { declareDeadLetters } from '../../shared/messaging/declarations.ts';
import type { Management } from '../../shared/messaging/management.ts';
import { queueOf } from '../../shared/messaging/names.ts';
import type { Edge, Graph } from '../graph/graph.ts';
import { keyOf, type PlannedEdge, partsOf, planBindings } from './bind-plan.ts';
import type { Ports } from './ports.ts';
import type { Rerouting } from './rerouting.ts';
import { SWAP_PREFIX } from './swap.ts';

/** How often the broker is asked what is bound. */
const LOOK_EVERY_MS = 5_000;
/** Announcements that come together are wired together. */
const GATHER_MS = 50;

export type EdgeState = { state: 'bound' } | { state: 'waiting'; why: string; final: boolean };
export type WiredEdge = { edge: Edge; bindings: Binding[] } & EdgeState;

export interface Wiring {
  /**
   * Makes `after` the graph of that id, on the broker: what is new is bound and what is gone unbound, without losing or doubling a
   * message. Rejects where the broker refuses, and leaves the graph as it was.
   */
  reroute(id: string, after: Graph): Promise<{ swapped: number }>;
  /** Takes a graph in that is live already; what it wants and is not bound is bound when it is settled. */
  adopt(id: string, graph: Graph): void;
  /** Binds what can be bound and is not. Safe to call at any time. */
  settle(): Promise<void>;
  /** Settles soon: somebody has announced something new. */
  soon(): void;
  /** The connection is new: what was declared on the old one may be gone. */
  renew(): Promise<void>;
  edges(id: string): WiredEdge[];
  /** What the broker has of any graph, a live one or not. */
  look(graph: Graph): WiredEdge[];
  /** What the broker has bound and no live graph says. */
  foreign(): Binding[];
  /** Takes bindings away that no live graph says. */
  unbind(bindings: readonly Binding[]): Promise<void>;
  stop(): void;
}

export interface WiringOptions {
  management: Management;
  connection: BrokerConnection;
  rerouting: Rerouting;
  ports: Ports;
  log: Log;
}

/** Those of the first list that are not in the second. */
function without(bindings: Iterable<Binding>, others: Iterable<Binding>): Binding[] {
  const keys = new Set([...others].map(keyOf));
  return [...new Map([...bindings].map((binding) => [keyOf(binding), binding])).values()].filter(
    (binding) => !keys.has(keyOf(binding)),
  );
}

export function createWiring({ management, connection, rerouting, ports, log }: WiringOptions): Wiring {
  const graphs = new Map<string, Graph>();
  /** What the broker has, by key. */
  let bound = new Map<string, Binding>();
  const withDeadLetters = new Set<string>();
  const complained = new Map<string, string>();
  /** Whether a change of routes may have been cut short, by us or by the coordinator before. */
  let unclean = true;
  let turn: Promise<unknown> = Promise.resolve();
  let soon: NodeJS.Timeout | undefined;

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => {}); // whoever asked for it is told
    return done;
  };

  const planned = (graph: Graph | undefined): PlannedEdge[] => (graph === undefined ? [] : planBindings(graph, ports));
  const bindingsOf = (plan: readonly PlannedEdge[]): Binding[] => plan.flatMap(({ bindings }) => bindings);
  const wanted = (): Binding[] => bindingsOf([...graphs.values()].flatMap(planned));

  async function observe(): Promise<void> {
    let listed = await management.bindings();
    if (unclean) {
      const exchanges = (await management.exchanges()).map(({ name }) => name);
      const ended = await rerouting.cleanUp(listed, exchanges);
      if (ended > 0) {
        log.warn({ ended }, 'a change of routes had been cut short: brought to its end');
        listed = await management.bindings();
      }
      unclean = false;
    }
    // The helpers of a swap are taken away a moment after it.
    const edges = edgesAmong(listed)
      .filter(({ src }) => !src?.startsWith(SWAP_PREFIX))
      .flatMap(partsOf);
    bound = new Map(edges.map((edge) => [keyOf(edge), edge]));
    ports.observe(listed, edges);
  }

  /** Says what cannot be done once, and again when it has another reason. */
  function complain(what: string, error: unknown): void {
    const { message } = error as Error;
    if (complained.get(what) === message) return;
    complained.set(what, message);
    log.warn({ err: message }, `could not ${what}: it is tried again`);
  }

  /** Where rejected messages go; until it is there they would vanish. Queues of single replicas have none. */
  async function giveDeadLetters(edges: readonly PlannedEdge[]): Promise<void> {
    for (const { edge, bindings } of edges) {
      const shared = queueOf(edge.to.role, edge.to.port);
      if (withDeadLetters.has(shared) || !bindings.some(({ tgt }) => tgt === shared)) continue;
      try {
        await connection.withChannel((channel) => declareDeadLetters(channel, shared));
        withDeadLetters.add(shared);
      } catch (error) {
        complain(`declare the dead letters of ${shared}`, error);
      }
    }
  }

  function note({ add, remove }: { add: readonly Binding[]; remove: readonly Binding[] }): void {
    for (const binding of remove) bound.delete(keyOf(binding));
    for (const binding of add) {
      bound.set(keyOf(binding), binding);
      complained.delete(`bind ${binding.src} to ${binding.tgt}`);
    }
  }

  async function settle(): Promise<void> {
    try {
      await observe();
    } catch (error) {
      // The broker's connection works or not of its own accord: what is known is wired from memory.
      complain('ask the broker what is bound', error);
      if (unclean) return; // nothing may be changed before that
    }
    const plan = [...graphs.values()].flatMap(planned); // one for all of it: somebody may announce himself meanwhile
    await giveDeadLetters(plan);
    const missing = without(bindingsOf(plan), bound.values());
    if (missing.length === 0 || (await bindAll(missing))) return;
    // The queue of a replica that has just ended, say, must not keep the others from being bound.
    for (const binding of missing) await bindAll([binding]);
  }

  /** Whether all of them were bound; else none is, and a single one is complained of. */
  async function bindAll(bindings: readonly Binding[]): Promise<boolean> {
    const change = { add: bindings, remove: [] };
    try {
      await rerouting.apply(change);
    } catch (error) {
      unclean = true;
      const [only, more] = bindings;
      if (more === undefined) complain(`bind ${only!.src} to ${only!.tgt}`, error);
      return false;
    }
    note(change);
    for (const { src: from, tgt: to } of bindings) log.info({ from, to }, 'bound');
    return true;
  }

  async function reroute(id: string, after: Graph): Promise<{ swapped: number }> {
    const before = graphs.get(id);
    const then = wanted();
    graphs.set(id, after);
    const now = wanted();
    const change = { add: without(without(now, then), bound.values()), remove: without(then, now) };
    if (change.add.length + change.remove.length === 0) return { swapped: 0 };
    try {
      await giveDeadLetters(planned(after));
      const { swapped } = await rerouting.apply(change);
      note(change);
      return { swapped };
    } catch (error) {
      if (before === undefined) graphs.delete(id);
      else graphs.set(id, before);
      await undo(change);
      throw error;
    }
  }

  /** Brings back what was before a change that failed. */
  async function undo({ add, remove }: { add: readonly Binding[]; remove: readonly Binding[] }): Promise<void> {
    unclean = true;
    try {
      await observe();
      const isBound = (binding: Binding): boolean => bound.has(keyOf(binding));
      const back = { add: remove.filter((binding) => !isBound(binding)), remove: add.filter(isBound) };
      if (back.add.length + back.remove.length > 0) await rerouting.apply(back);
      note(back);
    } catch (error) {
      log.error(
        { err: error },
        'could not undo a change of routes: what is missing is bound again, what is too much is shown',
      );
    }
  }

  function look(graph: Graph | undefined): WiredEdge[] {
    return planned(graph).map(({ edge, bindings, waiting, final = false }): WiredEdge => {
      if (waiting !== undefined) return { edge, bindings, state: 'waiting', why: waiting, final };
      const missing = bindings.find((binding) => !bound.has(keyOf(binding)));
      if (missing === undefined) return { edge, bindings, state: 'bound' };
      const why = complained.get(`bind ${missing.src} to ${missing.tgt}`) ?? 'it is not bound yet';
      return { edge, bindings, state: 'waiting', why, final: false };
    });
  }

  const timer = setInterval(() => void inTurn(settle), LOOK_EVERY_MS);
  timer.unref();

  return {
    reroute: (id, after) => inTurn(() => reroute(id, after)),
    adopt: (id, graph) => void graphs.set(id, graph),
    settle: () => inTurn(settle),
    soon() {
      soon ??= setTimeout(() => {
        soon = undefined;
        void inTurn(settle);
      }, GATHER_MS);
    },
    renew: () =>
      inTurn(async () => {
        withDeadLetters.clear();
        bound.clear();
        unclean = true;
        await settle();
      }),
    edges: (id) => look(graphs.get(id)),
    look,
    foreign: () => without(bound.values(), wanted()),
    unbind: (bindings) =>
      inTurn(async () => {
        await rerouting.apply({ add: [], remove: [...bindings] });
        note({ add: [], remove: bindings });
      }),
    stop() {
      clearInterval(timer);
      clearTimeout(soon);
    },
  };
}
