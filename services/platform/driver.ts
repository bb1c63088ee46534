// What a driver must be able to do: the same over containers, processes, and whatever follows. It does what it is told; which replica, how
// many and whether at all is decided above it (replicas.ts).

/**
 *   starting --(it does its work)--> ready --(told to end)--> draining --> gone from the list
 *       |                              |
 *       +---(it ended by itself, or was killed)---> dead (exit code not 0, or a signal), exited (exit code 0)
 */
export type ReplicaState = 'starting' | 'ready' | 'draining' | 'exited' | 'dead';

export interface Replica {
  /** Unique in the lab: a container's short id, a process's name. */
  id: string;
  /** As it calls itself to the broker: `resize-3f2a91c07b1e`, `resize-2`. */
  name: string;
  /** The Compose service. */
  service: string;
  state: ReplicaState;
  /** Epoch seconds: since when it is in that state, and when its (last) start was asked for. */
  since: number;
  requestedAt: number;
  exitCode?: number;
  outOfMemory?: boolean;
  paused: boolean;
  cut: boolean;
  /** How often it was started again after it ended by itself. */
  restarts: number;
  /** Somebody ended it with a signal: its end says nothing about its health. */
  killed?: boolean;
  /** `host:port` of its page with /healthz and /metrics, for other services; missing where it has none. */
  address?: string;
}

export interface ServiceNumbers {
  /** What docker-compose.yml says. */
  replicas: number;
  /** Limits of one replica, where there are: cores, bytes. */
  cpus?: number;
  memoryBytes?: number;
}

/** What ended a replica that was told to end: by itself, or after the grace with SIGKILL. */
export type Ending = 'drained' | 'killed';

/** A refusal that people can do something about; its message says what was expected. */
export class DriverError extends Error {
  override readonly name = 'DriverError';
  /** `unsupported`: this driver cannot do that at all. */
  readonly kind: 'unknown' | 'unsupported' | 'refused' | 'unreachable';
  constructor(kind: DriverError['kind'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** Each @throws {DriverError} */
export interface Driver {
  readonly name: string;
  /** Those of the lab's own services that are named. */
  list(services: readonly string[]): Promise<Replica[]>;
  /** Calls when something may have changed, and after each reconnection. Ends with the signal. Never rejects. */
  watch(services: readonly string[], onChange: () => void, signal: AbortSignal): Promise<void>;
  /** So many more; resolves with their ids when they are started, not when they are ready. Starts what lies there ended first. */
  add(service: string, count: number): Promise<string[]>;
  /** SIGTERM, the grace of the service, SIGKILL; then it is gone. The last of a service may be kept, ended, as the pattern of the next. */
  remove(id: string): Promise<Ending>;
  signal(id: string, signal: NodeJS.Signals): Promise<void>;
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  restart(id: string): Promise<void>;
  /** Takes it off the network, and puts it back. */
  cut(id: string): Promise<void>;
  heal(id: string): Promise<void>;
  numbers(service: string): Promise<ServiceNumbers>;
  /** The limits of all that runs in the lab, one entry a replica. A driver that cannot tell has none of these. */
  inUse?(): Promise<{ service: string; cpus?: number; memoryBytes?: number }[]>;
  /** Cores and bytes of the host. */
  host(): Promise<{ cpus: number; memoryBytes: number }>;
}
