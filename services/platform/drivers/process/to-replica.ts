// A supervised process in the platform's words.
import type { Replica, ReplicaState } from '../../driver.ts';
import type { SupervisedReplica } from './supervisor-api.ts';

/** One that cannot be started has no exit code, and is as dead as one that failed. */
const ended = ({ exitCode }: SupervisedReplica): ReplicaState => (exitCode === 0 ? 'exited' : 'dead');

function stateOf(replica: SupervisedReplica): ReplicaState {
  switch (replica.state) {
    case 'starting':
    case 'draining':
      return replica.state;
    // Unhealthy says that it has done its work before: it is there, and what it lacks may come back.
    case 'healthy':
    case 'unhealthy':
      return 'ready';
    // It ended by itself, and is started again after a while; the count of restarts tells how it is getting on.
    case 'waiting':
    case 'down':
      return ended(replica);
  }
}

export function toReplica(service: string, replica: SupervisedReplica): Replica {
  const { name, since, requestedAt, exitCode, paused, restarts, address } = replica;
  const state = stateOf(replica);
  const over = state === 'dead' || state === 'exited';
  return {
    id: name,
    name,
    service,
    state,
    since: since / 1000,
    requestedAt: requestedAt / 1000,
    ...(over && exitCode !== undefined ? { exitCode } : {}),
    paused,
    cut: false,
    restarts,
    ...(address !== undefined && !over ? { address } : {}),
  };
}
