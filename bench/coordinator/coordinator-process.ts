// The coordinator as the lab runs it, a process of its own, and what is asked of it over HTTP.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../scripts/local/free-port.ts';

const PROGRAM = fileURLToPath(new URL('../../services/coordinator/main.ts', import.meta.url));
const SECRET = 'bench';
const READY_MS = 120_000;

export interface CoordinatorProcess {
  /** Asks with the secret. Rejects with the answer's text where it is no success. */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Resolves when every edge of its graph is bound on the broker. */
  wired(): Promise<void>;
  /** Resident memory in MiB. On Linux alone, else NaN. */
  memory(): Promise<number>;
  end(): Promise<void>;
}

/** @param graph the text of its .fbp file */
export async function startCoordinator(
  { url, managementUrl }: { url: string; managementUrl: string },
  graph: string,
): Promise<CoordinatorProcess> {
  const dir = await mkdtemp(join(tmpdir(), 'queuelab-bench-'));
  const file = join(dir, 'bench.fbp');
  await writeFile(file, graph);
  const [port] = await freePorts(1);
  const child = spawn(process.execPath, ['--max-semi-space-size=8', PROGRAM], {
    env: {
      ...process.env,
      AMQP_URL: url,
      MANAGEMENT_URL: managementUrl,
      PORT: String(port),
      FBP_SECRET: SECRET,
      GRAPH: file,
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');

  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  async function wired(): Promise<void> {
    let why = '';
    for (const end = Date.now() + READY_MS; Date.now() < end; await pause(100)) {
      if (child.exitCode !== null) throw new Error(`the coordinator ended with ${child.exitCode}`);
      try {
        const { edges } = await ask<{ edges: { state: string; why?: string }[] }>('GET', '/graph');
        const waiting = edges.filter(({ state }) => state !== 'bound');
        if (waiting.length === 0) return;
        why = `${waiting.length} edges wait, the first because ${waiting[0]!.why}`;
      } catch (error) {
        why = (error as Error).message;
      }
    }
    throw new Error(`the coordinator has not wired its graph within ${READY_MS / 1000} s: ${why}`);
  }

  return {
    ask,
    wired,
    async memory() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
    },
    async end() {
      child.kill('SIGTERM');
      await ended;
      await rm(dir, { recursive: true });
    },
  };
}
