// Where each service is reached when all of them share one machine: names and ports of the Compose file become loopback ones, and
// paths inside of a container become those that are mounted there.
import { join } from 'node:path';
import type { ComposeService } from './compose-file.ts';
import { freePort, isFree } from './free-port.ts';

/** From `vendor:8081` to the port on 127.0.0.1 that takes its place. */
export type Addresses = ReadonlyMap<string, number>;

/** A port that was asked for is taken; the message holds the remedy. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

const LOOPBACK = '127.0.0.1';
const DOCKER_SOCKET = '/var/run/docker.sock';
const NAME_AND_PORT = /\b([a-z][\w-]*):(\d{2,5})\b/g;

/** Replaces every `name:port` that is a service of the file. */
export function rewrite(value: string, addresses: Addresses): string {
  return value.replace(NAME_AND_PORT, (whole) => {
    const port = addresses.get(whole);
    return port === undefined ? whole : `${LOOPBACK}:${port}`;
  });
}

/** A path below a mount becomes one of this machine, relative to the folder of docker-compose.yml. */
function onThisMachine(value: string, { mounts }: ComposeService): string {
  const mount = mounts.find(({ inside }) => value.startsWith(`${inside}/`));
  return mount === undefined ? value : join(mount.folder, value.slice(mount.inside.length + 1));
}

/**
 * A service that has Docker's socket in its hands steers replicas; here these are the supervisor's, and its socket takes that place.
 */
function steering(service: ComposeService, supervisor: string): Record<string, string> {
  const steers = service.mounts.some(({ inside }) => inside === DOCKER_SOCKET);
  return steers ? { DRIVER: 'process', SUPERVISOR_SOCKET: supervisor } : {};
}

/** The environment of one replica of ours. `supervisor`: the file of the supervisor's socket. */
export function replicaEnvironment(
  service: ComposeService,
  replica: string,
  { port, addresses, supervisor }: { port: number; addresses: Addresses; supervisor: string },
): Record<string, string> {
  const own = Object.entries(service.environment).map(([name, value]) => [
    name,
    onThisMachine(rewrite(value, addresses), service),
  ]);
  return {
    ...Object.fromEntries(own),
    ...steering(service, supervisor),
    HOST: LOOPBACK,
    PORT: String(port),
    REPLICA: replica,
    LAB_SUPERVISED: '1',
  };
}

/** The other services' `name:port` that a service's environment speaks of. */
function mentioned(services: readonly ComposeService[]): { name: string; target: string }[] {
  const names = new Set(services.map(({ name }) => name));
  const text = services.flatMap(({ environment }) => Object.values(environment)).join(' ');
  const found = [...text.matchAll(NAME_AND_PORT)].map(([, name, target]) => ({ name: name!, target: target! }));
  return found.filter(({ name }) => names.has(name));
}

/** The port of a range that nobody has, or an error that says which variable moves it. */
async function published(service: ComposeService, taken: ReadonlySet<number>): Promise<number | undefined> {
  const [first] = service.ports;
  if (first === undefined) return undefined;
  for (let port = first.from; port <= first.to; port++) {
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  const variable = first.variable ?? `${service.name.toUpperCase()}_PORT`;
  if (taken.has(first.from)) {
    const room = `${first.from}-${first.from + Math.max(taken.size, 3)}`;
    throw new PortTaken(`${service.name} publishes no further port; ${variable}=${room} makes room for more replicas`);
  }
  throw new PortTaken(
    `port ${first.from} for ${service.name} is taken by another program; set ${variable} to a free one, e.g. ${variable}=${first.from + 10000}`,
  );
}

/** Gives out ports: what is published stays as it is, the rest is any free one. One replica keeps its port for its life. */
export function createPorts(services: readonly ComposeService[]) {
  const given = new Map<string, number>();
  /** Others were told of these, and would go on asking there. */
  const promised = new Set<string>();

  async function portOf(service: ComposeService, replica: string): Promise<number> {
    const known = given.get(replica);
    if (known !== undefined) return known;
    const siblings = [...given].filter(([name]) => name.startsWith(`${service.name}-`)).map(([, port]) => port);
    const port = (await published(service, new Set(siblings))) ?? (await freePort());
    given.set(replica, port);
    return port;
  }

  return {
    portOf,
    /** The replica is gone: its port may go to another, unless others know it by that port. */
    release(replica: string): void {
      if (!promised.has(replica)) given.delete(replica);
    },
    /**
     * The addresses of the first replica of each service that another speaks of. `fixed` are those of the broker and the database.
     * @throws {PortTaken}
     */
    async addresses(fixed: ReadonlyMap<string, number>): Promise<Map<string, number>> {
      const result = new Map(fixed);
      for (const { name, target } of mentioned(services)) {
        const service = services.find((one) => one.name === name)!;
        const address = `${name}:${target}`;
        if (result.has(address)) continue;
        promised.add(`${name}-1`);
        result.set(address, await portOf(service, `${name}-1`));
      }
      return result;
    },
  };
}
