// The coordinator as a process of its own, on a test's vhost, with a graph file that the test may edit. It ends with its scope.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../scripts/local/free-port.ts';
import type { GraphView } from '../../services/coordinator/http/graph-view.ts';
import type { ParticipantView } from '../../services/coordinator/participants/participants.ts';
import type { Broker, Scope } from './broker.ts';
import { eventually } from './eventually.ts';

const MAIN = fileURLToPath(new URL('../../services/coordinator/main.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Answer<T = Record<string, unknown>> {
  status: number;
  body: T;
}

export interface CoordinatorUnderTest {
  /** http://127.0.0.1:port */
  readonly url: string;
  readonly secret: string;
  /** The graph's file; absent where it runs without one. */
  readonly file: string;
  readonly pid: () => number;
  /** Everything it has logged so far. */
  output(): string;
  /** With the secret, unless other headers are given. */
  ask<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>;
  graph(): Promise<GraphView>;
  participants(): Promise<ParticipantView[]>;
  /** Makes and takes away edges; fails where the answer is no. */
  change(edges: { connect?: string[]; disconnect?: string[] }): Promise<Record<string, unknown>>;
  /** Waits until this edge is bound. */
  bound(edge: string): Promise<void>;
  write(text: string): Promise<void>;
  read(): Promise<string>;
  /** Resolves when it has ended. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Starts it again after `stop`, on the same port. */
  start(): Promise<void>;
}

export interface CoordinatorUnderTestOptions {
  /** The text of its graph file; without it, none. */
  graph?: string;
  secret?: string;
  env?: Record<string, string>;
  /** Whether to wait until it is at work. Default true. */
  wait?: boolean;
}

export async function startCoordinator(
  scope: Scope,
  { url: amqpUrl, managementUrl }: Pick<Broker, 'url' | 'managementUrl'>,
  { graph, secret = 'test-secret', env = {}, wait = true }: CoordinatorUnderTestOptions = {},
): Promise<CoordinatorUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'queuelab-coordinator-'));
  scope.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'test.fbp');
  if (graph !== undefined) await writeFile(file, graph);
  const [port] = (await freePorts(1)) as [number];
  const url = `http://127.0.0.1:${port}`;
  let output = '';
  let child: ReturnType<typeof spawn> | undefined;
  let ended: Promise<number | null> = Promise.resolve(0);

  async function ask<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: headers ?? { authorization: `Bearer ${secret}` },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, body: (isJson ? JSON.parse(text) : text) as T };
  }

  async function start(): Promise<void> {
    const running = spawn(process.execPath, [MAIN], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        AMQP_URL: amqpUrl,
        MANAGEMENT_URL: managementUrl,
        FBP_PORT: String(port),
        FBP_SECRET: secret,
        GRAPH: graph === undefined ? 'none' : file,
        LOG_LEVEL: 'info',
        REPLICA: 'coordinator-under-test',
        ...env,
      },
    });
    child = running;
    for (const stream of [running.stdout!, running.stderr!]) stream.on('data', (chunk: Buffer) => (output += chunk));
    ended = new Promise((resolve) => running.once('close', resolve));
    if (!wait) return;
    await eventually(
      'the coordinator is at work',
      async () => {
        if (running.exitCode !== null) return 'ended';
        const { status } = await ask('GET', '/participants');
        return status === 200 ? 'at work' : undefined;
      },
      { withinMs: 20_000 },
    );
    if (running.exitCode !== null) throw new Error(`the coordinator ended with ${running.exitCode}: ${output}`);
  }

  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    child?.kill(signal);
    return ended;
  }

  scope.after(async () => void (await stop('SIGKILL')));
  await start();
  return {
    url,
    secret,
    file,
    pid: () => child!.pid!,
    output: () => output,
    ask,
    graph: async () => (await ask<GraphView>('GET', '/graph')).body,
    participants: async () =>
      (await ask<{ participants: ParticipantView[] }>('GET', '/participants')).body.participants,
    async change(edges) {
      const { status, body } = await ask<Record<string, unknown>>('POST', '/graph/edges', edges);
      if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
      return body;
    },
    async bound(edge) {
      await eventually(`${edge} is bound`, async () => {
        const { body } = await ask<GraphView>('GET', '/graph');
        return body.edges?.some((one) => one.edge === edge && one.state === 'bound');
      });
    },
    write: (text) => writeFile(file, text),
    read: () => readFile(file, 'utf8'),
    stop,
    start,
  };
}
