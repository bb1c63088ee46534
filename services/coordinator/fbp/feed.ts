// Data on edges and out-ports, for all clients: one tap for each that somebody listens to, opened by the first and closed by the last.
//
// A tap can only be open while its edge is bound. One that is not, or is taken away, is tried again: when an edge is added, when a
// network starts, and each second.
import type { Log } from '../../shared/log.ts';
import type { EdgeTap, TappedMessage } from '../../shared/messaging/edge-tap.ts';
import type { Coordinator, TapRequest } from '../coordinator.ts';
import type { Edge, ExportedPort } from '../graph/graph.ts';
import { dataMessage, type Message, messageText, packetMessage } from './messages-out.ts';
import { shownData } from './shown-data.ts';

export type EdgeEnds = Pick<Edge, 'from' | 'to'>;

/** One message as clients are told of it; its text is made once for all of them. */
export interface Heard {
  /** Epoch milliseconds. */
  at: number;
  message: Message;
  text: string;
}

export type Listener = (heard: Heard) => void;
/** Ends listening. Resolves when the tap is closed, where this was the last listener. */
export type Leave = () => Promise<void>;

export interface Feed {
  /** Resolves when the tap is open, or it is known that it cannot be for now. */
  hearEdge(graph: string, edge: EdgeEnds, listener: Listener): Promise<Leave>;
  /** Hears what leaves a graph at one of its exported out-ports. */
  hearOutport(graph: string, port: ExportedPort, listener: Listener): Promise<Leave>;
  close(): Promise<void>;
}

/** Messages of one edge that are shown in a second, to all clients alike. */
const PER_SECOND = 50;
const TRY_AGAIN_MS = 1_000;

type Open = (request: TapRequest, onMessage: (message: TappedMessage) => void) => Promise<EdgeTap>;

interface SharedTap {
  readonly listeners: Set<Listener>;
  /** Opens it where somebody listens and it is not open, closes it where nobody does. One step after the other. */
  settle(): Promise<void>;
}

function createSharedTap(open: Open, toMessage: (data: unknown) => Message, log: Log): SharedTap {
  const listeners = new Set<Listener>();
  let tap: EdgeTap | undefined;
  let turn: Promise<void> = Promise.resolve();

  function onMessage({ at, size, data }: TappedMessage): void {
    const message = toMessage(shownData(data, size));
    const heard = { at, message, text: messageText(message) };
    for (const listener of listeners) listener(heard);
  }

  async function step(): Promise<void> {
    if (listeners.size > 0 && tap === undefined) {
      let ended = false;
      const onEnd = (): void => {
        ended = true;
        tap = undefined;
      };
      try {
        const opened = await open({ perSecond: PER_SECOND, onEnd }, onMessage);
        tap = ended ? undefined : opened;
      } catch (error) {
        log.debug({ why: (error as Error).message }, 'nothing can be heard there for now');
      }
    } else if (listeners.size === 0 && tap !== undefined) {
      const closing = tap;
      tap = undefined;
      await closing.close().catch((error: unknown) => log.debug({ err: error }, 'a tap went before it was closed'));
    }
  }

  return {
    listeners,
    settle() {
      turn = turn.then(step);
      return turn;
    },
  };
}

export function createFeed(coordinator: Coordinator, log: Log): Feed {
  const taps = new Map<string, SharedTap>();

  function settleAll(): void {
    for (const tap of taps.values()) void tap.settle();
  }
  const timer = setInterval(settleAll, TRY_AGAIN_MS);
  timer.unref();
  const stopListening = coordinator.listen((event) => {
    if (event.kind === 'started' || (event.kind === 'graph' && event.event.do === 'addedge')) settleAll();
  });

  async function join(key: string, make: () => SharedTap, listener: Listener): Promise<Leave> {
    const tap = taps.get(key) ?? make();
    taps.set(key, tap);
    // The same listener may come twice; each of them leaves for itself.
    const mine: Listener = (heard) => listener(heard);
    tap.listeners.add(mine);
    await tap.settle();
    return async () => {
      tap.listeners.delete(mine);
      if (tap.listeners.size === 0 && taps.get(key) === tap) taps.delete(key);
      await tap.settle();
    };
  }

  return {
    hearEdge: (graph, edge, listener) =>
      join(
        JSON.stringify(['edge', graph, edge.from, edge.to]),
        () => {
          const open: Open = async (request, onMessage) => {
            const network = coordinator.network(graph);
            if (network === undefined) throw new Error(`there is no graph ${graph}`);
            return coordinator.tap(network, edge, request, onMessage);
          };
          return createSharedTap(open, (data) => dataMessage(graph, edge.from, edge.to, data), log);
        },
        listener,
      ),
    hearOutport: (graph, port, listener) =>
      join(
        JSON.stringify(['out-port', graph, port.public, port.end]),
        () =>
          createSharedTap(
            (request, onMessage) => coordinator.hear(port.end, request, onMessage),
            (data) => packetMessage(graph, port.public, data),
            log,
          ),
        listener,
      ),
    async close() {
      clearInterval(timer);
      stopListening();
      const open = [...taps.values()];
      taps.clear();
      for (const { listeners } of open) listeners.clear();
      await Promise.all(open.map((tap) => tap.settle()));
    },
  };
}
