// Talks to a running supervisor over its socket.
import { request } from 'node:http';
import { relative } from 'node:path';
import type { LabAbout } from './local-lab.ts';
import type { ServiceStatus } from './supervisor.ts';

export interface LocalStatus extends LabAbout {
  services: ServiceStatus[];
}

/** The supervisor said no; its message says what it expected. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

function call<T>(socket: string, method: string, path: string, body?: object): Promise<T> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { socketPath: relative(process.cwd(), socket), method, path, headers: { 'content-type': 'application/json' } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const answer = JSON.parse(Buffer.concat(chunks).toString()) as T & { error?: string };
          if (response.statusCode === 200) resolve(answer);
          else reject(new ControlError(answer.error ?? `the supervisor answered ${response.statusCode}`));
        });
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** The supervisor behind a socket file, or undefined where none answers. */
export async function findSupervisor(socket: string) {
  const post = (path: string, body?: object) => call<{ killed?: string[] }>(socket, 'POST', path, body);
  const status = () => call<LocalStatus>(socket, 'GET', '/');
  try {
    await status();
  } catch (error) {
    if (error instanceof ControlError) throw error;
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
    kill: async (service: string, signal: string, replica?: string) =>
      (await post(`/services/${service}/kill`, { signal, replica })).killed ?? [],
  };
}

export type SupervisorClient = NonNullable<Awaited<ReturnType<typeof findSupervisor>>>;
