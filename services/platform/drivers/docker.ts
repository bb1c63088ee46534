// The lab's replicas as containers of its Compose project. A new one is a copy of a sibling, with Compose's own labels: everything that
// `docker compose` can do to its containers it can do to these, and there is nothing to clean up that `down` would not find.
import type { ContainerInspectInfo } from 'dockerode';
import type { Log } from '../../shared/log.ts';
import { type Driver, DriverError, type Ending, type Replica, type ServiceNumbers } from '../driver.ts';
import { createAdding } from './docker/adding.ts';
import { type Endpoints, endpointsLike, endpointsOfCut, isCut, nameOf, shortId } from './docker/endpoints.ts';
import { createEngine } from './docker/engine.ts';
import { createFamily } from './docker/family.ts';
import { isReplica, SERVICE } from './docker/labels.ts';
import { createMarks } from './docker/marks.ts';
import { createReadiness } from './docker/readiness.ts';
import { isRunning, pageOf, replicaOf } from './docker/state.ts';
import { createTurns } from './docker/turns.ts';
import { watchEvents } from './docker/watching.ts';

export interface DockerDriverOptions {
  socketPath: string;
  /** The Compose project, the only one whose containers are looked at. */
  project: string;
  /** What docker-compose.yml says of a service. */
  composeReplicas: (service: string) => number;
  log: Log;
}

/** Ended by SIGKILL: 128 + 9. */
const KILLED = 137;
const DEFAULT_GRACE_SECONDS = 10;

const graceMs = ({ Config }: ContainerInspectInfo): number =>
  ((Config as { StopTimeout?: number }).StopTimeout ?? DEFAULT_GRACE_SECONDS) * 1000;

export interface DockerDriver extends Driver {
  /** Takes back what was added while the whole lab was being taken down, and adds nothing more. Call it when told to end. */
  leave(): Promise<void>;
  /** Ends what it does in the background. */
  close(): void;
}

