// The rules above any driver: which roles there are, what may be done to their replicas, and what is known of them. Whoever wants
// something of a replica asks here.
import type { Log } from '../shared/log.ts';
import type { Bound } from './bounds.ts';
import { createCrashLoops, type Looping } from './crash-loops.ts';
import { type Driver, DriverError, type ReplicaState } from './driver.ts';
import type { Events } from './events.ts';
import { createKnownBounds, type KnownBound } from './known-bounds.ts';
import { createLastCounts } from './last-counts.ts';
import { createLooking } from './looking.ts';
import type { Role, Roles } from './roles.ts';
import { createSetting, type SetOutcome } from './setting.ts';
import { createView, type RoleReplica } from './view.ts';

export type Counts = Record<ReplicaState, number>;

export interface RoleView extends Bound {
  role: string;
  service: string;
  replicas: Counts;
  /** What docker-compose.yml says. */
  composeReplicas: number;
  crashLooping?: Looping;
}

export type Action = 'signal' | 'kill' | 'pause' | 'resume' | 'restart' | 'cut' | 'heal';

/** How often it is seen whether guv.yaml has other services, for drivers that watch no others. */
const SERVICES_EVERY_MS = 5_000;

interface ReplicasOptions {
  driver: Driver;
  roles: Roles;
  events: Events;
  log: Log;
}

export type Replicas = ReturnType<typeof createReplicas>;

/** Each @throws {DriverError} */
export function createReplicas({ driver, roles, events, log }: ReplicasOptions) {
  const loops = createCrashLoops();
  const view = createView({ loops, events });
  const boundOf = createKnownBounds(driver);
  const { look, follow, trouble } = createLooking({ refresh, log });
  /** Told to end by us, and not yet gone. */
  const removing = new Set<string>();

  function onRemoving(id: string, gone: Promise<unknown>): void {
    removing.add(id);
    gone.finally(() => {
      removing.delete(id);
      look();
    });
  }

  const list = (role: Role): Promise<RoleReplica[]> => listOf([role]);
  const setting = createSetting({ driver, boundOf, loops, events, log, list, onRemoving });
  const setInTurn = createLastCounts(async (role: string, wanted: number) => {
    const outcome = await setting(await roleNamed(role), wanted);
    look();
    return outcome;
  });

  async function allRoles(): Promise<Role[]> {
    return roles.all().catch((cause: unknown) => {
      throw new DriverError('unreachable', `the roles are not known: ${(cause as Error).message}`, { cause });
    });
  }

  async function roleNamed(name: string): Promise<Role> {
    const all = await allRoles();
    const role = all.find((one) => one.role === name);
    if (role !== undefined) return role;
    const there = all.map((one) => one.role).join(', ');
    throw new DriverError('unknown', `there is no role ${name} in guv.yaml; there is ${there}`);
  }

  async function listOf(some: readonly Role[]): Promise<RoleReplica[]> {
    const replicas = await driver.list(some.map(({ service }) => service));
    return replicas.flatMap((replica) => {
      const role = some.find(({ service }) => service === replica.service)?.role;
      if (role === undefined) return [];
      // Until it is gone, also in the moment between its end and that.
      const state = removing.has(replica.id) ? 'draining' : replica.state;
      return [{ ...replica, state, role, crashLooping: loops.isLooping(replica.id) }];
    });
  }

  async function refresh(): Promise<void> {
    const all = await allRoles();
    const replicas = await listOf(all);
    view.look(
      replicas,
      all.map(({ role }) => role),
    );
  }

  /** Undefined where a role of guv.yaml is no service of this lab. */
  async function viewRole(role: Role, replicas: readonly RoleReplica[]): Promise<RoleView | undefined> {
    const known = await boundOf(role).catch((error: unknown): KnownBound | undefined => {
      if (error instanceof DriverError && error.kind === 'unknown') return undefined;
      throw error;
    });
    if (known === undefined) return undefined;
    const counts: Counts = { starting: 0, ready: 0, draining: 0, exited: 0, dead: 0 };
    for (const one of replicas) if (one.role === role.role) counts[one.state] += 1;
    const looping = loops.ofRole(role.role);
    return {
      role: role.role,
      service: role.service,
      replicas: counts,
      composeReplicas: known.numbers.replicas,
      ...known.bound,
      ...(looping === undefined ? {} : { crashLooping: looping }),
    };
  }

  async function find(id: string): Promise<RoleReplica> {
    const all = await listOf(await allRoles());
    const replica = all.find((one) => one.id === id);
    if (replica !== undefined) return replica;
    const there = all.map((one) => one.id).join(', ') || 'none';
    throw new DriverError('unknown', `there is no replica ${id} of a role in guv.yaml; there is ${there}`);
  }

  function perform(id: string, action: Action, signal: NodeJS.Signals): Promise<void> {
    if (action === 'signal') return driver.signal(id, signal);
    if (action === 'kill') return driver.signal(id, 'SIGKILL');
    return driver[action](id);
  }

  const services = async (): Promise<string[]> =>
    (await allRoles().catch((): Role[] => [])).map(({ service }) => service);

  /** Has the driver watch the services of all roles, and begins anew when these are others. */
  async function watchServices(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const watched = await services();
      const others = new AbortController();
      const timer = setInterval(async () => {
        if ((await services()).join() !== watched.join()) others.abort();
      }, SERVICES_EVERY_MS).unref();
      await driver.watch(watched, look, AbortSignal.any([signal, others.signal]));
      clearInterval(timer);
    }
  }

  return {
    async roles(): Promise<RoleView[]> {
      const all = await allRoles();
      const replicas = await listOf(all);
      const views = await Promise.all(all.map((role) => viewRole(role, replicas)));
      return views.filter((one) => one !== undefined);
    },
    list: async (role?: string): Promise<RoleReplica[]> =>
      listOf(role === undefined ? await allRoles() : [await roleNamed(role)]),
    /**
     * Resolves when those that are to start have been started and those that are to go have been chosen. Of several requests for a role that
     * come meanwhile the last one counts.
     */
    async set(role: string, wanted: number): Promise<SetOutcome> {
      await roleNamed(role);
      return setInTurn(role, wanted);
    },
    /** Answers with the replica as it is then. */
    async act(id: string, action: Action, signal: NodeJS.Signals = 'SIGTERM'): Promise<RoleReplica> {
      const replica = await find(id);
      log.info({ id, role: replica.role, action, ...(action === 'signal' ? { signal } : {}) }, 'asked for');
      await perform(id, action, signal);
      look();
      return (await listOf([await roleNamed(replica.role)])).find((one) => one.id === id) ?? replica;
    },
    /** Follows what happens until the signal. */
    watch(signal: AbortSignal): void {
      follow(signal);
      void watchServices(signal);
    },
    /** Why the replicas could not be seen at the last look; undefined where they could. */
    trouble,
  };
}
