// The coordinator: who is there, which graphs are live, what passes over their edges. What it knows, it has from the broker.
import { randomUUID } from 'node:crypto';
import type { Log } from '../shared/log.ts';
import { type EdgeTap, openEdgeTap, type TappedMessage } from '../shared/messaging/edge-tap.ts';
import { createManagement, managementApi, vhostOf } from '../shared/messaging/management.ts';
import { DISCOVERY_QUEUE } from '../shared/messaging/names.ts';
import { MessageBroker } from '../shared/messaging/transport.ts';
import { coreComponents, createCoreRoles } from './core-components.ts';
import { changesBetween } from './graph/change.ts';
import { type EdgeEnds, EMPTY_GRAPH, type End, edgeText, endText, type Graph, sameEdge } from './graph/graph.ts';
import type { GraphFile } from './graph/graph-file.ts';
import { parseGraph } from './graph/parse.ts';
import { graphJson } from './graph/write.ts';
import { seekLeadership } from './leadership.ts';
import type { Library } from './library.ts';
import { createMemory, type Remembered } from './memory.ts';
import { createNetwork, type LiveNetwork, type Network, type NetworkEvent, type NetworkState } from './network.ts';
import { createParticipants, type Participants, type ParticipantView } from './participants/participants.ts';
import { watchPresence } from './participants/presence.ts';
import { setPolicies } from './policies.ts';
import { type ForeignEdge, foreignEdges, isLeftover } from './routes/foreign-edges.ts';
import { createPorts, type Ports } from './routes/ports.ts';
import { createRerouting } from './routes/rerouting.ts';
import { createWiring, type Wiring } from './routes/wiring.ts';

/** What happens, as those who listen hear it. `by` is what was given with the call that caused it. */
export type CoordinatorEvent =
  | NetworkEvent
  | { kind: 'cleared'; graph: string; name?: string; main: boolean; by?: unknown }
  /** A component was announced for the first time, or with other ports. */
  | { kind: 'component'; component: Component }
  | { kind: 'error'; graph?: string; message: string };

export interface ComponentPort {
  id: string;
  type: string;
  description?: string;
}

/** What a role can be made of, from the library, from those that are here, or from what the coordinator runs itself. */
export interface Component {
  name: string;
  description?: string;
  icon?: string;
  inports: ComponentPort[];
  outports: ComponentPort[];
}

export interface Source {
  /** Without the library's prefix. */
  name: string;
  library?: string;
  language: string;
  code: string;
}

export interface TapRequest {
  /** Messages shown a second, at most. Default 50. */
  perSecond?: number;
  /** All of them, bounded by a queue of 1,000; costs the flow a copy of each message. */
  all?: boolean;
  /** Called once, when the tap has ended by itself: its edge was taken away. */
  onEnd?: (why: string) => void;
}

export interface Coordinator {
  /** Whether it is at work: not where the broker is away, or another coordinator is at work on this vhost. */
  ready(): { ok: true } | { ok: false; reason: string; standingBy: boolean };
  networks(): Network[];
  network(id: string): Network | undefined;
  /** The one that its file describes, or that a client has made the main one. */
  main(): Network | undefined;
  /** Makes an empty network of that id; one that is there is emptied, on the broker too. */
  clear(id: string, options: { name?: string; main?: boolean; by?: unknown }): Promise<Network>;
  readonly participants: Participants;
  readonly wiring: Wiring;
  readonly ports: Ports;
  /** What the broker has bound and no live graph says. */
  foreign(): ForeignEdge[];
  /** What is wrong with the graph's file now, if anything. */
  fileProblem(): string | undefined;
  components(): Component[];
  /** The source of a component, by its name with or without the library's prefix. */
  source(name: string): Promise<Source | undefined>;
  /** Hears what passes over an edge. @throws where the edge is not bound */
  tap(
    network: Network,
    edge: EdgeEnds,
    request: TapRequest,
    onMessage: (message: TappedMessage) => void,
  ): Promise<EdgeTap>;
  /** Hears what leaves an out-port, where any edge leads on from it. */
  hear(outport: End, request: TapRequest, onMessage: (message: TappedMessage) => void): Promise<EdgeTap>;
  /** Puts a message in at a port. @throws where nobody has announced that port, or the broker does not confirm it */
  send(inport: End, data: unknown): Promise<void>;
  /** Returns how to stop listening. */
  listen(listener: (event: CoordinatorEvent) => void): () => void;
  close(): Promise<void>;
}

