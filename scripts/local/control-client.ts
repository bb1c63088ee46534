// Talks to a running supervisor over its socket.
import { callSupervisor, SupervisorRefused } from '../../services/platform/drivers/process/socket-call.ts';
import type { Added, Removed, SupervisorStatus } from '../../services/platform/drivers/process/supervisor-api.ts';
import type { LabAbout } from './local-lab.ts';

export interface LocalStatus extends LabAbout, SupervisorStatus {}

/** The supervisor behind a socket file, or undefined where none answers. Its calls throw SupervisorRefused with a sentence. */
export async function findSupervisor(socket: string) {
  const post = <T = object>(path: string, body?: object) => callSupervisor<T>(socket, 'POST', path, body);
  const status = () => callSupervisor<LocalStatus>(socket, 'GET', '/');
  try {
    await status();
  } catch (error) {
    if (error instanceof SupervisorRefused) throw error;
    return undefined;
  }
  return {
    status,
    startAll: () => post('/start'),
    stopAll: () => post('/stop'),
    start: (service: string) => post(`/services/${service}/start`),
    stop: (service: string) => post(`/services/${service}/stop`),
    restart: (service: string) => post(`/services/${service}/restart`),
    scale: (service: string, replicas: number) => post(`/services/${service}/scale`, { replicas }),
    add: async (service: string, count: number) => (await post<Added>(`/services/${service}/add`, { count })).added,
    kill: async (service: string, signal: string, replica?: string) =>
      (await post<{ killed: string[] }>(`/services/${service}/kill`, { signal, replica })).killed,
    signalOne: (replica: string, signal: string) => post(`/replicas/${replica}/signal`, { signal }),
    restartOne: (replica: string) => post(`/replicas/${replica}/restart`),
    remove: async (replica: string) => (await post<Removed>(`/replicas/${replica}/remove`)).ending,
  };
}

export type SupervisorClient = NonNullable<Awaited<ReturnType<typeof findSupervisor>>>;
