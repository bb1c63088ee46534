// The lab as a user has it, for the end-to-end tests: the same promises are kept in Docker and without.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../helpers/eventually.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** One way of running the lab. */
export interface LabUnderTest {
  readonly name: 'Docker' | 'no Docker';
  /** Where the front end answers. */
  readonly url: string;
  /** The graph file that its coordinator reads. */
  readonly graph: string;
  /** The guv.yaml that its scaler reads. */
  readonly guv: string;
  /** The environment for every command, so that a test's lab is apart from others on the machine. */
  readonly env: NodeJS.ProcessEnv;
  up(): Promise<void>;
  scale(role: string, replicas: number): Promise<void>;
  /** SIGKILLs the replicas of a role, or one of them. They stay down until `start`. */
  kill(role: string, how: 'all' | 'one'): Promise<void>;
  stop(service: string): Promise<void>;
  start(service: string): Promise<void>;
  /** Ends it with everything it keeps. */
  down(): Promise<void>;
  /** What of the lab is still on the machine: containers, volumes, networks, processes, files. */
  leftovers(): Promise<string[]>;
  /** The last lines of every service's log. */
  logs(): Promise<string>;
}

/** Ends a lab with everything it keeps. @throws where something of it is left */
export async function downToNothing(lab: Pick<LabUnderTest, 'down' | 'leftovers'>): Promise<void> {
  await lab.down();
  let left: string[] = [];
  const isNothing = async (): Promise<boolean> => {
    left = await lab.leftovers();
    return left.length === 0;
  };
  await eventually('nothing of the lab is left', isNothing, { withinMs: 5_000 }).catch((error: unknown) => {
    assert.deepEqual(left, [], 'nothing of the lab is left');
    throw error; // it could not be found out
  });
}

/** A folder with copies of the files that define the lab, which a test may edit: for GRAPH_FOLDER and GUV_FOLDER. It goes with the test run. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'queuelab-files-'));
  chmodSync(folder, 0o755); // the container's user is another
  for (const file of ['service.fbp', 'guv.yaml', 'docker-compose.yml'])
    copyFileSync(join(root, file), join(folder, file));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program in the project's root, and gives what it printed. */
export async function run(
  command: readonly string[],
  { env = process.env, timeoutMs = 120_000 }: { env?: NodeJS.ProcessEnv; timeoutMs?: number } = {},
): Promise<Ran> {
  const child = spawn(command[0]!, command.slice(1), { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const stdout = collect(child, 'stdout');
  const stderr = collect(child, 'stderr');
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit, signal) => resolve(signal ? 128 : (exit ?? 0)));
  });
  clearTimeout(timer);
  return { code, stdout: stdout(), stderr: stderr() };
}

/** As `run`, but a command that does not end with 0 fails the test with what it printed. */
export async function must(command: readonly string[], options?: Parameters<typeof run>[1]): Promise<Ran> {
  const ran = await run(command, options);
  assert.equal(
    ran.code,
    0,
    `${command.join(' ')} ended with ${ran.code}\n${ran.stdout.slice(-3000)}\n${ran.stderr.slice(-3000)}`,
  );
  return ran;
}

function collect(child: ChildProcess, stream: 'stdout' | 'stderr'): () => string {
  const chunks: Buffer[] = [];
  child[stream]?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}
