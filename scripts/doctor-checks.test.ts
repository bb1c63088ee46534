import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { atLeast, examine, socketCheck } from './doctor-checks.ts';
import type { ComposeService } from './local/compose-file.ts';
import { installLine } from './local/rabbitmq-install.ts';

test('versions are compared by number, with what distributions add to them', () => {
  assert(atLeast('2.30.1', [2, 30]));
  assert(atLeast('20.10.24+dfsg1', [20, 10]));
  assert(!atLeast('2.9.0', [2, 30]));
});

test('a port that another program has is a problem, with the variable that moves it', async (t) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  const { port } = other.address() as { port: number };
  const frontend = { name: 'frontend', ports: [{ from: port, to: port, target: 8080, variable: 'FRONTEND_PORT' }] };
  const findings = await examine([frontend as ComposeService], false);
  const finding = findings.find(({ what }) => what === `port ${port}`);
  assert.equal(finding?.verdict, 'problem');
  assert.match(finding?.remedy ?? '', /set FRONTEND_PORT/);
});

test('an engine of a user has its socket elsewhere, and the variable that says so is named', () => {
  const own = 'unix:///run/user/1000/docker.sock';
  assert.match(socketCheck(own).remedy ?? '', /DOCKER_SOCKET=\/run\/user\/1000\/docker\.sock/);
  assert.equal(socketCheck(own, '/run/user/1000/docker.sock').verdict, 'fine');
  for (const engine of [
    'unix:///var/run/docker.sock',
    'unix:///Users/me/.docker/run/docker.sock',
    'npipe:////./pipe/docker',
    '',
  ]) {
    assert.equal(socketCheck(engine).verdict, 'fine', engine);
  }
});

test('whatever is wrong has a remedy', async () => {
  for (const { verdict, remedy } of await examine([], false)) assert(verdict === 'fine' || remedy !== undefined);
});

test('each platform gets its own line to install RabbitMQ', () => {
  assert.equal(installLine('darwin'), 'brew install rabbitmq');
  assert.equal(
    installLine('linux', (program) => program === 'dnf'),
    'sudo dnf install -y rabbitmq-server',
  );
  assert.match(
    installLine('linux', () => false),
    /https:\/\//,
  );
});
