// Taking a container off its networks and putting it back exactly as Compose had it, by plain `docker network` commands.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ContainerInspectInfo } from 'dockerode';
import {
  type Endpoints,
  endpointsLike,
  endpointsOfCut,
  isCut,
  nameOf,
} from '../services/platform/drivers/docker/endpoints.ts';

const run = promisify(execFile);

/** Prints and runs a `docker` command. */
type Must = (...args: string[]) => Promise<void>;

async function inspect(names: readonly string[]): Promise<ContainerInspectInfo[]> {
  return JSON.parse((await run('docker', ['inspect', '--type', 'container', ...names])).stdout);
}

/** Where a container is; empty while it is cut off. */
export async function placesOf(name: string): Promise<Endpoints> {
  const [container] = await inspect([name]);
  return endpointsLike(container!, nameOf(container!));
}

export async function cutOff(name: string, must: Must): Promise<void> {
  for (const network of Object.keys(await placesOf(name))) await must('network', 'disconnect', network, name);
}

/** Its names in a network, as `docker network connect` takes them; its own comes by itself and does no harm. */
function aliasArguments(aliases: readonly string[], links: readonly string[] = []): string[] {
  return [...aliases.flatMap((alias) => ['--alias', alias]), ...links.flatMap((link) => ['--link', link])];
}

/** Does nothing to one that is not cut off. `places`: where it was, as far as that is known. */
export async function putBack(
  name: string,
  { places, siblings }: { places: Endpoints | undefined; siblings: readonly string[] },
  must: Must,
): Promise<void> {
  const all = await inspect([...new Set([name, ...siblings])]);
  const container = all.find((one) => nameOf(one) === name)!;
  if (!isCut(container)) return;
  const sibling = all.find((one) => one !== container && !isCut(one));
  for (const [network, { Aliases, Links }] of Object.entries(places ?? endpointsOfCut(container, sibling))) {
    const names = aliasArguments((Aliases ?? []) as string[], (Links ?? []) as string[]);
    await must('network', 'connect', ...names, network, name);
  }
}
