// The lab without Docker as a driver: replicas are processes of the supervisor, which is asked over its socket.
import { availableParallelism, totalmem } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { type Driver, DriverError, type Replica } from '../driver.ts';
import { callSupervisor, readStream, SupervisorRefused } from './process/socket-call.ts';
import type { Added, Removed, SupervisedService, SupervisorStatus } from './process/supervisor-api.ts';
import { toReplica } from './process/to-replica.ts';

/** Waits before looking for a supervisor that is gone, in milliseconds: doubled each time up to a limit. */
const AGAIN_FIRST_MS = 100;
const AGAIN_LIMIT_MS = 2_000;

/**
 * What would take a process off the network needs rights that a lab should not ask for (a packet filter, a network namespace at its
 * start), is there on Linux only, or covers a part alone (a relay before the broker would leave HTTP open). So it is not done by halves.
 */
const CANNOT_CUT =
  'a process shares the network of this machine and cannot be cut off from it; pause stops it where it stands, ' +
  'SIGKILL ends it, and on Docker cut works';

function toDriverError(error: unknown): DriverError {
  if (error instanceof SupervisorRefused) {
    return new DriverError(error.status === 404 ? 'unknown' : 'refused', error.message, { cause: error });
  }
  const why = (error as Error).message;
  return new DriverError('unreachable', `the supervisor does not answer on its socket (${why})`, { cause: error });
}

/** `socket`: the file of the supervisor's control socket. */
export function createProcessDriver({ socket }: { socket: string }): Driver {
  const get = <T>(path: string): Promise<T> =>
    callSupervisor<T>(socket, 'GET', path).catch((error: unknown) => {
      throw toDriverError(error);
    });
  const post = <T>(path: string, body?: object): Promise<T> =>
    callSupervisor<T>(socket, 'POST', path, body).catch((error: unknown) => {
      throw toDriverError(error);
    });
  const of = (id: string, verb: string): string => `/replicas/${encodeURIComponent(id)}/${verb}`;
  const signal = async (id: string, name: NodeJS.Signals): Promise<void> => {
    await post(of(id, 'signal'), { signal: name });
  };
  const cannotCut = async (): Promise<void> => {
    throw new DriverError('unsupported', CANNOT_CUT);
  };

  async function services(): Promise<SupervisedService[]> {
    return (await get<SupervisorStatus>('/')).services;
  }

  return {
    name: 'process',

    async list(wanted): Promise<Replica[]> {
      const chosen = (await services()).filter(({ name }) => wanted.includes(name));
      return chosen.flatMap(({ name, replicas }) => replicas.map((replica) => toReplica(name, replica)));
    },

    async watch(_services, onChange, ended) {
      let againMs = AGAIN_FIRST_MS;
      const onPiece = (): void => {
        againMs = AGAIN_FIRST_MS;
        onChange();
      };
      while (!ended.aborted) {
        // The stream's first line comes when it is open, and so tells of the reconnection, too.
        await readStream(socket, '/events', onPiece, ended).catch(() => undefined);
        await wait(againMs, undefined, { signal: ended }).catch(() => undefined);
        againMs = Math.min(againMs * 2, AGAIN_LIMIT_MS);
      }
    },

    add: async (service, count) => (await post<Added>(`/services/${encodeURIComponent(service)}/add`, { count })).added,
    remove: async (id) => (await post<Removed>(of(id, 'remove'))).ending,
    signal,
    pause: (id) => signal(id, 'SIGSTOP'),
    resume: (id) => signal(id, 'SIGCONT'),
    async restart(id) {
      await post(of(id, 'restart'));
    },
    cut: cannotCut,
    heal: cannotCut,

    async numbers(service) {
      const found = (await services()).find(({ name }) => name === service);
      if (found === undefined) throw new DriverError('unknown', `there is no service ${service}`);
      return found.numbers;
    },
    async inUse() {
      const running = (service: SupervisedService) => service.replicas.filter(({ pid }) => pid !== undefined);
      return (await services()).flatMap((service) =>
        running(service).map(() => {
          const { cpus, memoryBytes } = service.numbers;
          return { service: service.name, cpus, memoryBytes };
        }),
      );
    },
    // The platform is a process of the same machine. A container or a session may be given less memory than the machine has.
    host: async () => ({
      cpus: availableParallelism(),
      memoryBytes: Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
    }),
  };
}
