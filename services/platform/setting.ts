// Makes a role as many replicas as are wanted, as far as its bounds and its crash loops let it.
import type { Log } from '../shared/log.ts';
import type { CrashLoops } from './crash-loops.ts';
import type { Driver, Ending, Replica } from './driver.ts';
import type { Events } from './events.ts';
import { askInHand } from './in-hand.ts';
import type { KnownBounds } from './known-bounds.ts';
import type { Role } from './roles.ts';
import { firstToGo } from './scale-down.ts';
import type { RoleReplica } from './view.ts';

export interface SetOutcome {
  role: string;
  from: number;
  /** What it will be when those that start are ready. */
  to: number;
  most: number;
  /** Ids. */
  starting: string[];
  draining: string[];
  /** Why it is not what was asked for. */
  held?: string;
}

interface SettingOptions {
  driver: Driver;
  boundOf: KnownBounds;
  loops: CrashLoops;
  events: Events;
  log: Log;
  /** The replicas of a role as they are now. */
  list: (role: Role) => Promise<RoleReplica[]>;
  /** A replica is told to end, and when it is gone. */
  onRemoving: (id: string, gone: Promise<unknown>) => void;
}

const isCapacity = ({ state }: Replica): boolean => state === 'starting' || state === 'ready';

const ENDINGS: Record<Ending, string> = {
  drained: 'has finished what it had in hand, and ended',
  killed: 'did not end within its grace and was killed: what it had in hand is done again by others',
};

export function createSetting({ driver, boundOf, loops, events, log, list, onRemoving }: SettingOptions) {
  async function more(role: Role, wanted: number): Promise<{ starting: string[]; held?: string }> {
    const looping = loops.ofRole(role.role);
    const now = Date.now() / 1000;
    if (looping !== undefined && looping.again > now) {
      const seconds = Math.ceil(looping.again - now);
      return { starting: [], held: `${role.role} is crash-looping: the next try is in ${seconds} s` };
    }
    // Of a role that is crash-looping one tells as much as many.
    const count = looping === undefined ? wanted : 1;
    const starting = await driver.add(role.service, count);
    if (count < wanted) return { starting, held: `${role.role} is crash-looping: one is tried at a time` };
    if (starting.length < wanted) return { starting, held: `${wanted - starting.length} could not be started` };
    return { starting };
  }

  async function end({ role, id, name }: RoleReplica): Promise<void> {
    try {
      const ending = await driver.remove(id);
      const text = `${name} ${ENDINGS[ending]}`;
      if (ending === 'killed') log.warn({ role, id }, text);
      events.tell({ event: 'ended', role, id, ending, text });
    } catch (error) {
      log.error({ err: error, role, id }, 'a replica could not be ended');
    }
  }

  /** Chooses who goes, and tells them; they may take as long as their grace to be gone. */
  async function fewer(active: readonly RoleReplica[], count: number): Promise<string[]> {
    const candidates = await Promise.all(
      active.map(async (replica) => {
        const inHand = replica.state === 'ready' ? await askInHand(replica.address) : undefined;
        return { replica, crashLooping: replica.crashLooping, ...(inHand === undefined ? {} : { inHand }) };
      }),
    );
    const ids = new Set(
      firstToGo(candidates)
        .slice(0, count)
        .map(({ id }) => id),
    );
    for (const replica of active) if (ids.has(replica.id)) onRemoving(replica.id, end(replica));
    return [...ids];
  }

  /** @throws {DriverError} */
  return async (role: Role, wanted: number): Promise<SetOutcome> => {
    const { bound } = await boundOf(role);
    // One that is crash-looping and that the engine starts again and again is among them: it is being tried, and no other is added for it.
    const active = (await list(role)).filter(isCapacity);
    const from = active.length;
    const allowed = Math.min(wanted, bound.most);
    const { starting, held: heldBack } = allowed > from ? await more(role, allowed - from) : { starting: [] };
    const draining = allowed < from ? await fewer(active, from - allowed) : [];
    const to = from + starting.length - draining.length;
    const bounded = allowed < wanted ? bound.because : undefined;
    const held = [bounded, heldBack].filter((why) => why !== undefined).join('; ');
    const given = held === '' ? {} : { held };
    if (from !== to || held !== '') {
      const text = `${role.role}: ${from} → ${to}${held === '' ? '' : `, ${wanted} wanted: ${held}`}`;
      events.tell({ event: 'set', role: role.role, from, to, text });
    }
    return { role: role.role, from, to, most: bound.most, starting, draining, ...given };
  };
}
