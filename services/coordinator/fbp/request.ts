// One request of a client, in the hands of the sub-protocol that answers it.
import type { Coordinator } from '../coordinator.ts';
import type { Network } from '../network.ts';
import type { Feed } from './feed.ts';
import type { Listening } from './listening.ts';
import type { CommandName, PayloadOf, ProtocolName } from './messages-in.ts';
import type { Message } from './messages-out.ts';
import { Refusal } from './refusal.ts';
import type { Traces } from './traces.ts';

/** What clients are told of the runtime. */
export interface RuntimeInfo {
  /** A UUID, version 4. */
  id: string;
  namespace?: string;
  /** Of the source code. */
  repository?: string;
  label: string;
}

/** What all clients share. */
export interface Runtime {
  readonly coordinator: Coordinator;
  readonly feed: Feed;
  readonly traces: Traces;
  readonly info: RuntimeInfo;
  /** Graphs in debug mode. */
  readonly debug: Set<string>;
}

/** The client that asks, as far as answers change what it is told later. */
export interface Client {
  readonly listening: Listening;
  /** From now on it is told when the exported ports of the main graph change. */
  followPorts(): void;
}

export interface Request {
  readonly client: Client;
  readonly command: CommandName;
  /** Whether it came with the secret. */
  readonly authorized: boolean;
  /** Whether the client has its answer: often an event, by `by`, before the call that caused it returns. */
  readonly answered: boolean;
  /** Part of the answer, with the request's id. */
  answer(message: Message): void;
  /** To this client alone, but no answer. */
  tell(message: Message): void;
}

/** How the commands of a sub-protocol are done. What one throws is the answer: an error of that protocol. */
export type Handlers<P extends ProtocolName> = {
  [C in Extract<CommandName, `${P}:${string}`>]: (payload: PayloadOf<C>, request: Request) => Promise<void> | void;
};

/** @throws {Refusal} with the text by which clients and their tests know this error */
export function networkOf({ coordinator }: Pick<Runtime, 'coordinator'>, graph: string): Network {
  const network = coordinator.network(graph);
  if (network === undefined) throw new Refusal('Requested graph not found');
  return network;
}
