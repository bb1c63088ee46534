// Tells whether a process id still means the process that it meant when it was written down.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process, and when it began: ids are given out again, but not with the same beginning. */
export interface Identity {
  pid: number;
  began: string;
}

/** When a process began, as its operating system says; undefined where there is no such process, or a dead one. */
function began(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
    }
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the name, which is in brackets and may hold anything: the state is field 3, the start time field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export function identify(pid: number): Identity | undefined {
  const since = began(pid);
  return since === undefined ? undefined : { pid, began: since };
}

/** Whether that very process still runs. */
export function stillRuns(identity: Identity): boolean {
  return began(identity.pid) === identity.began;
}
