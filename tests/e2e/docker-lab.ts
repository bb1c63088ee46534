// The lab under test on real Docker, with ports and a project name of its own.
import { freeLabPorts } from '../../scripts/local/lab-ports.ts';
import { type LabUnderTest, must, ownFolder, run } from './lab-under-test.ts';

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** @param purpose what the test is about, for the project's name */
export async function dockerLab(purpose: string): Promise<LabUnderTest> {
  const project = `queuelab-${purpose}-${process.pid}`;
  const ports = await freeLabPorts();
  const folder = ownFolder();
  const env = {
    ...process.env,
    GRAPH_FOLDER: folder,
    GUV_FOLDER: folder,
    COMPOSE_PROJECT_NAME: project,
    ...ports,
  };
  const compose = (...args: string[]) => must(['docker', 'compose', ...args], { env, timeoutMs: 300_000 });

  return {
    name: 'Docker',
    url: `http://127.0.0.1:${ports.FRONTEND_PORT}`,
    env,
    graph: `${folder}/service.fbp`,
    guv: `${folder}/guv.yaml`,
    async up() {
      await compose('up', '--build', '--wait');
    },
    async scale(role, replicas) {
      await compose('up', '-d', '--no-recreate', '--wait', '--scale', `${role}=${replicas}`, role);
    },
    async kill(role, how) {
      if (how === 'all') await compose('kill', '-s', 'SIGKILL', role);
      else {
        const [id] = lines((await compose('ps', '-q', role)).stdout);
        await must(['docker', 'kill', '-s', 'SIGKILL', id!]);
      }
    },
    async stop(service) {
      await compose('stop', service);
    },
    async start(service) {
      await compose('up', '-d', '--no-recreate', '--wait', service);
    },
    async down() {
      await must(['./lab', 'down', '--all'], { env });
    },
    async leftovers() {
      const label = `label=com.docker.compose.project=${project}`;
      const containers = await must(['docker', 'ps', '-aq', '--filter', label]);
      const volumes = await must(['docker', 'volume', 'ls', '-q', '--filter', label]);
      const networks = await must(['docker', 'network', 'ls', '-q', '--filter', label]);
      return [containers, volumes, networks].flatMap(({ stdout }) => lines(stdout));
    },
    async logs() {
      return (await run(['docker', 'compose', 'logs', '--no-color', '--tail', '60'], { env })).stdout;
    },
  };
}
