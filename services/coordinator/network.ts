// One graph that is live: what it says, made true on the broker.
//
//   new --(start)--> started --(stop: its roles finish what is in hand, and take no more)--> stopped
//                       ^                                                                      |
//                       +--(start: its roles take work again, its initial packets go out)------+
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../shared/log.ts';
import type { BrokerConnection } from '../shared/messaging/connection.ts';
import { pauseRole, resumeRole } from '../shared/messaging/pausing.ts';
import { type CoreRoles, isCore } from './core-components.ts';
import { applyChanges, type Change, ChangeError, type GraphEvent } from './graph/change.ts';
import { type EdgeEnds, type Graph, type Initial, type Node, ROUNDROBIN } from './graph/graph.ts';
import type { Participants } from './participants/participants.ts';
import type { Ports } from './routes/ports.ts';
import type { Wiring } from './routes/wiring.ts';

export type NetworkState = 'new' | 'started' | 'stopped';

export interface NetworkStatus {
  /** Whether its roles may take work: false between `stop` and `start`. */
  started: boolean;
  /** Whether there is work in its queues or in hand now. */
  running: boolean;
  /** Epoch milliseconds. */
  startedAt?: number;
}

export interface Network {
  /** The graph's id in the FBP protocol. */
  readonly id: string;
  graph(): Graph;
  state(): NetworkState;
  status(): Promise<NetworkStatus>;
  /**
   * Changes the graph, all of it or nothing. Resolves when the broker has what can be bound; an edge whose ends have not announced
   * themselves is made when they do. `by` is passed on to those who listen.
   * @throws {ChangeError} where the graph cannot take it; an Error where the broker refuses. The graph is as it was then.
   */
  change(changes: readonly Change[], by?: unknown): Promise<{ events: GraphEvent[]; swapped: number }>;
  /** Lets its roles take work, starts the components that run in the coordinator, sends its initial packets. */
  start(by?: unknown): Promise<void>;
  /** Pauses its roles. Resolves with the queues from which somebody still takes, or has messages in hand, when the time to obey is over. */
  stop(by?: unknown): Promise<{ stillConsuming: string[] }>;
  /** Writes the graph to its file; resolves with the file's name. @throws where it has none, or it cannot be written */
  persist(): Promise<string>;
}

export type NetworkEvent =
  | { kind: 'graph'; graph: string; event: GraphEvent; by?: unknown }
  | { kind: 'started' | 'stopped'; graph: string; at: number; uptimeMs?: number; by?: unknown }
  | { kind: 'initial'; graph: string; initial: Initial };

/** A network as its coordinator holds it. */
export interface LiveNetwork extends Network {
  /** Its roles that others run. */
  workers(): string[];
  /** Sends the initial packets whose ports have been announced by now. */
  sendInitials(): Promise<void>;
  /** Which initial packets are still to be sent: their places in the graph. */
  pending(): number[];
  startedAt(): number | undefined;
  /** Makes it what it was before a restart of the coordinator, or what its file says. */
  resume(): Promise<void>;
  /** Takes all of it off the broker. */
  end(): Promise<void>;
}

export interface NetworkOptions {
  id: string;
  graph: Graph;
  state: NetworkState;
  startedAt?: number;
  /** Places of the initial packets still to be sent. Default: none. */
  pending?: readonly number[];
  wiring: Wiring;
  ports: Ports;
  participants: Participants;
  coreRoles: CoreRoles;
  connection: BrokerConnection;
  /** Puts data in at a port. */
  send(to: Initial['to'], data: unknown): Promise<void>;
  /**
   * Called before edges go: who listens in on one must not be what keeps its messages from being seen as unroutable. What it resolves
   * with is called when they are gone, or stay.
   */
  beforeEdgesGo(edges: readonly EdgeEnds[]): Promise<() => void>;
  /** What is to be remembered has changed. */
  save(): Promise<void>;
  write?(graph: Graph): Promise<string>;
  emit(event: NetworkEvent): void;
  log: Log;
}

