// A whole lab on Docker for a benchmark: its own project and ports, on an image that is built before. It is gone when the benchmark
// ends, and when it is broken off.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freeLabPorts } from '../scripts/local/lab-ports.ts';
import { undoable } from './undo.ts';

const exec = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

export interface ComposeLab {
  /** Of its containers, as Compose labels them. */
  readonly project: string;
  readonly ports: Awaited<ReturnType<typeof freeLabPorts>>;
  /** Where jobs are sent to. */
  readonly url: string;
  down(): Promise<void>;
}

/** @param env settings of the lab, as they stand in `.env` */
export async function startComposeLab(
  name: string,
  progress: (line: string) => void,
  env: Record<string, string> = {},
): Promise<ComposeLab> {
  const ports = await freeLabPorts();
  const project = `queuelab-${name}-${process.pid}`;
  const settings = { ...process.env, ...ports, ...env, COMPOSE_PROJECT_NAME: project };
  const compose = (...args: string[]) =>
    exec('docker', ['compose', ...args], { cwd: root, env: settings, maxBuffer: 2 ** 26 });
  const down = undoable(async () => void (await compose('down', '--volumes', '--timeout', '5')));
  try {
    progress('building the image');
    await compose('build', 'frontend');
    progress('starting the lab');
    await compose('up', '--wait');
  } catch (error) {
    await down();
    throw error;
  }
  return { project, ports, url: `http://127.0.0.1:${ports.FRONTEND_PORT}`, down };
}
