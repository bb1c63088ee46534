// Runs the services of the Compose file as processes: in the order of their dependencies, so many replicas of each.
import type { Ending } from '../../services/platform/driver.ts';
import type { SupervisedService, SupervisorEvent } from '../../services/platform/drivers/process/supervisor-api.ts';
import { createDependencies } from './dependencies.ts';
import type { Replica } from './replica.ts';
import { createReplicaSet, Refused, type ReplicaSet, type Runnable } from './replica-set.ts';

/** Each @throws {Refused} where there is no such service or replica, or it cannot be done */
export interface Supervisor {
  status(): SupervisedService[];
  /** Starts what is down: of all services, or of one and those it depends on. Resolves when it is asked for, not healthy. */
  start(name?: string): Promise<void>;
  /** Of one service, or of all: then nothing is ever started again. */
  stop(name?: string): Promise<void>;
  restart(name: string): Promise<void>;
  scale(name: string, replicas: number): Promise<void>;
  /** So many more: what lies there ended is started first. Answers with their names. */
  add(name: string, count: number): Promise<string[]>;
  /** Signals every running replica of a service, or the named one; answers with those that were signalled. */
  kill(name: string, signal: NodeJS.Signals, replica?: string): Promise<string[]>;
  /** Signals one replica. One that is stopped (SIGSTOP) is shown as paused until it goes on. */
  signal(replica: string, signal: NodeJS.Signals): Promise<void>;
  /** Ends one replica in order; resolves when it is gone for good. */
  remove(replica: string): Promise<Ending>;
  /** Ends one replica in order and starts it again. */
  restartOne(replica: string): Promise<void>;
  /** Calls for each change, until it is told to end. */
  watch(onEvent: (event: SupervisorEvent) => void): () => void;
  /** `name` and process id of everything that runs. */
  processes(): { name: string; pid: number }[];
}

export function createSupervisor(parts: {
  services: readonly Runnable[];
  onChange(): void;
  say(line: string): void;
}): Supervisor {
  const { say } = parts;
  const sets = new Map<string, ReplicaSet>();
  const watchers = new Set<(event: SupervisorEvent) => void>();
  const changes = new EventTarget();
  /** Who scales may not know yet that all of it ends: what it adds then would outlive this process. */
  let ending = false;
  const tell = (event: SupervisorEvent): void => {
    changes.dispatchEvent(new Event('change'));
    for (const watcher of watchers) watcher(event);
    parts.onChange();
  };

  const dependencies = createDependencies({
    services: parts.services.map(({ service }) => service),
    isThere: (name, healthy) =>
      of(name)
        .map((replica) => replica.status())
        .some(({ state, pid }) => state === 'healthy' || (!healthy && pid !== undefined)),
    changes,
    say,
  });
  for (const runnable of parts.services) {
    const service = runnable.service.name;
    const set = createReplicaSet(runnable, {
      beforehand: (signal) => dependencies.untilThere(service, signal),
      isEnding: () => ending,
      onChange: (replica) => tell({ at: Date.now(), event: 'state', service, replica }),
      onGone: (name) => tell({ at: Date.now(), event: 'gone', service, name }),
      say,
    });
    sets.set(service, set);
  }

  const of = (name: string): Replica[] => sets.get(name)?.all() ?? [];

  function find(name: string): ReplicaSet {
    const found = sets.get(name);
    if (found !== undefined) return found;
    throw new Refused(`there is no service ${name}; there are ${[...sets.keys()].join(', ')}`, { unknown: true });
  }

  function findOne(name: string): { set: ReplicaSet; replica: Replica } {
    const all = [...sets.values()].flatMap((set) => set.all().map((replica) => ({ set, replica })));
    const found = all.find(({ replica }) => replica.name === name);
    if (found !== undefined) return found;
    const names = all.map(({ replica }) => replica.name).join(', ') || 'none';
    throw new Refused(`there is no replica ${name}; there are ${names}`, { unknown: true });
  }

  async function stopAll(replicas: readonly Replica[]): Promise<void> {
    await Promise.all(replicas.map((replica) => replica.stop()));
  }

  return {
    status: () =>
      [...sets].map(([name, set]) => ({
        name,
        replicas: set.all().map((replica) => replica.status()),
        numbers: set.numbers,
      })),

    async start(name) {
      const wanted = name === undefined ? undefined : dependencies.closure(find(name).service.name);
      const chosen = [...sets].filter(([service]) => wanted?.has(service) ?? true);
      await Promise.all(chosen.map(([, set]) => set.fill()));
    },

    async stop(name) {
      if (name === undefined) {
        ending = true;
        return dependencies.fromTheEnd((service) => stopAll(of(service)));
      }
      await stopAll(find(name).all());
    },

    async restart(name) {
      const set = find(name);
      await stopAll(set.all());
      await set.fill();
    },

    async scale(name, wanted) {
      const set = find(name);
      await set.shrink(wanted);
      if (wanted > 0) await set.fill(wanted);
    },

    add: (name, count) => find(name).add(count),

    async kill(name, signal, only) {
      const chosen = find(name)
        .all()
        .filter((replica) => only === undefined || replica.name === only);
      if (only !== undefined && chosen.length === 0) {
        throw new Refused(`${name} has no replica ${only}`, { unknown: true });
      }
      const killed = await Promise.all(
        chosen.map(async (replica) => ((await replica.signal(signal)) ? [replica.name] : [])),
      );
      return killed.flat();
    },

    async signal(name, signal) {
      if (!(await findOne(name).replica.signal(signal))) throw new Refused(`${name} does not run`);
    },

    async remove(name) {
      const { set, replica } = findOne(name);
      return set.remove(replica);
    },

    async restartOne(name) {
      const { set, replica } = findOne(name);
      await replica.stop();
      set.start(replica);
    },

    watch(onEvent) {
      watchers.add(onEvent);
      return () => void watchers.delete(onEvent);
    },

    processes: () =>
      [...sets.values()]
        .flatMap((set) => set.all())
        .flatMap((replica) => replica.pids().map((pid) => ({ name: replica.name, pid }))),
  };
}
