// Whether what a fault was done to is still there: a container that is gone takes its fault along, and so does the lab.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RunningLab } from '../lab-view.ts';
import { stateFile } from '../local/local-lab.ts';
import { runningSupervisor } from '../local/state-file.ts';

const run = promisify(execFile);

/** Ids of those containers that are there. @throws where the engine does not answer */
async function existing(names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  try {
    return (await run('docker', ['inspect', '--type', 'container', '--format', '{{.Id}}', ...names])).stdout
      .split('\n')
      .filter(Boolean);
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    if (/no such (container|object)/i.test(stderr)) return stdout.split('\n').filter(Boolean);
    throw error;
  }
}

const supervisors = (): string[] => {
  const pid = runningSupervisor(stateFile('.'));
  return pid === undefined ? [] : [String(pid)];
};

/** What a fault on these services hangs on. */
export async function anchorsOf(lab: RunningLab, services: readonly string[]): Promise<string[]> {
  if (lab.mode === 'local') return supervisors();
  const views = (await lab.services()).filter(({ name }) => services.includes(name));
  return existing(views.flatMap(({ replicas }) => replicas.map(({ name }) => name)));
}

/** Whether any of it is still there; an engine that does not answer for a moment has taken nothing away. */
export async function anyLeft({
  mode,
  anchors,
}: {
  mode: RunningLab['mode'];
  anchors: readonly string[];
}): Promise<boolean> {
  if (mode === 'local') return supervisors().some((pid) => anchors.includes(pid));
  return existing(anchors).then(
    (ids) => ids.length > 0,
    () => true,
  );
}
