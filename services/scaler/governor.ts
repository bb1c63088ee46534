// The scaler at work: looks at each role at its own poll interval, has it decide, and keeps mode, steering and configuration. What cannot be
// reached is tried again at the next poll; nothing here ends the process.
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../shared/log.ts';
import type { ConfigFile, ConfigState } from './config-file.ts';
import type { Decision, Policy } from './deciding/types.ts';
import type { Events } from './events.ts';
import { createLiveRole, type LiveRole, type RoleStatus } from './live-role.ts';
import type { Observer, SourceState } from './observing/observer.ts';
import type { PlatformClient, ReplicasSet } from './observing/platform-client.ts';
import { type Restored, restoreNumbers } from './restore.ts';
import { createRing, type Ring } from './ring.ts';
import type { Mode, State, Steering } from './state.ts';

export interface ScalerStatus {
  mode: Mode;
  at: number;
  config: ConfigState;
  broker: SourceState;
  platform: SourceState;
  roles: RoleStatus[];
}

export interface Governor {
  /** Looks and decides until `stop`; resolves when the configuration was read for the first time. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** One look at all roles, and one decision of each, in mode off, too. @throws {Error} where there is no configuration */
  once(): Promise<Decision[]>;
  status(): ScalerStatus;
  mode(): Mode;
  /** @param restore with off: the numbers of docker-compose.yml are set again */
  setMode(mode: Mode, restore?: boolean): Promise<{ mode: Mode; was: Mode; saved: boolean; restored?: Restored[] }>;
  role(name: string): LiveRole | undefined;
  roles(): string[];
  /** @returns what is set now */
  steer(role: LiveRole, steering: Parameters<LiveRole['steer']>[0]): Promise<Steering & { saved: boolean }>;
  /** At once; in mode act the role stays fixed at it. @throws {PlatformError} */
  setReplicas(role: LiveRole, replicas: number): Promise<ReplicasSet & { fixed?: true }>;
  /** Those of all roles, as they are made. */
  readonly decisions: Ring<Decision>;
}

export interface GovernorOptions {
  config: ConfigFile;
  observer: Observer;
  platform: PlatformClient;
  state: State;
  /** Where nothing is remembered. */
  defaultMode: Mode;
  policies: ReadonlyMap<string, Policy>;
  policiesFolder: string;
  events: Events;
  log: Log;
  /** Seconds since the epoch. */
  now: () => number;
  onScaled?: (decision: Decision, done: ReplicasSet) => void;
}

/** How often the file is looked at, and what could not be read or saved is tried again. Seconds. */
const CHECK_EVERY = 1;
/** Two looks are never nearer to each other: samples that are almost one tell nothing of rates. Seconds. */
const LEAST_BETWEEN = 1;
/** How often it is asked what the platform can scale. Seconds. */
const SERVICES_EVERY = 10;
const KEPT = 500;

interface Timed {
  live: LiveRole;
  /** When it was last looked at, and when the next look is due. */
  looked: number;
  next: number;
  /** The cycle in hand. */
  busy?: Promise<unknown> | undefined;
}