export function createDockerDriver({ socketPath, project, composeReplicas, log }: DockerDriverOptions): DockerDriver {
  const engine = createEngine(socketPath);
  const family = createFamily(engine, project);
  const marks = createMarks();
  const turns = createTurns();
  const closing = new AbortController();
  const startedHere = Date.now();
  const requests = new Map<string, number>();
  const cutFrom = new Map<string, Endpoints>();
  let changed = (): void => {};
  const readiness = createReadiness({ onReady: () => changed(), signal: closing.signal });
  const adding = createAdding({ engine, family, turns, project, log, onRequest: noteRequest, join });

  function noteRequest(id: string): void {
    requests.set(id, Date.now() / 1000);
    marks.forget(id);
  }

  function readyAt(container: ContainerInspectInfo): number | undefined {
    const { Id: id, State } = container;
    if (!isRunning(container)) return undefined;
    const started = Date.parse(State.StartedAt);
    const asked = readiness.readyAt({ id, startedAt: State.StartedAt, address: pageOf(container) });
    if (asked !== undefined) return asked;
    // Whoever was cut off before we came had been at work: nobody can be cut off earlier.
    if (isCut(container)) return started < startedHere ? started / 1000 : undefined;
    return pageOf(container) === undefined ? started / 1000 : undefined;
  }

  function view(container: ContainerInspectInfo): Replica {
    const { Id: id } = container;
    const requestedAt = requests.get(id);
    const ready = readyAt(container);
    const known = {
      ...marks.of(id),
      ...(requestedAt === undefined ? {} : { requestedAt }),
      ...(ready === undefined ? {} : { readyAt: ready }),
      ending: adding.isEnding(id),
    };
    return replicaOf(container, known, Date.now() / 1000);
  }

  /** Puts a container that is in no network back where its service is. */
  async function join(container: ContainerInspectInfo): Promise<void> {
    const siblings = await family.of([container.Config.Labels[SERVICE] ?? '']);
    const sibling = siblings.find((one) => one.Id !== container.Id && !isCut(one));
    const endpoints = cutFrom.get(container.Id) ?? endpointsOfCut(container, sibling);
    for (const [network, endpoint] of Object.entries(endpoints)) {
      await engine.connect(network, container.Id, endpoint);
    }
    cutFrom.delete(container.Id);
  }

  /** Whether one is to be kept, ended, so that there is something to copy from zero. */
  async function isLast(container: ContainerInspectInfo): Promise<boolean> {
    return (await family.of([container.Config.Labels[SERVICE] ?? ''])).every(({ Id }) => Id === container.Id);
  }

  async function end(container: ContainerInspectInfo): Promise<Ending> {
    const { Id: id, Config, State } = container;
    marks.set(id, { drainingAt: Date.now() / 1000, killed: true });
    if (State.Paused) await engine.unpause(id); // it cannot hear a signal
    await engine.stop(id, graceMs(container));
    const ended = await engine.inspect(id);
    const ending = isRunning(container) && ended.State.ExitCode === KILLED ? 'killed' : 'drained';
    // One at a time: two that go together must not each take the other for the one that stays.
    await turns.take(Config.Labels[SERVICE] ?? '', async () => {
      const startedAgain = isRunning(await engine.inspect(id)); // by a person, who wants it
      if (!startedAgain && !(await isLast(container))) await engine.remove(id);
    });
    return ending;
  }

  return {
    name: 'docker',
    async list(services) {
      const containers = await family.of(services);
      return containers.map(view).sort((a, b) => a.requestedAt - b.requestedAt || a.id.localeCompare(b.id));
    },
    async watch(_services, onChange, signal) {
      changed = onChange;
      await watchEvents({
        engine,
        project,
        onEvent(event) {
          if (!isReplica(event.Actor.Attributes, project)) return;
          marks.hear(event);
          adding.hear(event);
          if (event.Action !== 'destroy') return;
          requests.delete(event.Actor.ID);
          cutFrom.delete(event.Actor.ID);
          readiness.forget(event.Actor.ID);
        },
        onChange,
        log,
        signal,
      });
    },
    add: (service, count) => adding.add(service, count),
    async remove(id) {
      const container = await family.find(id);
      adding.ends(container.Id);
      try {
        return await end(container);
      } catch (error) {
        // Somebody else has removed it meanwhile.
        if (error instanceof DriverError && error.kind === 'unknown') return 'drained';
        marks.forget(container.Id); // it may not have been told
        throw error;
      } finally {
        adding.hasEnded(container.Id);
        changed();
      }
    },
    async signal(id, signal) {
      const { Id, State } = await family.find(id);
      if (!State.Running) throw new DriverError('refused', `${id} does not run: there is nobody to hear ${signal}`);
      await engine.kill(Id, signal);
    },
    pause: async (id) => engine.pause((await family.find(id)).Id),
    resume: async (id) => engine.unpause((await family.find(id)).Id),
    async restart(id) {
      const container = await family.find(id);
      if (container.State.Paused) await engine.unpause(container.Id);
      requests.set(container.Id, Date.now() / 1000);
      await engine.restart(container.Id, graceMs(container));
    },
    async cut(id) {
      const container = await family.find(id);
      const endpoints = endpointsLike(container, nameOf(container));
      if (Object.keys(endpoints).length > 0) cutFrom.set(container.Id, endpoints);
      for (const network of Object.keys(endpoints)) await engine.disconnect(network, container.Id);
      changed();
    },
    async heal(id) {
      const container = await family.find(id);
      if (isCut(container)) await join(container);
      changed();
    },
    async numbers(service): Promise<ServiceNumbers> {
      const [pattern] = await family.of([service]);
      if (pattern === undefined) throw new DriverError('unknown', `there is no container of ${service} in ${project}`);
      return { replicas: composeReplicas(service), ...family.limits(pattern) };
    },
    async inUse() {
      const running = (await family.all()).filter(isRunning);
      return running.map((one) => ({ service: one.Config.Labels[SERVICE] ?? shortId(one.Id), ...family.limits(one) }));
    },
    host: () => engine.host(),
    leave: () => adding.leave(),
    close: () => closing.abort(),
  };
}
