// From what Docker says of a container to a replica's state. Docker knows running and ended; whether it does its work is asked of the
// replica itself (readiness.ts), and that it was told to end, of the events (marks.ts).
import type { ContainerInspectInfo } from 'dockerode';
import type { Replica, ReplicaState } from '../../driver.ts';
import { addressOf, isCut, shortId } from './endpoints.ts';
import { type Labels, SERVICE } from './labels.ts';

/** What is known of a container's present run beside what inspection shows. Epoch seconds. */
export interface Known {
  requestedAt?: number;
  readyAt?: number;
  drainingAt?: number;
  /** Somebody sent it a signal that ends it. */
  killed?: boolean;
  /** The platform ends it, and is not done with it: ended, it is removed next. */
  ending?: boolean;
}

const seconds = (time: string): number => Date.parse(time) / 1000;

/** Compose makes all containers before it starts the first: one so young is about to be started. One that is older was left there. */
const STARTED_SOON_SECONDS = 10;

export const environmentOf = ({ Config }: ContainerInspectInfo, name: string): string | undefined =>
  Config.Env?.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);

/** `host:port` of its page; undefined where it has none (no PORT in its environment), or is in no network. */
export function pageOf(container: ContainerInspectInfo): string | undefined {
  const port = environmentOf(container, 'PORT');
  const address = addressOf(container);
  return port && /^\d+$/.test(port) && address !== undefined ? `${address}:${port}` : undefined;
}

/** Runs, and is not between two runs: while Docker waits to start it again, it says Running, too. */
export const isRunning = ({ State }: ContainerInspectInfo): boolean => State.Running && !State.Restarting;

/** Ended or never started: a start is all that it needs. */
export const isStartable = ({ State }: ContainerInspectInfo): boolean =>
  State.Status === 'exited' || State.Status === 'created';

/** Its state, and since when. */
function stateOf(container: ContainerInspectInfo, known: Known, now: number): [ReplicaState, number] {
  const { State, Created } = container;
  if (known.ending && known.drainingAt !== undefined) return ['draining', known.drainingAt];
  if (isRunning(container)) {
    if (known.drainingAt !== undefined) return ['draining', known.drainingAt];
    return known.readyAt === undefined ? ['starting', seconds(State.StartedAt)] : ['ready', known.readyAt];
  }
  // Docker will start it again by itself: the restart policy of the Compose file.
  if (State.Restarting) return ['starting', seconds(State.FinishedAt)];
  if (State.Status === 'created') {
    const at = seconds(Created);
    return [now - at < STARTED_SOON_SECONDS ? 'starting' : 'exited', at];
  }
  return [State.ExitCode === 0 ? 'exited' : 'dead', seconds(State.FinishedAt)];
}

export function replicaOf(container: ContainerInspectInfo, known: Known, now: number): Replica {
  const { State, Config, RestartCount } = container;
  const [state, since] = stateOf(container, known, now);
  const service = (Config.Labels as Labels)[SERVICE] ?? '';
  const everRan = State.Status !== 'created';
  const ended = everRan && !isRunning(container);
  const address = isRunning(container) ? pageOf(container) : undefined;
  return {
    id: shortId(container.Id),
    name: environmentOf(container, 'REPLICA') || `${service}-${Config.Hostname.slice(0, 24)}`,
    service,
    state,
    since,
    // A restart by the engine is asked for by nobody else: it counts from its own start.
    requestedAt: (RestartCount === 0 ? known.requestedAt : undefined) ?? (everRan ? seconds(State.StartedAt) : since),
    ...(ended ? { exitCode: State.ExitCode, outOfMemory: State.OOMKilled } : {}),
    ...(ended && known.killed ? { killed: true } : {}),
    paused: State.Paused,
    cut: isCut(container),
    restarts: RestartCount,
    ...(address === undefined ? {} : { address }),
  };
}
