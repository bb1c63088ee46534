// Who is there: what participants announce, and what the broker shows of them.
//
//   (announced, or seen on the broker) --> up <--(the role's pause begins, ends)--> paused
//                                          up <--(its consumers went, came again)--> draining
//                                          up <--(no sign of life; a sign)---------> silent --(ten minutes)--> forgotten
//   any --(the broker has its connection no more)--> gone --(a minute)--> forgotten
//                                                    gone --(announced or connected again)--> up
//
// A connection of a participant's name is exact, and at once. A new consumer is shown up to 5 s late: it counts from when it was
// seen on. What could not be observed changes nothing but by the clock: nobody is gone because the broker did not answer.
import { isDeepStrictEqual } from 'node:util';
import { type Announced, isName, readAnnouncement } from './announcement.ts';
import { claimConnections } from './claims.ts';
import { type Observation, type Presence, portOf, presenceOf } from './observation.ts';
import { createSkips } from './skips.ts';

export type { Observation } from './observation.ts';

/**
 * `draining`: connected, and its consumers are gone. `paused`: the same, in a role that is paused. `silent`: not heard for 2.5
 * announcements, or announced without a connection or consumer that could be its own. `gone`: the broker has its connection no more.
 */
export type ParticipantState = 'up' | 'paused' | 'draining' | 'silent' | 'gone';

export interface PortView {
  /** As announced; what the broker alone shows is in lower case. */
  id: string;
  queue?: string;
  type?: string;
  description?: string;
  hidden?: boolean;
}

export interface ParticipantView {
  id: string;
  role: string;
  /** Unknown until it is announced, as are label and icon. */
  component?: string;
  label?: string;
  icon?: string;
  state: ParticipantState;
  /** False for one that is known from its consumers on the broker alone. */
  announced: boolean;
  /** When it last announced itself, epoch milliseconds. */
  heardAt?: number;
  /** When the broker last showed its connection, epoch milliseconds. */
  seenAt?: number;
  inports: PortView[];
  outports: PortView[];
}

export interface ParticipantChange {
  participant: ParticipantView;
  /** Its state before; the same where only what it announces has changed, absent for one that is new. */
  was?: ParticipantState;
}

export interface Participants {
  /** Takes an announcement. Returns why it was skipped, or nothing. */
  hear(message: unknown, now?: number): string | undefined;
  /** Takes what the broker shows; `undefined`: it could not be observed. To be called every second: it also watches the clock. */
  observe(observation: Observation | undefined, now?: number): void;
  /** All of them, sorted by role and then id; numbers in names by their value. */
  all(): ParticipantView[];
  /** The distinct queues that live participants (not gone) of a role name for a port; the port in any case. */
  queues(role: string, direction: 'inports' | 'outports', port: string): string[];
  /** Whether live participants of that role have announced themselves, none of which has such a port. */
  lacks(role: string, direction: 'inports' | 'outports', port: string): boolean;
  /** The roles of live participants, sorted. */
  roles(): string[];
  /** Says which roles are paused now. */
  setPaused(roles: ReadonlySet<string>): void;
  /** How many announcements were skipped, and why the last of them. */
  skipped(): { count: number; last: { at: number; why: string }[] };
  /** Whether the states are what the broker says; else they are what was known before, and what was heard. */
  observed(): boolean;
  /** Called for each that is new or has changed; not when one is forgotten. */
  onChange(listener: (change: ParticipantChange) => void): void;
}

/** Participants of ours announce themselves 2.2 times in 60 s. Milliseconds. */
const PERIOD_MS = 60_000 / 2.2;
const SILENT_PERIODS = 2.5;
/** As MsgFlo's documents promise. Milliseconds. */
const DROPPED_MS = 600_000;
/** So long one that is gone is shown. Milliseconds. */
const GONE_SHOWN_MS = 60_000;
/** The management API shows a new consumer up to 5 s late, and is asked every second. Milliseconds. */
const CONSUMER_SHOWN_MS = 7_000;
/** A flood of announcements must not fill the memory. */
const MOST_PARTICIPANTS = 10_000;
/** Where it is full, room is looked for only so often. Milliseconds. */
const MAKE_ROOM_MS = 1_000;

/** A participant with what it is judged by. */
interface Member extends ParticipantView {
  /** Its connections by the broker's names; none where the broker never showed one, or it is gone. */
  connections: readonly string[];
  /** The queues that these were seen to consume from. */
  took: Set<string>;
  /** Since when it has been there, without having been gone. Epoch milliseconds. */
  since: number;
  goneAt?: number;
}

const isGone = ({ state }: { state: ParticipantState }): boolean => state === 'gone';

const order = new Intl.Collator('en', { numeric: true });

function newMember(id: string, role: string, since: number): Member {
  return {
    id,
    role,
    state: 'up',
    announced: false,
    inports: [],
    outports: [],
    connections: [],
    took: new Set(),
    since,
  };
}

