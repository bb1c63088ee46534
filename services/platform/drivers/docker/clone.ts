// A new replica as a copy of a sibling: everything as Compose has set it, but for what is the sibling's own.
import type { ContainerCreateOptions, ContainerInspectInfo } from 'dockerode';
import { DriverError } from '../../driver.ts';
import { type Endpoints, endpointsLike, shortId } from './endpoints.ts';
import { containerName, copyLabels, SERVICE } from './labels.ts';

export interface Clone {
  options: ContainerCreateOptions;
  /** To be joined before the start: engines before Docker 25 take no more than one network when a container is made. */
  furtherNetworks: Endpoints;
}

const SOCKET = /\/(docker|podman)\.sock(:|$)/;

/**
 * What is never multiplied, whatever a Compose file says: a container with all rights, or with a hand on the engine.
 *
 * @throws {DriverError} refused
 */
function refuseMighty({ HostConfig, Config, Mounts }: ContainerInspectInfo): void {
  const service = Config.Labels[SERVICE];
  if (HostConfig.Privileged) throw new DriverError('refused', `${service} is privileged: it is not copied`);
  if (Mounts.some(({ Source }) => SOCKET.test(Source)) || HostConfig.Binds?.some((bind) => SOCKET.test(bind))) {
    throw new DriverError('refused', `${service} has the engine's socket: it is not copied`);
  }
}

/** Settings of a container that inspection shows and the types of dockerode leave out. */
type Config = ContainerInspectInfo['Config'] & { StopTimeout?: number; StopSignal?: string; MacAddress?: string };

/**
 * @param image as the list of containers names it: the tag where it still means the image that the pattern runs, else that image's id.
 * After a rebuild, a tag would give the copy another image than its siblings have
 * @throws {DriverError} refused
 */
export function cloneOf(pattern: ContainerInspectInfo, image: string, number: number): Clone {
  refuseMighty(pattern);
  const { Hostname, MacAddress: _, ...config } = pattern.Config as Config;
  const name = containerName(config.Labels, number);
  const [first, ...further] = Object.entries(endpointsLike(pattern, name));
  const options = {
    ...config,
    name,
    Image: image,
    Labels: copyLabels(config.Labels, number),
    // A host name that the Compose file gives is everybody's; else it is the id, which each has for itself.
    ...(Hostname === shortId(pattern.Id) ? {} : { Hostname }),
    HostConfig: pattern.HostConfig,
    NetworkingConfig: { EndpointsConfig: first === undefined ? {} : Object.fromEntries([first]) },
  };
  return { options, furtherNetworks: Object.fromEntries(further) };
}
