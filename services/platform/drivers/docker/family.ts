// The project's own containers, and how one is found among them. Whoever is not in here does not exist, whatever id is asked for.
import type { ContainerInspectInfo } from 'dockerode';
import { DriverError } from '../../driver.ts';
import { shortId } from './endpoints.ts';
import type { Engine } from './engine.ts';
import { isReplica, SERVICE } from './labels.ts';

export interface Limits {
  cpus?: number;
  memoryBytes?: number;
}

export function createFamily(engine: Engine, project: string) {
  const mine = async () => (await engine.containers(project)).filter(({ Labels }) => isReplica(Labels, project));

  /** Those that go between the list and the look are left out. */
  async function lookAt(ids: readonly string[]): Promise<ContainerInspectInfo[]> {
    const looks = await Promise.all(
      ids.map((id) =>
        engine.inspect(id).catch((error: unknown) => {
          if (error instanceof DriverError && error.kind === 'unknown') return undefined;
          throw error;
        }),
      ),
    );
    return looks.filter((container) => container !== undefined);
  }

  return {
    /** @throws {DriverError} */
    async of(services: readonly string[]): Promise<ContainerInspectInfo[]> {
      const some = (await mine()).filter(({ Labels }) => services.includes(Labels[SERVICE] ?? ''));
      return lookAt(some.map(({ Id }) => Id));
    },
    /** @throws {DriverError} */
    all: async (): Promise<ContainerInspectInfo[]> => lookAt((await mine()).map(({ Id }) => Id)),
    /**
     * By its short id, to the letter: an id that another project's container has, a name and a prefix are unknown.
     *
     * @throws {DriverError}
     */
    async find(id: string): Promise<ContainerInspectInfo> {
      const found = (await mine()).find(({ Id }) => shortId(Id) === id);
      if (found === undefined) throw new DriverError('unknown', `there is no replica ${id} in ${project}`);
      return engine.inspect(found.Id);
    },
    /** What a container's image is called where the tag still means that image, else its id. */
    async imageOf(id: string): Promise<string | undefined> {
      return (await mine()).find(({ Id }) => Id === id)?.Image;
    },
    limits({ HostConfig }: ContainerInspectInfo): Limits {
      return {
        ...(HostConfig.NanoCpus ? { cpus: HostConfig.NanoCpus / 1e9 } : {}),
        ...(HostConfig.Memory ? { memoryBytes: HostConfig.Memory } : {}),
      };
    },
  };
}

export type Family = ReturnType<typeof createFamily>;
