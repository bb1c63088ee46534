// A whole lab on Docker for the soak: its own project and ports, one replica of everything, as it is brought up.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { freeLabPorts } from '../../scripts/local/lab-ports.ts';

const exec = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the engine's API says of a container's memory: `rss` with cgroup 1, `anon` with cgroup 2. */
interface MemoryStats {
  memory_stats: { stats?: { rss?: number; anon?: number } };
}

export interface SoakLab {
  /** Where jobs are sent to. */
  readonly url: string;
  /**
   * Memory of each container in MB, by its service and number (`resize-1`): what its processes have made their own, without files that
   * the kernel keeps for them and gives up when it needs to.
   */
  memory(): Promise<Map<string, number>>;
  down(): Promise<void>;
}

export async function startSoakLab(progress: (line: string) => void): Promise<SoakLab> {
  const ports = await freeLabPorts();
  const project = `queuelab-soak-${process.pid}`;
  const env = { ...process.env, ...ports, COMPOSE_PROJECT_NAME: project };
  const compose = (...args: string[]) => exec('docker', ['compose', ...args], { cwd: root, env, maxBuffer: 2 ** 26 });
  const down = async () => void (await compose('down', '--volumes', '--timeout', '5'));
  try {
    progress('building the image');
    await compose('build', 'frontend');
    progress('starting the lab');
    await compose('up', '--wait');
  } catch (error) {
    await down();
    throw error;
  }
  const docker = new Docker();
  const label = `com.docker.compose.project=${project}`;
  return {
    url: `http://127.0.0.1:${ports.FRONTEND_PORT}`,
    async memory() {
      const containers = await docker.listContainers({ filters: { label: [label] } });
      const readings = containers.map(async ({ Id, Names }) => {
        const stats = (await docker.getContainer(Id).stats({ stream: false, 'one-shot': true })) as MemoryStats;
        const { rss, anon } = stats.memory_stats.stats ?? {};
        const name = Names[0]!.slice(`/${project}-`.length);
        return [name, (rss ?? anon ?? Number.NaN) / 1e6] as const;
      });
      return new Map((await Promise.all(readings)).sort(([a], [b]) => a.localeCompare(b)));
    },
    down,
  };
}
