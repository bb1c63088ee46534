// The calls that are ever made of the Docker engine, all of them. There is no exec, no image, no volume, and no request that carries
// what a client sent: what is not in this file cannot be reached through the platform.
import Docker, {
  type ContainerCreateOptions,
  type ContainerInfo,
  type ContainerInspectInfo,
  type EndpointSettings,
} from 'dockerode';
import { DriverError } from '../../driver.ts';
import { shortId } from './endpoints.ts';
import { PROJECT } from './labels.ts';

/** An answer takes milliseconds, a start under load seconds. An engine that hangs is as good as none. */
const ANSWER_MS = 30_000;
const NOT_MODIFIED = 304;

type EngineError = Error & { statusCode?: number; code?: string; json?: { message?: string } };

function toDriverError(error: EngineError, what: string, socketPath: string): DriverError {
  const because = error.json?.message ?? error.message;
  if (error.statusCode === undefined) {
    const hint = error.code === 'EACCES' ? ': this user may not open it' : '';
    return new DriverError('unreachable', `the Docker engine does not answer at ${socketPath}${hint} (${because})`, {
      cause: error,
    });
  }
  return new DriverError(error.statusCode === 404 ? 'unknown' : 'refused', `could not ${what}: ${because}`, {
    cause: error,
  });
}

/** Whether an engine has refused a name that somebody has taken meanwhile. */
export const isTaken = (error: unknown): boolean =>
  error instanceof DriverError && (error.cause as EngineError | undefined)?.statusCode === 409;

export type Engine = ReturnType<typeof createEngine>;

/** Each @throws {DriverError} `unreachable` where nothing answers at the socket, `unknown` for 404, else `refused`. */
export function createEngine(socketPath: string) {
  const docker = new Docker({ socketPath, host: undefined }); // whatever DOCKER_HOST says
  const container = (id: string) => docker.getContainer(id);

  async function ask<T>(what: string, answer: Promise<T>, limitMs = ANSWER_MS): Promise<T> {
    const late = Promise.withResolvers<never>();
    const limit = setTimeout(() => late.reject(new Error(`no answer within ${limitMs / 1000} s`)), limitMs);
    try {
      return await Promise.race([answer, late.promise]);
    } catch (error) {
      throw toDriverError(error as EngineError, what, socketPath);
    } finally {
      clearTimeout(limit);
    }
  }

  /** For what may be so already: started, stopped, gone. */
  async function makeSo(what: string, answer: Promise<unknown>, limitMs?: number): Promise<void> {
    await ask(
      what,
      answer.catch((error: EngineError) => {
        if (error.statusCode !== NOT_MODIFIED) throw error;
      }),
      limitMs,
    );
  }

  return {
    /** All of a project, ended ones too. */
    containers: (project: string): Promise<ContainerInfo[]> =>
      ask('list containers', docker.listContainers({ all: true, filters: { label: [`${PROJECT}=${project}`] } })),
    inspect: (id: string): Promise<ContainerInspectInfo> => ask(`look at ${shortId(id)}`, container(id).inspect()),
    /** Answers with its id. */
    create: async (options: ContainerCreateOptions): Promise<string> =>
      (await ask(`make ${options.name}`, docker.createContainer(options))).id,
    start: (id: string): Promise<void> => makeSo(`start ${shortId(id)}`, container(id).start()),
    /** The stop signal, the container's own grace, SIGKILL. The engine goes through with it whatever becomes of the caller. */
    stop: (id: string, graceMs: number): Promise<void> =>
      makeSo(`stop ${shortId(id)}`, container(id).stop(), graceMs + ANSWER_MS),
    restart: (id: string, graceMs: number): Promise<void> =>
      makeSo(`restart ${shortId(id)}`, container(id).restart(), graceMs + ANSWER_MS),
    kill: (id: string, signal: NodeJS.Signals): Promise<void> =>
      makeSo(`send ${signal} to ${shortId(id)}`, container(id).kill({ signal })),
    pause: (id: string): Promise<void> => makeSo(`pause ${shortId(id)}`, container(id).pause()),
    unpause: (id: string): Promise<void> => makeSo(`resume ${shortId(id)}`, container(id).unpause()),
    /** With its anonymous volumes, which nobody would find again. Named ones stay. */
    remove: (id: string): Promise<void> =>
      makeSo(`remove ${shortId(id)}`, container(id).remove({ force: true, v: true })),
    connect: (network: string, id: string, endpoint: EndpointSettings): Promise<void> =>
      makeSo(
        `join ${shortId(id)} to ${network}`,
        docker.getNetwork(network).connect({ Container: id, EndpointConfig: endpoint }),
      ),
    disconnect: (network: string, id: string): Promise<void> =>
      makeSo(`take ${shortId(id)} off ${network}`, docker.getNetwork(network).disconnect({ Container: id })),
    host: async (): Promise<{ cpus: number; memoryBytes: number }> => {
      const info = await ask('ask for the host', docker.info());
      return { cpus: info.NCPU, memoryBytes: info.MemTotal };
    },
    /** What happens to a project's containers, and what has happened since then: lines of JSON, until the signal. */
    events: (project: string, sinceSeconds: number, signal: AbortSignal): Promise<NodeJS.ReadableStream> =>
      ask(
        'hear events',
        docker.getEvents({
          since: sinceSeconds,
          filters: { type: ['container'], label: [`${PROJECT}=${project}`] },
          abortSignal: signal,
        } as Docker.GetEventsOptions),
      ),
  };
}
