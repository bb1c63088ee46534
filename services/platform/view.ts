// What was seen last, and what has changed since: states become events, and ends become crash loops.
import { type CrashLoops, SHORT_SECONDS } from './crash-loops.ts';
import type { Replica, ReplicaState } from './driver.ts';
import type { Events } from './events.ts';

export interface RoleReplica extends Replica {
  role: string;
  crashLooping: boolean;
}

const hasEnded = ({ state }: Replica): boolean => state === 'dead' || state === 'exited';

/** Between two runs: an engine waits before it starts it again. */
const isBetweenRuns = (replica: Replica): boolean => replica.state === 'starting' && replica.exitCode !== undefined;

function stateText({ name, state, exitCode, outOfMemory, killed }: Replica): string {
  if (state === 'dead' && outOfMemory) return `${name} is dead: it needed more memory than it may have`;
  if (state === 'dead' || state === 'exited') {
    const how = exitCode === undefined ? 'was never started' : `has ended with exit code ${exitCode}`;
    return `${name} ${how}${killed ? ', by a signal' : ''}`;
  }
  const words: Record<Exclude<ReplicaState, 'dead' | 'exited'>, string> = {
    starting: 'is starting',
    ready: 'does its work',
    draining: 'takes no more work and ends',
  };
  return `${name} ${words[state]}`;
}

export function createView({ loops, events }: { loops: CrashLoops; events: Events }) {
  let seen: Map<string, RoleReplica> | undefined;
  const told = new Set<string>();

  /** Ends since the last look that nobody has asked for. */
  function countEnds(before: RoleReplica, now: RoleReplica): void {
    const restarts = now.restarts - before.restarts;
    if (restarts > 0) {
      const until = isBetweenRuns(now) ? now.since : now.requestedAt;
      loops.died(now.role, now.id, until, (until - before.requestedAt) / restarts, restarts);
    } else if (hasEnded(now) && !hasEnded(before) && before.state !== 'draining' && !now.killed) {
      loops.died(now.role, now.id, now.since, now.since - now.requestedAt);
    }
  }

  function tellState(before: RoleReplica | undefined, now: RoleReplica): void {
    if (before?.state === now.state) return;
    const { role, id, exitCode, outOfMemory } = now;
    events.tell({
      event: 'state',
      role,
      id,
      ...(before === undefined ? {} : { from: before.state }),
      to: now.state,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(outOfMemory ? { outOfMemory } : {}),
      text: stateText(now),
    });
  }

  function tellGone({ role, id, name, state }: RoleReplica): void {
    loops.forget(id);
    events.tell({ event: 'state', role, id, from: state, to: 'gone', text: `${name} is gone` });
  }

  function tellLoops(roles: readonly string[]): void {
    for (const role of roles) {
      const looping = loops.ofRole(role) !== undefined;
      if (looping === told.has(role)) continue;
      if (looping) told.add(role);
      else told.delete(role);
      const text = looping
        ? `${role} is crash-looping: its replicas end within ${SHORT_SECONDS} s of their starts, time and again`
        : `${role} is not crash-looping any more`;
      events.tell({ event: 'crash-looping', role, text });
    }
  }

  return {
    /** What the newest list means; `roles` are all roles, those without a replica too. */
    look(replicas: readonly RoleReplica[], roles: readonly string[]): void {
      const now = Date.now() / 1000;
      const before = seen;
      seen = new Map(replicas.map((replica) => [replica.id, replica]));
      for (const replica of replicas) {
        const known = before?.get(replica.id);
        if (known !== undefined) countEnds(known, replica);
        if (before !== undefined) tellState(known, replica); // the first look finds states, and sees no change
        if (replica.state === 'ready' && now - replica.requestedAt >= SHORT_SECONDS) {
          loops.stayedUp(replica.role, replica.id, replica.requestedAt);
        }
      }
      for (const [id, replica] of before ?? []) if (!seen.has(id)) tellGone(replica);
      tellLoops(roles);
    },
  };
}
