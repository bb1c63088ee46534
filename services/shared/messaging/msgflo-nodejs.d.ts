// The parts of msgflo-nodejs 0.11 that are used here; the package has no types of its own.
declare module 'msgflo-nodejs' {
  import type { EventEmitter } from 'node:events';

  export type Callback = (error?: Error | null) => void;

  export interface PortDefinition {
    id: string;
    type?: string;
    queue?: string;
    hidden?: boolean;
    persistent?: boolean;
    description?: string;
  }

  export interface Definition {
    id?: string;
    role?: string;
    component: string;
    label?: string;
    icon?: string;
    inports: PortDefinition[];
    outports: PortDefinition[];
  }

  /** A received message as the library passes it around. */
  export interface TransportMessage {
    data: unknown;
  }

  /** What the library calls on a transport. */
  export interface MessagingClient {
    connect(callback: Callback): void;
    disconnect(callback: Callback): void;
    createQueue(
      type: 'inqueue' | 'outqueue',
      name: string,
      options: { persistent?: boolean } | Callback,
      callback?: Callback,
    ): void;
    removeQueue(type: 'inqueue' | 'outqueue', name: string, callback: Callback): void;
    sendTo(type: 'inqueue' | 'outqueue', name: string, message: unknown, callback: Callback): void;
    subscribeToQueue(name: string, handler: (message: TransportMessage) => void, callback: Callback): void;
    ackMessage(message: TransportMessage): void;
    nackMessage(message: TransportMessage): void;
    registerParticipant(definition: unknown, callback: Callback): void;
  }

  /** Answers one message: which port, an error, the data. */
  export type Done = (outport: string, error: Error | null | undefined, data?: unknown) => void;

  export namespace participant {
    class Participant extends EventEmitter {
      constructor(
        client: string | MessagingClient,
        definition: Definition,
        func: (inport: string, data: unknown, done: Done) => void,
        role: string,
        options?: { discoveryPeriod?: number },
      );
      readonly definition: Definition & { id: string; role: string };
      start(callback: Callback): void;
      stop(callback: Callback): void;
      setupPorts(callback: Callback): void;
      register(callback: Callback): void;
    }
    function startParticipant(
      library: Record<string, (client: string, role: string) => Participant>,
      client: string,
      component: string,
      role: string,
      callback: (error: Error | null, participant?: Participant) => void,
    ): void;
  }

  export namespace transport {
    function register(scheme: string, module: { Client: unknown; MessageBroker: unknown }): void;
    function getClient(address: string, options?: object): MessagingClient;
    function getBroker(address: string, options?: object): MessagingClient;
  }
}