export function createGovernor(options: GovernorOptions): Governor {
  const { config, observer, platform, state, events, log, now } = options;
  const roles = new Map<string, Timed>();
  const decisions = createRing<Decision>(KEPT);
  const stopped = new AbortController();
  /** Of roles, also of those that the file does not have now: they may come back. */
  const steering = new Map<string, Steering>();
  let mode: Mode = options.defaultMode;
  /** Before, nothing is acted on: what a person has set last may say otherwise. */
  let remembers = false;
  let lookingOnce = false;
  let services: { problem?: string; askedAt: number } = { askedAt: Number.NEGATIVE_INFINITY };
  let brokerWas = true;
  let running: Promise<void> = Promise.resolve();
  let wake: () => void = () => {};

  // -- what is to be done ----------------------------------------------------------------------------------------------

  async function applyConfig(): Promise<void> {
    const wanted = config.config()?.roles ?? [];
    const names = new Set(wanted.map(({ role }) => role));
    for (const [name, { live }] of roles) {
      if (names.has(name)) continue;
      roles.delete(name);
      await live.close(); // its replicas stay as they are
    }
    for (const settings of wanted) {
      const known = roles.get(settings.role);
      if (known === undefined) add(settings.role, createLiveRole({ ...options, settings, mode: actingMode }));
      else await known.live.configure(settings);
    }
    services.askedAt = Number.NEGATIVE_INFINITY;
    log.info({ roles: [...names] }, 'the configuration is applied');
  }

  function add(name: string, live: LiveRole): void {
    live.steer(steering.get(name) ?? {});
    live.decisions.listen((decision) => decisions.add(decision));
    roles.set(name, { live, looked: Number.NEGATIVE_INFINITY, next: 0 });
  }

  function actingMode(): Mode {
    const known = remembers ? mode : 'off';
    return known === 'off' && lookingOnce ? 'advise' : known;
  }

  /** Mode and steering from before a restart. A person's word that has come meanwhile counts more. */
  async function remember(): Promise<void> {
    if (remembers) return state.settle();
    try {
      const before = await state.read();
      if (remembers) return;
      remembers = true;
      if (before === undefined) return;
      mode = before.mode;
      for (const [name, set] of Object.entries(before.steering)) {
        steering.set(name, set);
        roles.get(name)?.live.steer({ fixed: set.fixed, paused: set.paused });
      }
      log.info({ mode, steering: before.steering }, 'going on as before');
    } catch {
      // The broker is away, which the looks at the roles say; asked again soon.
    }
  }

  /** Before a person's word is taken: it changes what is remembered, and must not take the place of all of it. */
  async function recall(): Promise<void> {
    await remember();
    remembers = true;
  }

  async function save(): Promise<boolean> {
    return state.save({ mode, steering: Object.fromEntries(steering) });
  }

  async function learnServices(): Promise<void> {
    if (now() - services.askedAt < SERVICES_EVERY) return;
    services = { askedAt: now() };
    try {
      config.knowServices((await platform.roles()).map(({ service }) => service));
    } catch {
      // The looks at the roles say so.
    }
  }

  async function refresh(): Promise<void> {
    if (await config.refresh()) await applyConfig();
    await Promise.all([remember(), learnServices()]);
  }

  // -- looking and deciding --------------------------------------------------------------------------------------------

  function sayBroker(): void {
    const { broker } = observer.state();
    if (!broker.ok && brokerWas) {
      events.emit('GuvError', { source: 'broker', error: broker.problem });
      log.warn(broker.problem);
    } else if (broker.ok && !brokerWas) log.info('the broker can be observed again');
    brokerWas = broker.ok;
  }

  async function look(due: readonly Timed[]): Promise<void> {
    const readings = await observer.look(due.map(({ live }) => live.settings()));
    sayBroker();
    for (const timed of due) {
      const { role } = timed.live.settings();
      const reading = readings.get(role) ?? { at: now(), problem: 'it was not looked at' };
      const alarms = observer.alarms().filter((alarm) => alarm.role === role);
      const cycle = timed.live.cycle(reading, alarms).catch((error: unknown) => {
        log.error({ err: error, role }, 'a decision has failed');
      });
      timed.busy = cycle.finally(() => {
        timed.busy = undefined;
        wake();
      });
    }
  }

  async function tick(): Promise<number> {
    const at = now();
    const due = [...roles.values()].filter(({ next, busy }) => busy === undefined && next <= at);
    for (const timed of due) Object.assign(timed, { looked: at, next: at + timed.live.settings().pollinterval });
    if (due.length > 0) await look(due);
    const waiting = [...roles.values()].filter(({ busy }) => busy === undefined);
    return Math.min(...waiting.map(({ next }) => next));
  }

  async function run(): Promise<void> {
    let checkAt = 0;
    while (!stopped.signal.aborted) {
      const woken = new AbortController();
      wake = () => woken.abort();
      let next = 0;
      try {
        if (now() >= checkAt) {
          checkAt = now() + CHECK_EVERY;
          await refresh();
        }
        next = await tick();
      } catch (error) {
        log.error({ err: error }, 'a round of looks has failed');
        next = now() + CHECK_EVERY;
      }
      const ms = Math.max(0, Math.min(checkAt, next) - now()) * 1_000;
      await pause(ms, undefined, { signal: AbortSignal.any([stopped.signal, woken.signal]) }).catch(() => {});
    }
  }

  /** What a person has set of a role is told, and remembered. */
  async function keep(live: LiveRole): Promise<Steering & { saved: boolean }> {
    const { role, steering: set } = live.status();
    steering.set(role, set);
    events.emit('GuvSteered', { role, ...set });
    log.info({ role, ...set }, 'steered');
    return { ...set, saved: await save() };
  }

  function lookSoon(only?: LiveRole): void {
    for (const timed of roles.values()) {
      if (only === undefined || timed.live === only) timed.next = Math.min(timed.next, timed.looked + LEAST_BETWEEN);
    }
    wake();
  }

  /** What is in hand ends by the mode that it began with, or earlier. */
  const settled = (): Promise<unknown> => Promise.all([...roles.values()].map(({ busy }) => busy));

  return {
    async start() {
      if (await config.refresh()) await applyConfig();
      running = run();
    },
    async stop() {
      stopped.abort();
      await running;
      await settled();
      await state.settle();
      for (const { live } of roles.values()) await live.close();
      await observer.close();
    },
    async once() {
      lookingOnce = true;
      await refresh();
      if (config.config() === undefined) throw new Error((config.state().problem ?? []).join('\n'));
      await look([...roles.values()]);
      await settled();
      return [...roles.values()].flatMap(({ live }) => live.decisions.last(1));
    },
    status: () => ({
      mode,
      at: now(),
      config: config.state(),
      ...observer.state(),
      roles: [...roles.values()].map(({ live }) => live.status()),
    }),
    mode: () => mode,
    async setMode(next, restore = false) {
      await recall();
      const was = mode;
      mode = next;
      const saved = await save();
      if (was !== next) {
        log.info({ mode: next, was }, 'the mode is another');
        events.emit('GuvMode', { mode: next, previousMode: was });
      }
      if (next !== 'act') {
        await settled();
        for (const { live } of roles.values()) live.release();
      }
      const restored = next === 'off' && restore ? await restoreNumbers(platform, [...roles.keys()]) : undefined;
      lookSoon();
      return { mode: next, was, saved, ...(restored !== undefined && { restored }) };
    },
    role: (name) => roles.get(name)?.live,
    roles: () => [...roles.keys()],
    async steer(live, next) {
      await recall();
      live.steer(next);
      const set = await keep(live);
      lookSoon(live);
      return set;
    },
    async setReplicas(live, replicas) {
      const { role } = live.settings();
      await recall();
      if (mode !== 'act') return platform.set(role, replicas);
      const { fixed } = live.status().steering;
      live.steer({ fixed: replicas }); // before, or a decision meanwhile takes it back
      try {
        const done = await platform.set(role, replicas);
        await keep(live);
        return { ...done, fixed: true };
      } catch (error) {
        live.steer({ fixed });
        throw error;
      }
    },
    decisions,
  };
}
