// Starting, watching and ending processes by their id.
import type { ChildProcess } from 'node:child_process';

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Resolves when the process has ended, or could not be started. */
export function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: 127, signal: null }));
  });
}

/** Sends a signal; false where there is no such process any more. */
export function signalPid(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** SIGTERM, and SIGKILL where that has not ended the process within the grace, in milliseconds. */
export async function endChild(child: ChildProcess, exited: Promise<Exit>, graceMs: number): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  // A stopped process (SIGSTOP) gets SIGTERM only when it goes on.
  child.kill('SIGCONT');
  const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited;
  clearTimeout(force);
}

/** Calls `check` again and again until it answers true; false where the limit (milliseconds) passes or the signal fires first. */
export async function until(
  check: () => Promise<boolean>,
  options: { limitMs: number; everyMs?: number; signal?: AbortSignal },
): Promise<boolean> {
  const end = performance.now() + options.limitMs;
  for (;;) {
    if (options.signal?.aborted) return false;
    if (await check()) return true;
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 100));
  }
}
