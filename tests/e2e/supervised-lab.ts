// The lab under test without Docker, started in the background, with ports of its own.
import { existsSync, readFileSync } from 'node:fs';
import { findSupervisor } from '../../scripts/local/control-client.ts';
import { freeLabPorts } from '../../scripts/local/lab-ports.ts';
import { type LabUnderTest, must, ownFolder, root, run } from './lab-under-test.ts';

/** @param purpose what the test is about, for the name of the project that it leaves alone on Docker */
export async function supervisedLab(purpose: string): Promise<LabUnderTest> {
  const ports = await freeLabPorts();
  const folder = ownFolder();
  const env = {
    ...process.env,
    GRAPH_FOLDER: folder,
    GUV_FOLDER: folder,
    COMPOSE_PROJECT_NAME: `queuelab-${purpose}-${process.pid}`, // so that `down --all` leaves alone a lab that runs on Docker
    ...ports,
  };
  const socket = `${root}/.lab/supervisor.sock`;
  /** Everything that was ever started, by process id. */
  const started = new Map<number, string>();

  async function supervisor() {
    const found = await findSupervisor(socket);
    if (found === undefined) throw new Error('no supervisor answers');
    const state = JSON.parse(readFileSync(`${root}/.lab/state.json`, 'utf8')) as {
      supervisor: { pid: number };
      processes: { pid: number; name: string }[];
    };
    started.set(state.supervisor.pid, 'supervisor');
    for (const { pid, name } of state.processes) started.set(pid, name);
    return found;
  }

  const lab_ = (...args: string[]) => must(['./lab', ...args], { env, timeoutMs: 300_000 });

  return {
    name: 'no Docker',
    url: `http://127.0.0.1:${ports.FRONTEND_PORT}`,
    env,
    graph: `${folder}/service.fbp`,
    guv: `${folder}/guv.yaml`,
    async up() {
      await lab_('up', '--local');
      await supervisor();
    },
    async scale(role, replicas) {
      await lab_('scale', role, String(replicas));
      await supervisor();
    },
    async kill(role, how) {
      if (how === 'all') await lab_('kill', role);
      else await (await supervisor()).kill(role, 'SIGKILL', `${role}-1`);
    },
    async stop(service) {
      await (await supervisor()).stop(service);
    },
    async start(service) {
      await lab_('up', service);
      await supervisor();
    },
    async down() {
      await supervisor().catch(() => undefined); // who runs, whoever started them
      await lab_('down', '--all');
    },
    async leftovers() {
      const processes = [...started]
        .filter(([pid]) => existsSync(`/proc/${pid}`))
        .map(([pid, name]) => `${name} (${pid})`);
      const { stdout } = await run(['pgrep', '-fa', `${root}/.lab/`]);
      return [
        ...processes,
        ...stdout.split('\n').filter((line) => line !== ''),
        ...(existsSync(`${root}/.lab`) ? ['.lab'] : []),
      ];
    },
    async logs() {
      return (await run(['./lab', 'logs', '--lines', '60'], { env })).stdout;
    },
  };
}
