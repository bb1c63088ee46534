import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const mains = globSync('services/*/main.ts', { cwd: root }).sort();

function start(t: TestContext, main: string, env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(process.execPath, [main], {
    cwd: root,
    env: { ...process.env, LOG_LEVEL: 'info', ...env },
    stdio: 'pipe',
  });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

async function text(stream: NodeJS.ReadableStream | null): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Resolves when the child has written a line with these words. */
function says(child: ChildProcess, words: string): Promise<void> {
  let said = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk;
      if (said.includes(words)) resolve();
    });
    child.once('exit', () => reject(new Error(`it ended without saying "${words}": ${said}`)));
  });
}

for (const main of mains) {
  test(`a wrong environment variable stops ${main} at start with its name, what was given and what was expected`, async (t) => {
    const child = start(t, main, { PORT: 'eighty' });
    const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit'), text(child.stdout)]);
    assert.equal(code, 2);
    assert.match(errors, /^\w+: PORT must be a whole number from 0 to 65535, got "eighty"$/m);
  });
}

test('a wrong LOG_LEVEL stops a service as well', async (t) => {
  const child = start(t, 'services/vendor/main.ts', { LOG_LEVEL: 'loud' });
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.equal(code, 2);
  assert.match(errors, /^vendor: LOG_LEVEL must be one of trace, .*, got "loud"$/m);
});

test('SIGTERM ends a service in order', async (t) => {
  const child = start(t, 'services/vendor/main.ts', { PORT: '0' });
  await says(child, 'running');
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('a service under a supervisor ends in order when the supervisor is gone', async (t) => {
  const child = start(t, 'services/vendor/main.ts', { PORT: '0', LAB_SUPERVISED: '1' });
  await says(child, 'running');
  child.stdin?.end();
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('a service whose broker is away starts, waits, and ends in order', async (t) => {
  const child = start(t, 'services/resize/main.ts', { PORT: '0', AMQP_URL: 'amqp://lab:lab@127.0.0.1:1' });
  await says(child, 'cannot connect to the broker, trying on');
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});
