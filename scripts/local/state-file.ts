// What a supervisor leaves on disk, so that the next one can end what a killed one could not.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type Identity, identify, stillRuns } from './identity.ts';
import { signalPid, until } from './processes.ts';

interface State {
  supervisor: Identity;
  processes: (Identity & { name: string })[];
}

const GRACE_MS = 30_000;

/** Writes down who supervises and what runs; whole or not at all. */
export function writeState(file: string, processes: readonly { name: string; pid: number }[]): void {
  const known = processes.flatMap(({ name, pid }) => {
    const identity = identify(pid);
    return identity === undefined ? [] : [{ name, ...identity }];
  });
  const state: State = { supervisor: identify(process.pid)!, processes: known };
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2));
  renameSync(`${file}.new`, file);
}

function readState(file: string): State | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as State;
  } catch {
    return undefined;
  }
}

/** The process id of a supervisor that runs with this file. */
export function runningSupervisor(file: string): number | undefined {
  const state = readState(file);
  return state !== undefined && stillRuns(state.supervisor) ? state.supervisor.pid : undefined;
}

/** Ends what a supervisor that is gone left running, in order where that works; answers with the names. */
export async function endLeftovers(file: string): Promise<string[]> {
  const left = (readState(file)?.processes ?? []).filter(stillRuns);
  for (const { pid } of left) {
    signalPid(pid, 'SIGTERM');
    signalPid(pid, 'SIGCONT');
  }
  await until(async () => !left.some(stillRuns), { limitMs: GRACE_MS });
  for (const process of left.filter(stillRuns)) signalPid(process.pid, 'SIGKILL');
  rmSync(file, { force: true });
  return left.map(({ name }) => name);
}
