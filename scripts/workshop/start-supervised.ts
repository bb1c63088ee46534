// Brings the lab without Docker to what docker-compose.yml and .env say. What its services were told when it was started cannot be taken
// back from them: where .env says otherwise, all of it is started anew.
import { readFileSync } from 'node:fs';
import { CannotRun } from '../command.ts';
import type { RunningLab } from '../lab-view.ts';
import { findSupervisor } from '../local/control-client.ts';
import { composeVariables, socketFile } from '../local/local-lab.ts';
import { differing, settingsOf } from '../local/settings.ts';
import { findLocalLab, startInBackground, stopLocalLab } from '../supervised-lab.ts';
import { composeNumbers } from './compose-numbers.ts';
import { killWorkers } from './workers.ts';

type Settings = Readonly<Record<string, string>>;

/**
 * How a lab was started, where it has to be started anew: `with another ADMISSION than .env has`.
 * @param told what its services were told; undefined where it is of a version that did not note that yet
 */
export function startedOtherwise(told: Settings | undefined, wanted: Settings): string | undefined {
  if (told === undefined) return 'by an earlier version';
  const names = differing(told, wanted);
  return names.length === 0 ? undefined : `with another ${names.join(', ')} than .env has`;
}

async function otherwise(): Promise<string | undefined> {
  const status = await (await findSupervisor(socketFile('.')))?.status();
  if (status === undefined) return undefined;
  const wanted = settingsOf(readFileSync('docker-compose.yml', 'utf8'), composeVariables('.', process.env));
  return startedOtherwise(status.settings, wanted);
}

async function restart(lab: RunningLab, how: string, say: (line: string) => void): Promise<RunningLab> {
  say(`the lab was started ${how}: ending it, and starting it again in the background`);
  // What they have in memory they would finish first.
  if (how.includes('UNSAFE_MESSAGING')) await killWorkers(lab);
  await stopLocalLab();
  if (!(await startInBackground())) throw new CannotRun('the lab did not become healthy');
  const again = await findLocalLab();
  if (again === undefined) throw new CannotRun('the lab has ended again; .lab/lab.log may say why');
  return again;
}

/** Answers with the lab, which may be another process now. @throws {CannotRun} */
export async function startSupervised(lab: RunningLab, say: (line: string) => void): Promise<RunningLab> {
  const how = await otherwise();
  if (how !== undefined) return restart(lab, how, say);
  const numbers = composeNumbers();
  const others = (await lab.services()).filter(({ name, replicas }) => replicas.length !== numbers.get(name));
  const [healthy] = await Promise.all([
    lab.up([]),
    ...others.map(({ name, replicas }) => lab.scale(name, numbers.get(name) ?? replicas.length)),
  ]);
  if (!healthy) throw new CannotRun('the lab did not become healthy; ./lab status shows it');
  return lab;
}
