// A container's places in networks: what to copy of them, and how to find them again for one that was cut off. Nothing of this is
// kept on a disk: where this process has forgotten, a sibling shows it, and where there is none, the container's own settings do.
import type { ContainerInspectInfo, EndpointSettings } from 'dockerode';
import { type Labels, SERVICE } from './labels.ts';

/** Networks by name. The first is the one that the container starts with. */
export type Endpoints = Record<string, EndpointSettings>;

export const shortId = (id: string): string => id.slice(0, 12);
export const nameOf = ({ Name }: { Name: string }): string => Name.replace(/^\//, '');

/** In these modes there is no network to be taken from. */
const hasOwnNetwork = ({ HostConfig }: ContainerInspectInfo): boolean =>
  !/^(none|host|container:.*)$/.test(HostConfig.NetworkMode ?? 'none');

export const isCut = (container: ContainerInspectInfo): boolean =>
  hasOwnNetwork(container) && Object.keys(container.NetworkSettings.Networks).length === 0;

/**
 * The pattern's places, for a container of that name: same networks, same aliases but for those that are the pattern's own (its name;
 * its id, which the engine adds by itself). Addresses are the engine's to give.
 */
export function endpointsLike(pattern: ContainerInspectInfo, name: string): Endpoints {
  const primary = pattern.HostConfig.NetworkMode ?? '';
  const networks = Object.entries(pattern.NetworkSettings.Networks);
  networks.sort(([a], [b]) => Number(b === primary) - Number(a === primary));
  return Object.fromEntries(
    networks.map(([network, { Aliases, Links }]) => {
      const aliases = ((Aliases ?? []) as string[])
        .filter((alias) => alias !== shortId(pattern.Id))
        .map((alias) => (alias === nameOf(pattern) ? name : alias));
      return [network, { Aliases: aliases, ...(Links ? { Links } : {}) }];
    }),
  );
}

/** Where a container that is in no network belongs: as its sibling, else in the network that it started with, by the names Compose gives. */
export function endpointsOfCut(container: ContainerInspectInfo, sibling: ContainerInspectInfo | undefined): Endpoints {
  const name = nameOf(container);
  if (sibling !== undefined) return endpointsLike(sibling, name);
  const service = (container.Config.Labels as Labels)[SERVICE] ?? name;
  return { [container.HostConfig.NetworkMode ?? 'default']: { Aliases: [name, service] } };
}

/** Its address for others of the lab; undefined while it has none. */
export function addressOf(container: ContainerInspectInfo): string | undefined {
  const { Networks } = container.NetworkSettings;
  const own = Networks[container.HostConfig.NetworkMode ?? '']?.IPAddress;
  return own || Object.values(Networks).find(({ IPAddress }) => IPAddress)?.IPAddress || undefined;
}