function viewOf(member: Member): ParticipantView {
  const { id, role, component, label, icon, state, announced, heardAt, seenAt, inports, outports } = member;
  return { id, role, component, label, icon, state, announced, heardAt, seenAt, inports, outports };
}

const queuesOf = (ports: readonly PortView[]): string[] =>
  ports.flatMap(({ queue }) => (queue === undefined ? [] : [queue]));

/** Those that the replicas of a role share. What a replica hears for itself alone goes on while its role is paused. */
const sharedQueuesOf = (ports: readonly PortView[]): string[] =>
  queuesOf(ports).filter((queue) => portOf(queue)?.replica === undefined);

/** @param periodMs the time between two announcements of a participant */
export function createParticipants({ periodMs = PERIOD_MS }: { periodMs?: number } = {}): Participants {
  const silentMs = SILENT_PERIODS * periodMs;
  /** In the order in which they were announced, or seen. */
  const members = new Map<string, Member>();
  const byRole = new Map<string, Set<Member>>();
  const skips = createSkips();
  const listeners: ((change: ParticipantChange) => void)[] = [];
  let sorted: Member[] | undefined;
  let pausedRoles: ReadonlySet<string> = new Set();
  let observed = false;
  let roomMadeAt = Number.NEGATIVE_INFINITY;

  const tell = (member: Member, was?: ParticipantState): void => {
    if (listeners.length === 0) return;
    const change = { participant: viewOf(member), was };
    for (const listener of listeners) listener(change);
  };

  function become(member: Member, state: ParticipantState): void {
    const was = member.state;
    if (was === state) return;
    member.state = state;
    tell(member, was);
  }

  function add(member: Member): void {
    members.set(member.id, member);
    const those = byRole.get(member.role);
    if (those === undefined) byRole.set(member.role, new Set([member]));
    else those.add(member);
    sorted = undefined;
  }

  function remove(member: Member): void {
    members.delete(member.id);
    const those = byRole.get(member.role);
    those?.delete(member);
    if (those?.size === 0) byRole.delete(member.role);
    sorted = undefined;
  }

  function hasRoom(now: number): boolean {
    if (members.size < MOST_PARTICIPANTS) return true;
    if (now - roomMadeAt < MAKE_ROOM_MS) return false;
    roomMadeAt = now;
    for (const member of [...members.values()]) if (isGone(member) || member.state === 'silent') remove(member);
    return members.size < MOST_PARTICIPANTS;
  }

  /** Begins its life, once more where it was gone: it stands last in the order of announcements. */
  function begin(member: Member, now: number): void {
    Object.assign(member, { since: now, goneAt: undefined, connections: [], took: new Set() });
    members.delete(member.id);
    members.set(member.id, member);
  }

  function update(member: Member, announced: Announced, now: number): void {
    const known = viewOf(member);
    if (announced.role !== member.role) {
      remove(member);
      member.role = announced.role;
      add(member);
    }
    const { component, label, icon, inports, outports } = announced;
    Object.assign(member, { component, label, icon, inports, outports, announced: true, heardAt: now });
    if (isGone(member)) begin(member, now);
    // Whether one with in-ports is there is for the broker to say, as long as it answers.
    const judged = observed && member.connections.length === 0 && queuesOf(inports).length > 0;
    if (isGone(member) || (member.state === 'silent' && !judged)) become(member, 'up');
    else if (!isDeepStrictEqual(known, { ...viewOf(member), heardAt: known.heardAt })) tell(member, member.state);
  }

  /** What a participant is whose connection is there. */
  function stateOf(member: Member, taken: ReadonlySet<string>): ParticipantState {
    const takes = (queue: string): boolean => taken.has(queue);
    const shared = sharedQueuesOf(member.inports);
    if (pausedRoles.has(member.role) && shared.length > 0 && !shared.some(takes)) return 'paused';
    return member.took.size > 0 && !queuesOf(member.inports).some(takes) ? 'draining' : 'up';
  }

  function seen(member: Member, connections: readonly string[], presence: Presence): void {
    const { at } = presence;
    if (isGone(member)) begin(member, at);
    // On a new connection its consumers are not shown yet.
    if (!isDeepStrictEqual(connections, member.connections)) member.took.clear();
    member.connections = connections;
    member.seenAt = at;
    const taken = new Set(connections.flatMap((connection) => [...presence.queues(connection)]));
    if (!member.announced) addPorts(member, taken);
    for (const queue of queuesOf(member.inports)) if (taken.has(queue)) member.took.add(queue);
    become(member, stateOf(member, taken));
  }

  /** What it takes from says what in-ports it has. */
  function addPorts(member: Member, taken: ReadonlySet<string>): void {
    for (const queue of taken) {
      const port = portOf(queue);
      if (port?.role !== member.role || member.inports.some((known) => known.queue === queue)) continue;
      member.inports = [...member.inports, { id: port.port, queue }].sort((a, b) => order.compare(a.id, b.id));
    }
  }

  /** Makes a participant of a connection that consumes from a role's queue, and that nobody has claimed. */
  function learn(connection: string, givenName: string | undefined, presence: Presence): void {
    const role = [...presence.queues(connection)]
      .sort()
      .map((queue) => portOf(queue)?.role)
      .find((found) => found !== undefined);
    if (role === undefined || !hasRoom(presence.at)) return;
    const id = givenName !== undefined && isName(givenName) ? givenName : connection;
    if (members.has(id)) return;
    const member = newMember(id, role, presence.at);
    addPorts(member, presence.queues(connection));
    member.took = new Set(queuesOf(member.inports));
    Object.assign(member, { connections: [connection], seenAt: presence.at });
    add(member);
    if (pausedRoles.has(role)) member.state = stateOf(member, presence.queues(connection));
    tell(member);
  }

  /** Out-ports are exchanges of the role's name: who publishes where, the broker does not say. */
  function learnOutPorts(exchanges: readonly string[]): void {
    for (const member of members.values()) {
      if (member.announced) continue;
      const outports = exchanges.flatMap((queue) => {
        const port = portOf(queue);
        return port?.role === member.role && port.replica === undefined ? [{ id: port.port, queue }] : [];
      });
      if (isDeepStrictEqual(outports, member.outports)) continue;
      member.outports = outports;
      tell(member, member.state);
    }
  }

  /** Judges one whose connection is not there; `at`: when the broker was asked, undefined where it did not answer. */
  function missed(member: Member, at: number | undefined, now: number): void {
    const { heardAt = 0, seenAt = 0 } = member;
    const quietMs = now - Math.max(heardAt, seenAt);
    if (isGone(member)) {
      if (now - (member.goneAt ?? now) > GONE_SHOWN_MS) remove(member);
      return;
    }
    if (at === undefined || (member.connections.length === 0 && queuesOf(member.inports).length === 0)) {
      if (quietMs > DROPPED_MS) remove(member);
      else if (quietMs > silentMs) become(member, 'silent');
      return;
    }
    if (member.connections.length > 0) {
      if (at >= heardAt) end(member, now); // else it has announced itself since the broker was asked
    } else if (quietMs > silentMs) end(member, now);
    else if (at - member.since > CONSUMER_SHOWN_MS) become(member, 'silent');
  }

  function end(member: Member, now: number): void {
    Object.assign(member, { goneAt: now, connections: [], took: new Set() });
    become(member, 'gone');
  }

  const live = (role: string): Member[] => [...(byRole.get(role) ?? [])].filter((member) => !isGone(member));

  return {
    hear(message, now = Date.now()) {
      const read = readAnnouncement(message);
      if ('skipped' in read) {
        skips.add(read.skipped, now);
        return read.skipped;
      }
      const { announced } = read;
      const known = members.get(announced.id);
      if (known !== undefined) {
        update(known, announced, now);
        return undefined;
      }
      if (!hasRoom(now)) {
        const why = `more than ${MOST_PARTICIPANTS} participants`;
        skips.add(why, now);
        return why;
      }
      const member = newMember(announced.id, announced.role, now);
      Object.assign(member, announced, { announced: true, heardAt: now });
      add(member);
      tell(member);
      return undefined;
    },

    observe(observation, now = Date.now()) {
      observed = observation !== undefined;
      if (observation === undefined) {
        for (const member of [...members.values()]) missed(member, undefined, now);
        return;
      }
      const presence = presenceOf(observation);
      const { owned, replaced, free } = claimConnections(members.values(), presence);
      for (const member of replaced) remove(member);
      for (const member of [...members.values()]) {
        const connections = owned.get(member);
        if (connections !== undefined) seen(member, connections, presence);
        else missed(member, presence.at, now);
      }
      for (const [connection, givenName] of free) learn(connection, givenName, presence);
      if (observation.exchanges !== undefined) learnOutPorts(observation.exchanges);
    },

    all() {
      sorted ??= [...members.values()].sort((a, b) => order.compare(a.role, b.role) || order.compare(a.id, b.id));
      return sorted.map(viewOf);
    },

    queues(role, direction, port) {
      const wanted = port.toLowerCase();
      const ports = live(role).flatMap((member) => member[direction].filter(({ id }) => id.toLowerCase() === wanted));
      return [...new Set(queuesOf(ports))];
    },

    lacks(role, direction, port) {
      const wanted = port.toLowerCase();
      const announced = live(role).filter((member) => member.announced);
      return (
        announced.length > 0 &&
        !announced.some((member) => member[direction].some(({ id }) => id.toLowerCase() === wanted))
      );
    },

    roles: () => [...byRole.keys()].filter((role) => live(role).length > 0).sort(order.compare),

    setPaused(roles) {
      const before = pausedRoles;
      pausedRoles = new Set(roles);
      for (const role of before) {
        if (pausedRoles.has(role)) continue;
        for (const member of live(role)) {
          member.took.clear(); // they consume again at once, and are shown up to 5 s later
          if (member.state === 'paused') become(member, 'up');
        }
      }
    },

    skipped: () => skips.summary(),
    observed: () => observed,
    onChange: (listener) => void listeners.push(listener),
  };
}
