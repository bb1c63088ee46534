// What a running lab looks like and what can be done with it, whichever way it was started.

export type ReplicaHealth = 'down' | 'starting' | 'healthy' | 'unhealthy' | 'waiting';

export interface ReplicaView {
  name: string;
  state: ReplicaHealth;
  /** `exit code 1`, `started again 3 times`: what else is worth knowing. */
  detail: string;
}

export interface ServiceView {
  name: string;
  replicas: ReplicaView[];
}

export interface LabAddresses {
  frontend?: string;
  coordinator?: string;
  /** With user and password, as the next. */
  amqp?: string;
  management?: string;
}

export interface RunningLab {
  readonly mode: 'docker' | 'local';
  services(): Promise<ServiceView[]>;
  addresses(): Promise<LabAddresses>;
  /** Starts what is down and waits until it is healthy; false, after saying what is not, where it does not become so. */
  up(services: readonly string[]): Promise<boolean>;
  kill(service: string, signal: string): Promise<void>;
  scale(service: string, replicas: number): Promise<void>;
  restart(service: string): Promise<void>;
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
