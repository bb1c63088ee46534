// What a running lab looks like and what can be done with it, whichever way it was started.

import type { Endpoints } from '../services/platform/drivers/docker/endpoints.ts';
import { CannotRun } from './command.ts';

/** `down` has ended and stays so, `waiting` is started again after a while, `draining` finishes what it has in hand. */
export type ReplicaHealth = 'down' | 'starting' | 'healthy' | 'unhealthy' | 'waiting' | 'draining';

export interface ReplicaView {
  name: string;
  state: ReplicaHealth;
  /** `exit code 1`, `started again 3 times`: what else is worth knowing. */
  detail: string;
  /** Stopped where it stands. */
  paused?: boolean;
  /** Of its last end, while it is down. */
  exitCode?: number;
}

export interface ServiceView {
  name: string;
  replicas: ReplicaView[];
}

export interface LabAddresses {
  frontend?: string;
  coordinator?: string;
  scaler?: string;
  dial?: string;
  /** On Docker it has no port on this machine. */
  vendor?: string;
  /** With user and password, as the next. */
  amqp?: string;
  management?: string;
  /** On Docker it has no port on this machine. */
  database?: string;
}

/** A whole service, or one replica of it. */
export interface Target {
  service: string;
  replica?: string;
}

/** Where a replica is in networks: by their names, with its own names in them. */
export type Places = Endpoints;

export interface RunningLab {
  readonly mode: 'docker' | 'local';
  services(): Promise<ServiceView[]>;
  addresses(): Promise<LabAddresses>;
  /** Starts what is down and waits until it is healthy; false, after saying what is not, where it does not become so. */
  up(services: readonly string[]): Promise<boolean>;
  kill(target: Target, signal: string): Promise<void>;
  scale(service: string, replicas: number): Promise<void>;
  restart(target: Target): Promise<void>;
  /** In order; it stays down until `start`, which does not wait for health. */
  stop(target: Target): Promise<void>;
  start(target: Target): Promise<void>;
  /** Stops it where it stands, with all that it has in hand, until `resume`. */
  pause(target: Target): Promise<void>;
  resume(target: Target): Promise<void>;
  /** Where a replica is now, to put it back there; empty while it is cut off. @throws {CannotRun} where there are no networks */
  places(replica: string): Promise<Places>;
  /** Takes it off all its networks. @throws {CannotRun} as `places` */
  cut(target: Target): Promise<void>;
  /** Puts what is cut off back, where it was or, as far as that is not known, where its siblings are. @throws {CannotRun} as `places` */
  heal(target: Target, places?: Readonly<Record<string, Places>>): Promise<void>;
  logs(service: string | undefined, options: { follow: boolean; lines: number }): Promise<void>;
}

/** The replicas that are not healthy, each with its state. */
export function notHealthy(services: readonly ServiceView[]): string[] {
  return services.flatMap(({ name, replicas }) =>
    replicas.length === 0
      ? [`${name} (down)`]
      : replicas.filter(({ state }) => state !== 'healthy').map((one) => `${one.name} (${one.state})`),
  );
}

/**
 * What a person means by a name: a service, or a replica as it is shown (`queuelab-resize-2`) or for short (`resize-2`).
 * @throws {CannotRun} where there is no such thing
 */
export function findTarget(services: readonly ServiceView[], given: string): Target {
  if (services.some(({ name }) => name === given)) return { service: given };
  for (const { name: service, replicas } of services) {
    const isShort = given.startsWith(`${service}-`);
    const found = replicas.find(({ name }) => name === given || (isShort && name.endsWith(`-${given}`)));
    if (found !== undefined) return { service, replica: found.name };
  }
  const names = services.map(({ name }) => name).join(', ');
  throw new CannotRun(`there is no service or replica ${JSON.stringify(given)}; the services are ${names}`);
}
