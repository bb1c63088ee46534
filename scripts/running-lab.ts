// Finds the lab that runs here, whichever way it was started.
import { CannotRun } from './command.ts';
import { findDockerLab } from './docker-lab.ts';
import type { RunningLab } from './lab-view.ts';
import { findLocalLab } from './supervised-lab.ts';

/** The running lab, or undefined. */
export async function findLab(): Promise<RunningLab | undefined> {
  return (await findLocalLab()) ?? (await findDockerLab());
}

/** The running lab. @throws {CannotRun} where there is none. */
export async function requireLab(): Promise<RunningLab> {
  const lab = await findLab();
  if (lab === undefined) throw new CannotRun('the lab is not running; ./lab up starts it');
  return lab;
}
