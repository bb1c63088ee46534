// Runs the services of the Compose file as processes: in the order of their dependencies, so many replicas of each.
import type { ComposeService } from './compose-file.ts';
import { createReplica, type Launched, type Replica, type ReplicaStatus } from './replica.ts';

/** What the supervisor needs to know about a service to run it. */
export interface Runnable {
  service: ComposeService;
  /** Gets what a replica needs before it starts for the first time. @throws where it cannot be had, a port for instance. */
  prepare(replica: string): Promise<void>;
  launch(replica: string): Promise<Launched>;
  check(replica: string): Promise<boolean>;
  /** A replica is gone for good: what was kept for it may go. */
  forget(replica: string): void;
  /** How many replicas it may have; backends have one. */
  most: number;
}

export interface ServiceStatus {
  name: string;
  replicas: ReplicaStatus[];
}

/** A request that cannot be met; the message says what was expected. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

export interface Supervisor {
  status(): ServiceStatus[];
  /** Starts what is down: of all services, or of one and those it depends on. Resolves when it is launched, not healthy. */
  start(name?: string): Promise<void>;
  stop(name?: string): Promise<void>;
  restart(name: string): Promise<void>;
  scale(name: string, replicas: number): Promise<void>;
  /** Signals every running replica of a service, or the named one; answers with those that were signalled. */
  kill(name: string, signal: NodeJS.Signals, replica?: string): Promise<string[]>;
  /** `name` and process id of everything that runs. */
  processes(): { name: string; pid: number }[];
}

/** How long a service waits for those it depends on to be healthy, in milliseconds. */
const DEPENDENCY_MS = 180_000;
const MOST_REPLICAS = 100;

export function createSupervisor(parts: {
  services: readonly Runnable[];
  onChange(): void;
  say(line: string): void;
}): Supervisor {
  const { services, say } = parts;
  const replicas = new Map<string, Replica[]>(services.map(({ service }) => [service.name, []]));
  /** Ends the waiting of a service for what it depends on. */
  const starting = new Map<string, AbortController>();
  const changed = new EventTarget();
  const onChange = (): void => {
    changed.dispatchEvent(new Event('change'));
    parts.onChange();
  };

  function find(name: string): Runnable {
    const found = services.find(({ service }) => service.name === name);
    if (found !== undefined) return found;
    throw new Refused(
      `there is no service ${name}; there are ${services.map(({ service }) => service.name).join(', ')}`,
    );
  }

  const of = (name: string): Replica[] => replicas.get(name) ?? [];

  function ready(name: string, healthy: boolean): boolean {
    const states = of(name).map((replica) => replica.status().state);
    return states.some((state) => state === 'healthy' || (!healthy && state !== 'down'));
  }

  /**
   * Resolves when a service is there, or the signal fires, or the limit has passed: then what waits for it is started all
   * the same, and waits by itself.
   */
  function untilReady(name: string, healthy: boolean, signal: AbortSignal): Promise<void> {
    if (!replicas.has(name) || ready(name, healthy) || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(limit);
        changed.removeEventListener('change', look);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const look = (): void => {
        if (ready(name, healthy)) done();
      };
      const limit = setTimeout(() => {
        say(`${name} is not healthy after ${DEPENDENCY_MS / 1000} s; going on without it`);
        done();
      }, DEPENDENCY_MS);
      changed.addEventListener('change', look);
      signal.addEventListener('abort', done);
    });
  }

  function add(runnable: Runnable, number: number): Replica {
    const name = `${runnable.service.name}-${number}`;
    const replica = createReplica({
      name,
      launch: () => runnable.launch(name),
      check: () => runnable.check(name),
      checkEveryMs: runnable.service.healthcheck?.intervalMs ?? 5_000,
      onChange,
      say,
    });
    of(runnable.service.name).push(replica);
    return replica;
  }

  async function startService(runnable: Runnable, count: number): Promise<void> {
    const { name, dependsOn } = runnable.service;
    for (let number = of(name).length + 1; number <= count; number++) await runnable.prepare(`${name}-${number}`);
    // A stop that comes while it waits ends the waiting, and nothing is started.
    starting.get(name)?.abort();
    const own = new AbortController();
    starting.set(name, own);
    await Promise.all(dependsOn.map(({ service, healthy }) => untilReady(service, healthy, own.signal)));
    if (own.signal.aborted) return;
    while (of(name).length < count) add(runnable, of(name).length + 1);
    for (const replica of of(name)) replica.start();
    onChange();
  }

  /** A service and all that it depends on, directly or not. */
  function withDependencies(name: string, found = new Set<string>()): Set<string> {
    if (found.has(name) || !replicas.has(name)) return found;
    found.add(name);
    for (const { service } of find(name).service.dependsOn) withDependencies(service, found);
    return found;
  }

  async function stopService(name: string): Promise<void> {
    starting.get(name)?.abort();
    await Promise.all(of(name).map((replica) => replica.stop()));
  }

  /** Ends each service after those that depend on it. */
  function stopAll(): Promise<void> {
    for (const waiting of starting.values()) waiting.abort();
    const stopping = new Map<string, Promise<void>>();
    const stopOne = (name: string): Promise<void> => {
      const known = stopping.get(name);
      if (known !== undefined) return known;
      const dependents = services.filter(({ service }) => service.dependsOn.some((one) => one.service === name));
      const stopped = Promise.all(dependents.map(({ service }) => stopOne(service.name))).then(() => stopService(name));
      stopping.set(name, stopped);
      return stopped;
    };
    return Promise.all(services.map(({ service }) => stopOne(service.name))).then(() => undefined);
  }

  const count = (runnable: Runnable): number => of(runnable.service.name).length || runnable.service.replicas;

  const supervisor: Supervisor = {
    status: () =>
      services.map(({ service: { name } }) => ({ name, replicas: of(name).map((replica) => replica.status()) })),

    async start(name) {
      const wanted = name === undefined ? undefined : withDependencies(find(name).service.name);
      const chosen = services.filter(({ service }) => wanted?.has(service.name) ?? true);
      await Promise.all(chosen.map((runnable) => startService(runnable, count(runnable))));
    },

    async stop(name) {
      if (name === undefined) return stopAll();
      find(name);
      await stopService(name);
    },

    async restart(name) {
      await supervisor.stop(name);
      for (const replica of of(name)) replica.start();
    },

    async scale(name, wanted) {
      const runnable = find(name);
      const most = Math.min(runnable.most, MOST_REPLICAS);
      if (!Number.isInteger(wanted) || wanted < 0 || wanted > most) {
        throw new Refused(`${name} can have 0 to ${most} replicas, not ${wanted}`);
      }
      const surplus = of(name).splice(wanted);
      await Promise.all(surplus.map((replica) => replica.stop()));
      for (const replica of surplus) runnable.forget(replica.name);
      if (wanted > 0) await startService(runnable, wanted);
      onChange();
    },

    async kill(name, signal, only) {
      find(name);
      const chosen = of(name).filter((replica) => only === undefined || replica.name === only);
      if (only !== undefined && chosen.length === 0) throw new Refused(`${name} has no replica ${only}`);
      const killed = await Promise.all(
        chosen.map(async (replica) => ((await replica.kill(signal)) ? [replica.name] : [])),
      );
      return killed.flat();
    },

    processes: () =>
      [...replicas.values()].flat().flatMap((replica) => replica.pids().map((pid) => ({ name: replica.name, pid }))),
  };
  return supervisor;
}
