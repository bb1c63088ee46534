// The lab of the soak, one replica of everything as it is brought up, with the memory of each.
import Docker from 'dockerode';
import { type ComposeLab, startComposeLab } from '../compose-lab.ts';

/** What the engine's API says of a container's memory: `rss` with cgroup 1, `anon` with cgroup 2. */
interface MemoryStats {
  memory_stats: { stats?: { rss?: number; anon?: number } };
}

export interface SoakLab extends ComposeLab {
  /**
   * Memory of each container in MB, by its service and number (`resize-1`): what its processes have made their own, without files that
   * the kernel keeps for them and gives up when it needs to.
   */
  memory(): Promise<Map<string, number>>;
}

export async function startSoakLab(progress: (line: string) => void): Promise<SoakLab> {
  const lab = await startComposeLab('soak', progress);
  const docker = new Docker();
  const label = `com.docker.compose.project=${lab.project}`;
  return {
    ...lab,
    async memory() {
      const containers = await docker.listContainers({ filters: { label: [label] } });
      const readings = containers.map(async ({ Id, Names }) => {
        const stats = (await docker.getContainer(Id).stats({ stream: false, 'one-shot': true })) as MemoryStats;
        const { rss, anon } = stats.memory_stats.stats ?? {};
        const name = Names[0]!.slice(`/${lab.project}-`.length);
        return [name, (rss ?? anon ?? Number.NaN) / 1e6] as const;
      });
      return new Map((await Promise.all(readings)).sort(([a], [b]) => a.localeCompare(b)));
    },
  };
}
