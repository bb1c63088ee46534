// The public test suite for FBP runtimes, `fbp-test` of the package fbp-protocol, against the coordinator as it runs alone.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../scripts/local/free-port.ts';
import { type Broker, openBroker, type Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { undoStack } from '../helpers/undo.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SECRET = 'a secret for the suite';
/** The suite has some 25 tests of at most 20 s each; all together take a few seconds. */
const SUITE_WITHIN_MS = 60_000;

/** Runs a program to its end, at the scope's latest. */
function run(scope: Scope, file: string, cwd: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [file], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  scope.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { ended, output: () => output };
}

async function startAlone(scope: Scope, { url, managementUrl }: Broker): Promise<number> {
  const [port] = (await freePorts(1)) as [number];
  const coordinator = run(scope, join(ROOT, 'services/coordinator/main.ts'), ROOT, {
    AMQP_URL: url,
    MANAGEMENT_URL: managementUrl,
    FBP_PORT: String(port),
    FBP_SECRET: SECRET,
    GRAPH: 'none',
    LOG_LEVEL: 'warn',
  });
  void coordinator.ended.then((code) => {
    if (code !== null) console.error(`the coordinator ended with ${code}: ${coordinator.output()}`);
  });
  await eventually('the coordinator is at work', async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok);
  return port;
}

/** Where the suite looks for its configuration, and for mocha in the folder that it is started in. */
async function folderFor(scope: Scope, port: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fbp-test-'));
  scope.after(() => rm(folder, { recursive: true }));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const config = { name: 'queuelab', host: '127.0.0.1', port, collection: 'core', version: '0.8' };
  await writeFile(join(folder, 'fbp-config.json'), JSON.stringify(config));
  return folder;
}

test('the public test suite of the FBP protocol passes whole', { timeout: 2 * SUITE_WITHIN_MS }, async (t) => {
  const scope = undoStack(t);
  const folder = await folderFor(scope, await startAlone(scope, await openBroker(scope)));
  const suite = run(scope, join(ROOT, 'node_modules/fbp-protocol/bin/fbp-test'), folder, {
    PROJECT_HOME: folder,
    FBP_PROTOCOL_SECRET: SECRET,
  });
  const code = await Promise.race([
    suite.ended,
    new Promise<string>((resolve) => setTimeout(resolve, SUITE_WITHIN_MS, 'not within a minute').unref()),
  ]);
  assert.equal(code, 0, suite.output());
  assert.match(suite.output(), /\b[1-9]\d* passing/);
  assert.doesNotMatch(suite.output(), /failing|pending/, suite.output());
  t.diagnostic(/\d+ passing.*/.exec(suite.output())![0]);
});
