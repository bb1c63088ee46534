// Turns the graph into bindings on the broker: for each edge, from the exchange that the source announced to every queue
// that the target announced. A binding is durable, so the flow goes on without the coordinator.
import type { Log } from '../shared/log.ts';
import type { BrokerBinding } from '../shared/messaging/management.ts';
import { queueOf } from '../shared/messaging/names.ts';
import { type Edge, edgeText, type Graph } from './graph.ts';
import type { Participants } from './participants.ts';

/** What is done on the broker. Each rejects where the broker refuses, a queue that is gone among the reasons. */
export interface WiringBroker {
  bind(source: string, queue: string): Promise<void>;
  /** Declares where a queue's rejected messages go; until then they would vanish. */
  declareDeadLetters(queue: string): Promise<void>;
}

export interface Wiring {
  /** Makes what is missing. Safe to call at any time; calls follow each other. */
  update(): Promise<void>;
  /** Forgets what was made, as after the broker's return, and makes it again. */
  restart(): Promise<void>;
  /** Takes over what the broker has bound already, from before this coordinator started. */
  adopt(bindings: readonly BrokerBinding[]): void;
  /** The edges that no binding stands for yet, as text. */
  missing(): string[];
}

export function createWiring(graph: Graph, participants: Participants, broker: WiringBroker, log: Log): Wiring {
  const made = new Set<string>();
  const wired = new Set<string>();
  let turn: Promise<void> = Promise.resolve();

  async function make(key: string, what: () => Promise<void>): Promise<boolean> {
    if (made.has(key)) return true;
    try {
      await what();
      made.add(key);
      return true;
    } catch (error) {
      // The queue of a replica that has just ended, or the broker is away: the next announcement or connection tries again.
      log.warn({ err: (error as Error).message }, `could not make ${key}`);
      return false;
    }
  }

  async function wire(edge: Edge): Promise<void> {
    const text = edgeText(edge);
    const sources = participants.queues(edge.from.role, 'outports', edge.from.port);
    const targets = participants.queues(edge.to.role, 'inports', edge.to.port);
    for (const queue of targets) {
      const shared = queue === queueOf(edge.to.role, edge.to.port); // what a single replica hears for itself has no dead letters
      if (shared) await make(`the dead letters of ${queue}`, () => broker.declareDeadLetters(queue));
      for (const source of sources) {
        const key = `the binding from ${source} to ${queue}`;
        if (!(await make(key, () => broker.bind(source, queue))) || wired.has(text)) continue;
        wired.add(text);
        log.info({ edge: text }, 'wired');
      }
    }
  }

  async function wireAll(): Promise<void> {
    for (const edge of graph.edges) await wire(edge);
  }

  const next = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work);
    return turn;
  };

  return {
    update: () => next(wireAll),
    restart: () =>
      next(async () => {
        made.clear();
        await wireAll();
      }),
    adopt(bindings) {
      for (const edge of graph.edges) {
        const source = queueOf(edge.from.role, edge.from.port);
        const target = queueOf(edge.to.role, edge.to.port);
        const bound = bindings.some(
          (binding) =>
            binding.source === source &&
            (binding.destination === target || binding.destination.startsWith(`${target}.`)),
        );
        if (bound) wired.add(edgeText(edge));
      }
    },
    missing: () => graph.edges.map(edgeText).filter((text) => !wired.has(text)),
  };
}