export interface CoordinatorOptions {
  /** amqp://user:password@host:port/vhost */
  url: string;
  /** http://user:password@host:port */
  managementUrl: string;
  /** Shown as the connection's name in the management page. */
  name: string;
  /** The main graph's file, if there is one. */
  file?: GraphFile;
  library?: Library;
  log: Log;
  onReconnect?: () => void;
  /** Another coordinator has taken over while this one was cut off: it must end. */
  onLost(): void;
}

/** A tap that is open, and where. */
interface OpenTap {
  edges: EdgeEnds[];
  end(why: string): Promise<void>;
}

export function createCoordinator(options: CoordinatorOptions): Coordinator {
  const { url, managementUrl, name, file, library, log } = options;
  const vhost = vhostOf(url);
  const api = managementApi(managementUrl);
  const management = createManagement(managementUrl, vhost);
  const memory = createMemory(api, vhost, log);
  const participants = createParticipants();
  const networks = new Map<string, LiveNetwork>();
  const listeners = new Set<(event: CoordinatorEvent) => void>();
  const openTaps = new Set<OpenTap>();
  /** Edges that are being taken away: a tap opened now would be what keeps their messages from being seen as unroutable. */
  const going = new Set<string>();
  const announced = new Map<string, Component>();
  let mainId: string | undefined;
  let fileText: string | undefined;
  let fileProblem: string | undefined;
  let working = false;
  let closed = false;
  let stopWatching: () => void = () => {};
  let stopPresence: () => void = () => {};

  const broker = new MessageBroker(url, {
    name,
    log,
    background: true,
    managementUrl,
    onReconnect: () => {
      options.onReconnect?.();
      void returned();
    },
  });
  broker.connect(() => {});
  const { connection } = broker;
  const leadership = seekLeadership(connection, log);
  const ports = createPorts(participants, (role) => {
    for (const network of networks.values()) {
      const component = network.graph().nodes.get(role)?.component;
      if (component !== undefined) return component;
    }
    return undefined;
  });
  const rerouting = createRerouting(connection);
  const wiring = createWiring({ management, connection, rerouting, ports, log });
  const coreRoles = createCoreRoles(url, connection, log);

  function emit(event: CoordinatorEvent): void {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        log.error({ err: error }, 'a listener has failed');
      }
    }
  }

  // -- what is remembered ----------------------------------------------------------------------------------------------

  function remembered(): Remembered {
    return {
      file: fileText,
      main: mainId,
      networks: [...networks.values()].map((network) => ({
        id: network.id,
        graph: graphJson(network.graph()),
        state: network.state(),
        startedAt: network.startedAt(),
        pending: network.pending(),
      })),
    };
  }

  async function save(): Promise<void> {
    const paused = [...networks.values()].filter((network) => network.state() === 'stopped');
    participants.setPaused(new Set(paused.flatMap((network) => network.workers())));
    await memory.save(remembered());
  }

  // -- networks --------------------------------------------------------------------------------------------------------

  function open(
    id: string,
    graph: Graph,
    kept: { state: NetworkState; startedAt?: number; pending?: readonly number[] },
  ): LiveNetwork {
    const network = createNetwork({
      id,
      graph,
      ...kept,
      wiring,
      ports,
      participants,
      coreRoles,
      connection,
      send,
      beforeEdgesGo: endTapsOf,
      save,
      emit,
      log,
      ...(file?.id === id ? { write } : {}),
    });
    networks.set(id, network);
    return network;
  }

  /** The graph file gets what is live now; the watch then finds nothing new in it. */
  async function write(graph: Graph): Promise<string> {
    fileText = await file!.write(graph);
    fileProblem = undefined;
    await save();
    return file!.path;
  }

  async function applyFile(text: string): Promise<void> {
    if (text === fileText) return;
    const network = networks.get(file!.id);
    if (network === undefined) return;
    try {
      const changes = changesBetween(network.graph(), file!.parse(text));
      const { events } = await network.change(changes);
      fileText = text;
      fileProblem = undefined;
      await save();
      const edges = events.flatMap((event) =>
        event.do === 'addedge'
          ? [`+ ${edgeText(event.edge)}`]
          : event.do === 'removeedge'
            ? [`- ${edgeText(event)}`]
            : [],
      );
      log.info({ file: file!.path, edges }, 'the graph file has changed: applied');
    } catch (error) {
      fileFailed(error as Error);
    }
  }

  function fileFailed({ message }: Error): void {
    fileProblem = message;
    log.error({ file: file!.path, why: message }, 'the graph file is not applied: everything stays as it is');
    emit({ kind: 'error', graph: file!.id, message });
  }

  /** Live graphs are what they were before a restart; where the file has been edited meanwhile, the file counts. */
  async function resume(): Promise<void> {
    const before = await memory.read();
    const read = file === undefined ? undefined : await file.read();
    for (const { id, graph, state, startedAt, pending } of before?.networks ?? []) {
      const parsed = parseGraph(JSON.stringify(graph), `${id}.json`);
      open(id, parsed, { state, pending, ...(startedAt === undefined ? {} : { startedAt }) });
    }
    fileText = before?.file;
    if (file !== undefined && read !== undefined && !networks.has(file.id)) {
      fileText = read.text;
      const pending = read.graph.initials.map((_, place) => place);
      open(file.id, read.graph, { state: 'started', startedAt: Date.now(), pending });
    }
    mainId = before?.main !== undefined && networks.has(before.main) ? before.main : file?.id;
    await wiring.settle(); // what is bound is known from here on
    for (const network of networks.values()) await network.resume();
    if (read !== undefined && read.text !== fileText) await applyFile(read.text);
    await wiring.settle();
    await save();
  }

  // -- the broker ------------------------------------------------------------------------------------------------------

  async function begin(): Promise<void> {
    await connection.declare(async (channel) => void (await channel.assertQueue(DISCOVERY_QUEUE, { durable: true })));
    await leadership.won;
    if (closed) return;
    void setPolicies(management, log);
    const presence = watchPresence(management, participants, log);
    stopPresence = presence.stop;
    await presence.now().catch(() => {}); // who is there, before anybody announces himself
    await resume();
    participants.onChange(({ participant, was }) => noticed(participant, was));
    broker.subscribeParticipantChange((message) => {
      participants.hear(message.data);
      broker.ackMessage(message);
    });
    if (file !== undefined) stopWatching = file.watch((text) => void applyFile(text), fileFailed);
    working = true;
    wiring.soon();
  }

  function noticed(participant: ParticipantView, was: ParticipantView['state'] | undefined): void {
    log.debug({ participant: participant.id, role: participant.role, state: participant.state, was }, 'a participant');
    wiring.soon();
    for (const network of networks.values()) if (network.pending().length > 0) void network.sendInitials();
    if (!participant.announced || participant.component === undefined) return;
    const component = componentOf(participant);
    if (JSON.stringify(announced.get(component.name)) === JSON.stringify(component)) return;
    announced.set(component.name, component);
    emit({ kind: 'component', component });
  }

  async function returned(): Promise<void> {
    if (!working) return;
    try {
      if (!(await leadership.renew())) {
        log.error('another coordinator took over while this one was cut off from the broker');
        options.onLost();
        return;
      }
    } catch (error) {
      log.warn({ err: error }, 'the connection is gone again');
      return; // the next one comes here, too
    }
    await setPolicies(management, log);
    await wiring.renew();
    await save(); // a broker that lost its data has lost this, too
  }

  // -- data on edges ---------------------------------------------------------------------------------------------------

  /** Ends the taps on edges that are going to be taken away, and lets none be opened until they are. Resolves with how to go on. */
  async function endTapsOf(edges: readonly EdgeEnds[]): Promise<() => void> {
    const texts = edges.map(edgeText);
    for (const text of texts) going.add(text);
    const ending = [...openTaps].filter((tap) => tap.edges.some((edge) => texts.includes(edgeText(edge))));
    await Promise.all(ending.map((tap) => tap.end('its edge was taken away')));
    return () => {
      for (const text of texts) going.delete(text);
    };
  }

  async function openTap(
    sources: readonly string[],
    edges: EdgeEnds[],
    request: TapRequest,
    onMessage: (message: TappedMessage) => void,
  ): Promise<EdgeTap> {
    const leaving = edges.find((edge) => going.has(edgeText(edge)));
    if (leaving !== undefined) throw new Error(`${edgeText(leaving)} is being taken away`);
    const { perSecond, all } = request;
    const opening = sources.map((source) => openEdgeTap(connection, source, { perSecond, all, log }, onMessage));
    const close = async (): Promise<void> => {
      openTaps.delete(open);
      const opened = await Promise.allSettled(opening);
      await Promise.all(opened.map((tap) => (tap.status === 'fulfilled' ? tap.value.close() : undefined)));
    };
    const open: OpenTap = {
      edges,
      async end(why) {
        await close();
        request.onEnd?.(why);
      },
    };
    openTaps.add(open);
    try {
      await Promise.all(opening);
    } catch (error) {
      await close();
      throw error;
    }
    return { close };
  }

  async function send(inport: End, data: unknown): Promise<void> {
    const queues = ports.queues(inport.role, 'inports', inport.port);
    if (queues.length === 0) throw new Error(`nobody has announced the port ${endText(inport)}`);
    const item = `initial-${randomUUID()}`;
    for (const queue of queues) await broker.publish('inqueue', queue, data, { headers: { 'x-item': item } });
  }

  // -- components ------------------------------------------------------------------------------------------------------

  function components(): Component[] {
    const listed = new Map<string, Component>();
    for (const { name: known, description } of library?.components() ?? []) {
      listed.set(known, { name: known, ...(description ? { description } : {}), inports: [], outports: [] });
    }
    for (const participant of participants.all()) {
      if (participant.announced && participant.component !== undefined) {
        listed.set(participant.component, componentOf(participant));
      }
    }
    for (const component of coreComponents) listed.set(component.name, component);
    return [...listed.values()];
  }

  void begin().catch((error: unknown) => {
    if (closed) return;
    log.fatal({ err: error }, 'the coordinator cannot begin');
    options.onLost();
  });

  return {
    ready() {
      const state = connection.state();
      if (!state.up) return { ok: false, reason: state.reason, standingBy: false };
      if (leadership.standingBy()) {
        return { ok: false, reason: 'another coordinator is at work on this vhost', standingBy: true };
      }
      return working ? { ok: true } : { ok: false, reason: 'starting', standingBy: false };
    },
    networks: () => [...networks.values()],
    network: (id) => networks.get(id),
    main: () => (mainId === undefined ? undefined : networks.get(mainId)),
    async clear(id, { name: title, main = false, by }) {
      await networks.get(id)?.end();
      const network = open(id, title === undefined ? EMPTY_GRAPH : { ...EMPTY_GRAPH, name: title }, { state: 'new' });
      if (main) mainId = id;
      await save();
      emit({ kind: 'cleared', graph: id, ...(title === undefined ? {} : { name: title }), main, by });
      return network;
    },
    participants,
    wiring,
    ports,
    foreign() {
      const graphs = [...networks.values()].map((network) => network.graph());
      const foreign = foreignEdges(wiring.foreign(), participants, graphs);
      return foreign.filter((edge) => !isLeftover(edge, graphs));
    },
    fileProblem: () => fileProblem,
    components,
    source: async (component) => library?.readSource(component),
    async tap(network, edge, request, onMessage) {
      const wired = wiring.edges(network.id).find((one) => sameEdge(one.edge, edge));
      if (wired === undefined || wired.state !== 'bound') {
        const why = wired === undefined ? 'it is not in the graph' : wired.why;
        throw new Error(`${edgeText(edge)} is not bound, there is nothing to hear: ${why}`);
      }
      const sources = [...new Set(wired.bindings.flatMap(({ src }) => src ?? []))];
      return openTap(sources, [edge], request, onMessage);
    },
    async hear(outport, request, onMessage) {
      const edges = [...networks.values()]
        .flatMap((network) => wiring.edges(network.id))
        .filter(
          ({ edge: { from }, state }) => state === 'bound' && from.role === outport.role && from.port === outport.port,
        );
      if (edges.length === 0) throw new Error(`no edge leads on from ${endText(outport)}: there is nothing to hear`);
      const sources = [...new Set(edges.flatMap(({ bindings }) => bindings.flatMap(({ src }) => src ?? [])))];
      return openTap(
        sources,
        edges.map(({ edge }) => edge),
        request,
        onMessage,
      );
    },
    send,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
      working = false;
      leadership.stop();
      stopWatching();
      stopPresence();
      wiring.stop();
      await coreRoles.close();
      await memory.settle();
      await new Promise<void>((resolve) => broker.disconnect(() => resolve()));
    },
  };
}

/** The component behind a participant, with the ports that it announced. */
function componentOf({ component, label, icon, inports, outports }: ParticipantView): Component {
  const port = ({ id, type, description }: ParticipantView['inports'][number]): ComponentPort => ({
    id: id.toLowerCase(),
    type: type ?? 'any',
    ...(description === undefined ? {} : { description }),
  });
  const shown = (all: ParticipantView['inports']): ComponentPort[] => all.filter(({ hidden }) => !hidden).map(port);
  return {
    name: component!,
    ...(label === undefined ? {} : { description: label }),
    ...(icon === undefined ? {} : { icon }),
    inports: shown(inports),
    outports: shown(outports),
  };
}
