// The scaler as a process of its own, on a test's vhost, with a guv.yaml and a folder of policies that the test may edit. It ends with its
// scope.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../scripts/local/free-port.ts';
import type { Decision } from '../../services/scaler/deciding/types.ts';
import type { ScalerStatus } from '../../services/scaler/governor.ts';
import type { RoleStatus } from '../../services/scaler/live-role.ts';
import { managementApi } from '../../services/shared/messaging/management.ts';
import type { Broker, Scope } from './broker.ts';
import { eventually } from './eventually.ts';

const MAIN = fileURLToPath(new URL('../../services/scaler/main.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Answer<T = Record<string, unknown>> {
  status: number;
  body: T;
}

export interface ScalerUnderTest {
  /** http://127.0.0.1:port */
  readonly url: string;
  readonly eventsFile: string;
  /** Everything it has logged so far. */
  output(): string;
  /** With the token, unless other headers are given. */
  ask<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>;
  status(): Promise<ScalerStatus>;
  /** Waits until it says so of a role, and returns what it says then. */
  until(
    what: string,
    role: string,
    is: (role: RoleStatus) => unknown,
    limit?: { withinMs: number },
  ): Promise<RoleStatus>;
  mode(mode: 'off' | 'advise' | 'act', more?: { restore: boolean }): Promise<Record<string, unknown>>;
  decisions(role: string): Promise<Decision[]>;
  /** Puts another guv.yaml in the place of the one that it reads. */
  write(guv: string): Promise<void>;
  /** policies/<name>.ts */
  writePolicy(name: string, code: string): Promise<void>;
  /** Resolves with the exit code when it has ended. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Starts it again after `stop`, on the same port. */
  start(): Promise<void>;
  /** `--once`, beside it or in its place. */
  once(env?: Record<string, string>): Promise<{ code: number | null; out: string; err: string }>;
}

export interface ScalerUnderTestOptions {
  guv: string;
  platform: { url: string; token: string };
  env?: Record<string, string>;
  /** Whether it is started at once. Default true. */
  start?: boolean;
}

export async function startScaler(
  scope: Scope,
  broker: Broker,
  { guv, platform, env = {}, start: startNow = true }: ScalerUnderTestOptions,
): Promise<ScalerUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'queuelab-scaler-'));
  scope.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'guv.yaml');
  const policies = join(folder, 'policies');
  const eventsFile = join(folder, 'events.ndjson');
  await mkdir(policies);
  await writeFile(file, guv);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let output = '';
  let child: ReturnType<typeof spawn> | undefined;
  let ended: Promise<number | null> = Promise.resolve(0);

  function run(args: string[], more: Record<string, string>) {
    return spawn(process.execPath, [MAIN, ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        AMQP_URL: broker.url,
        MANAGEMENT_URL: broker.managementUrl,
        PLATFORM_URL: platform.url,
        LAB_TOKEN: platform.token,
        PORT: String(port),
        GUV: file,
        POLICIES: policies,
        EVENTS_FILE: eventsFile,
        REPLICA: 'scaler-under-test',
        ...env,
        ...more,
      },
    });
  }

  async function ask<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { connection: 'close', ...(headers ?? { authorization: `Bearer ${platform.token}` }) },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, body: (isJson ? JSON.parse(text) : text) as T };
  }

  const status = async (): Promise<ScalerStatus> => (await ask<ScalerStatus>('GET', '/status')).body;

  async function start(): Promise<void> {
    const running = run([], {});
    child = running;
    for (const stream of [running.stdout!, running.stderr!]) stream.on('data', (chunk: Buffer) => (output += chunk));
    ended = new Promise((resolve) => running.once('close', resolve));
    await eventually(
      'the scaler listens',
      async () => running.exitCode !== null || (await status()).mode !== undefined,
    );
    if (running.exitCode !== null) throw new Error(`the scaler ended with ${running.exitCode}: ${output}`);
  }

  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    child?.kill(signal);
    return ended;
  }

  scope.after(async () => {
    await stop('SIGKILL');
    // Global parameters do not go with the vhost.
    const parameter = encodeURIComponent(`queuelab-scaler-${broker.vhost}`);
    await managementApi(process.env.TEST_MANAGEMENT_URL || broker.managementUrl)
      .delete(`global-parameters/${parameter}`)
      .catch(() => {});
  });
  if (startNow) await start();
  return {
    url,
    eventsFile,
    output: () => output,
    ask,
    status,
    async until(what, role, is, limit = { withinMs: 30_000 }) {
      const find = async (): Promise<RoleStatus | undefined> => {
        const found = (await status()).roles.find((one) => one.role === role);
        return found !== undefined && is(found) ? found : undefined;
      };
      return eventually(what, find, limit);
    },
    async mode(mode, more) {
      const answer = await ask<Record<string, unknown>>('PUT', '/mode', { mode, ...more });
      if (answer.status !== 200) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    decisions: async (role) =>
      (await ask<{ decisions: Decision[] }>('GET', `/decisions?role=${role}&limit=500`)).body.decisions,
    async write(text) {
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    },
    writePolicy: (name, code) => writeFile(join(policies, `${name}.ts`), code),
    stop,
    start,
    async once(more = {}) {
      const running = run(['--once'], more);
      let out = '';
      let err = '';
      running.stdout!.on('data', (chunk: Buffer) => (out += chunk));
      running.stderr!.on('data', (chunk: Buffer) => (err += chunk));
      const code = await new Promise<number | null>((resolve) => running.once('close', resolve));
      return { code, out, err };
    },
  };
}
