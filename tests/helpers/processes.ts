// Programs beside a test: what they say is kept, and they are ended by their id when the test ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect } from 'amqplib';
import { endChild, exitOf } from '../../scripts/local/processes.ts';
import { DISCOVERY_QUEUE } from '../../services/shared/messaging/names.ts';
import type { Broker, Scope } from './broker.ts';
import { eventually } from './eventually.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const GRACE_MS = 10_000;

export interface Program {
  readonly child: ChildProcess;
  /** Standard output and standard error so far. */
  output(): string;
  /** Sends a signal and waits for the end; gives the exit code, null where the signal ended it. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts a program in the project's root. With `ipc` it can send messages. */
export function startProgram(
  t: Scope,
  command: readonly string[],
  { env = {}, ipc = false }: { env?: NodeJS.ProcessEnv; ipc?: boolean } = {},
): Program {
  const child = spawn(command[0]!, command.slice(1), {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  });
  const exited = exitOf(child);
  t.after(() => endChild(child, exited, GRACE_MS));
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return {
    child,
    output: () => Buffer.concat(chunks).toString(),
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      return (await exited).code;
    },
  };
}

/** A msgflo-nodejs participant in a process of its own, on its own transport. */
export async function startStock(t: Scope, url: string, role: string): Promise<Program> {
  const file = fileURLToPath(new URL('stock-participant.ts', import.meta.url));
  const program = startProgram(t, [process.execPath, '--no-deprecation', file, url, role], { ipc: true });
  const [said] = await Promise.race([
    once(program.child, 'message'),
    once(program.child, 'exit').then(() => [`ended:\n${program.output()}`]),
  ]);
  if (said !== 'started') throw new Error(`the stock participant ${said}`);
  return program;
}

/** How many consume from a queue; asking for one that is not there rejects, and closes the channel that asks. */
async function consumers(url: string, queue: string): Promise<number> {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    return (await channel.checkQueue(queue)).consumerCount;
  } finally {
    await connection.close();
  }
}

/** The lab's coordinator in a process of its own, wiring a graph file. Resolves when it hears announcements. */
export async function startCoordinator(t: Scope, { url, managementUrl }: Broker, graph: string): Promise<Program> {
  const env = { AMQP_URL: url, MANAGEMENT_URL: managementUrl, GRAPH: graph, HOST: '127.0.0.1', PORT: '0' };
  const program = startProgram(t, [process.execPath, 'services/coordinator/main.ts'], { env });
  await eventually('the coordinator listens', async () => {
    if (program.child.exitCode !== null) throw new Error(program.output());
    return (await consumers(url, DISCOVERY_QUEUE)) === 1;
  });
  return program;
}