/** How long a role's replicas have to obey when they are paused. */
const OBEY_WITHIN_MS = 2_000;
const ASK_EVERY_MS = 100;

export function createNetwork(options: NetworkOptions): LiveNetwork {
  const { id, wiring, ports, participants, coreRoles, connection, emit, save, log } = options;
  let graph = options.graph;
  let state = options.state;
  let startedAt = options.startedAt;
  let pending = (options.pending ?? []).flatMap((place) => graph.initials[place] ?? []);
  let turn: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => {}); // whoever asked for it is told
    return done;
  };

  const nodes = (which: (component: string) => boolean): Node[] =>
    [...graph.nodes.values()].filter(({ component }) => which(component));
  const ownNodes = (): Node[] => nodes(isCore);
  const workers = (): string[] =>
    nodes((component) => !isCore(component) && component !== ROUNDROBIN).map(({ role }) => role);

  /** The queues from which its roles take work; not those that each replica has for itself. */
  function workQueues(of: readonly string[]): string[] {
    const inports = graph.edges.map(({ to }) => to).filter(({ role }) => of.includes(role));
    const queues = inports.flatMap(({ role, port }) => {
      const found = ports.queues(role, 'inports', port);
      return found.filter((queue) => queue.split('.').length <= 2);
    });
    return [...new Set(queues)];
  }

  /** A consumer that was cancelled counts until all that it holds is answered. */
  async function depth(queue: string): Promise<{ ready: number; consumers: number }> {
    try {
      const { messageCount, consumerCount } = await connection.withChannel((channel) => channel.checkQueue(queue));
      return { ready: messageCount, consumers: consumerCount };
    } catch {
      return { ready: 0, consumers: 0 }; // it is not there: announced, and gone since
    }
  }

  async function sendInitials(): Promise<void> {
    if (state !== 'started') return;
    for (const initial of [...pending]) {
      const { role, port } = initial.to;
      if (ports.queues(role, 'inports', port).length === 0) continue;
      try {
        await options.send(initial.to, initial.data);
      } catch (error) {
        log.warn(
          { err: (error as Error).message, to: `${role}.${port}` },
          'could not send initial data: it is tried again',
        );
        continue;
      }
      pending = pending.filter((one) => one !== initial);
      emit({ kind: 'initial', graph: id, initial });
      await save();
    }
  }

  /** Other people's replicas cannot be given another name from here. */
  function checkRename(role: string): void {
    const component = graph.nodes.get(role)?.component;
    if (component === undefined || isCore(component) || component === ROUNDROBIN) return;
    const there = participants.all().filter((one) => one.role === role && one.state !== 'gone').length;
    if (there === 0) return;
    throw new ChangeError(
      'invalid',
      `${role} cannot be renamed while ${there === 1 ? 'a replica runs' : `${there} replicas run`} under that name: start it under the new one first`,
    );
  }

  async function change(changes: readonly Change[], by?: unknown): Promise<{ events: GraphEvent[]; swapped: number }> {
    for (const one of changes) if (one.do === 'renamenode') checkRename(one.from);
    const before = graph;
    const { graph: after, events } = applyChanges(before, changes);
    const isNew = (node: Node): boolean => before.nodes.get(node.role)?.component !== node.component;
    const born = [...after.nodes.values()].filter((node) => isCore(node.component) && isNew(node));
    const dead = [...before.nodes.values()].filter(
      ({ role, component }) => isCore(component) && after.nodes.get(role)?.component !== component,
    );
    for (const { role, component } of born) await coreRoles.declare(role, component);
    const edgesGone = await options.beforeEdgesGo(events.filter((event) => event.do === 'removeedge'));
    graph = after;
    let swapped: number;
    try {
      // Side by side: a coordinator that dies in between brings to its end what was begun.
      [{ swapped }] = await Promise.all([wiring.reroute(id, after), save()]);
    } catch (error) {
      graph = before;
      await save();
      for (const { role, component } of born) await coreRoles.remove(role, component);
      throw error;
    } finally {
      edgesGone();
    }
    for (const { role, component } of dead) await coreRoles.remove(role, component);
    if (state === 'started') for (const { role, component } of born) await coreRoles.start(role, component);
    const added = events.flatMap((event) => (event.do === 'addinitial' ? [event.initial] : []));
    const waiting = pending.length;
    pending = [...pending.filter((initial) => after.initials.includes(initial)), ...(state === 'started' ? added : [])];
    if (pending.length + waiting > 0) await save();
    for (const event of events) emit({ kind: 'graph', graph: id, event, by });
    await sendInitials();
    return { events, swapped };
  }

  async function start(by?: unknown): Promise<void> {
    const wasStarted = state === 'started';
    state = 'started';
    startedAt = wasStarted ? startedAt : Date.now();
    for (const role of workers()) await resumeRole(connection, role);
    for (const { role, component } of ownNodes()) await coreRoles.start(role, component);
    if (!wasStarted) pending = [...graph.initials];
    await save();
    emit({ kind: 'started', graph: id, at: startedAt ?? Date.now(), by });
    await sendInitials();
  }

  async function stop(by?: unknown): Promise<{ stillConsuming: string[] }> {
    const uptimeMs = startedAt === undefined ? undefined : Date.now() - startedAt;
    state = 'stopped';
    startedAt = undefined;
    for (const role of workers()) await pauseRole(connection, role);
    for (const { role } of ownNodes()) await coreRoles.stop(role);
    await save();
    const stillConsuming = await disobedient();
    emit({ kind: 'stopped', graph: id, at: Date.now(), uptimeMs, by });
    return { stillConsuming };
  }

  /** The queues that still have consumers when the time to obey is over. */
  async function disobedient(): Promise<string[]> {
    const queues = workQueues(workers());
    const limit = performance.now() + OBEY_WITHIN_MS;
    for (;;) {
      const asked = await Promise.all(queues.map(async (queue) => ({ queue, ...(await depth(queue)) })));
      const left = asked.filter(({ consumers }) => consumers > 0).map(({ queue }) => queue);
      if (left.length === 0 || performance.now() > limit) return left;
      await pause(ASK_EVERY_MS);
    }
  }

  return {
    id,
    graph: () => graph,
    state: () => state,
    workers,
    startedAt: () => startedAt,
    pending: () => pending.map((initial) => graph.initials.indexOf(initial)).filter((place) => place >= 0),
    async status() {
      const own = ownNodes().map(({ role }) => role);
      const depths = await Promise.all(workQueues([...workers(), ...own]).map(depth));
      const working = coreRoles.inHand(own) > 0 || depths.some(({ ready }) => ready > 0);
      const started = state === 'started';
      return { started, running: started && working, ...(startedAt === undefined ? {} : { startedAt }) };
    },
    change: (changes, by) => inTurn(() => change(changes, by)),
    start: (by) => inTurn(() => start(by)),
    stop: (by) => inTurn(() => stop(by)),
    sendInitials: () => inTurn(sendInitials),
    async persist() {
      if (options.write === undefined) throw new Error(`the graph ${id} has no file: it is kept in the broker only`);
      return options.write(graph);
    },
    resume: () =>
      inTurn(async () => {
        for (const { role, component } of ownNodes()) {
          await coreRoles.declare(role, component);
          if (state === 'started') await coreRoles.start(role, component);
        }
        wiring.adopt(id, graph);
      }),
    end: () =>
      inTurn(async () => {
        const edgesGone = await options.beforeEdgesGo(graph.edges);
        await wiring.reroute(id, { ...graph, edges: [] }).finally(edgesGone);
        for (const { role, component } of ownNodes()) await coreRoles.remove(role, component);
      }),
  };
}
