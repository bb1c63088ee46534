// Starts participants that hold what they get, and waits for what they say.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { nodeSettings } from '../../scripts/local/launch.ts';
import type { Taken } from './holder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = fileURLToPath(new URL('holder.ts', import.meta.url));
const LIMIT_MS = 60_000;

export interface Holder {
  readonly pid: number;
  /** Resolves when it has told of `count` messages in all, with all that it told. */
  taken(count: number): Promise<readonly Taken[]>;
  kill(signal: NodeJS.Signals): void;
  /** Ends it, however it is. */
  end(): Promise<void>;
}

export function startHolder(url: string, prefetch: number): Holder {
  const child: ChildProcess = fork(PROGRAM, [url, String(prefetch)], {
    stdio: 'inherit',
    env: { ...process.env, ...nodeSettings(`${root}/.lab`) }, // as the lab starts its services
  });
  const exited = once(child, 'exit');
  const heard: Taken[] = [];
  child.on('message', (message) => heard.push(message as Taken));
  return {
    pid: child.pid!,
    async taken(count) {
      const signal = AbortSignal.timeout(LIMIT_MS);
      while (heard.length < count) await once(child, 'message', { signal });
      return heard;
    },
    kill: (signal) => void child.kill(signal),
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Memory of a process in MB (of a million bytes): now, and the most that it ever had. */
export async function memory(pid: number): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const megabytes = (field: string): number =>
    (Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}
