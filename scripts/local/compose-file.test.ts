// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what is tested
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationMs, interpolate, readComposeFile } from './compose-file.ts';

const FILE = `
x-service: &service
  stop_grace_period: 1m30s
  healthcheck: &check
    test: [CMD, bash, healthy.sh]
    interval: 5s
    timeout: 3s
x-broker: &broker amqp://lab:\${PASSWORD:-lab}@rabbitmq:5672
services:
  frontend:
    <<: *service
    command: [node, services/frontend/main.ts]
    environment: { PORT: 8080, AMQP_URL: *broker, LOG_LEVEL: , SOURCE_ALLOW: }
    ports: ['127.0.0.1:\${FRONTEND_PORT:-8080}:8080']
    healthcheck: { <<: *check, test: [CMD, bash, healthy.sh, /readyz] }
    depends_on: { rabbitmq: { condition: service_healthy }, vendor: {} }
  resize:
    command: node services/resize/main.ts
    environment: [A=b=c]
    deploy: { replicas: 3 }
    depends_on: [rabbitmq]
    profiles: [load]
`;
const read = (variables = {}) => readComposeFile(FILE, variables);

test('anchors and merge keys give each service its own and the common settings', () => {
  const [frontend] = read();
  assert.equal(frontend?.stopGraceMs, 90_000);
  assert.deepEqual(frontend?.healthcheck, {
    command: ['bash', 'healthy.sh', '/readyz'],
    intervalMs: 5_000,
    timeoutMs: 3_000,
  });
});

test('variables take the place of their defaults, and a name without a value is passed on where it is set', () => {
  const [frontend] = read({ PASSWORD: 'secret', FRONTEND_PORT: '9000-9003', LOG_LEVEL: 'debug' });
  assert.deepEqual(frontend?.environment, {
    PORT: '8080',
    AMQP_URL: 'amqp://lab:secret@rabbitmq:5672',
    LOG_LEVEL: 'debug',
  });
  assert.deepEqual(frontend?.ports, [{ from: 9000, to: 9003, target: 8080, variable: 'FRONTEND_PORT' }]);
});

test('commands, environments and dependencies may be written as lists', () => {
  const resize = read()[1]!;
  assert.deepEqual(resize.command, ['node', 'services/resize/main.ts']);
  assert.deepEqual(resize.environment, { A: 'b=c' });
  assert.deepEqual(resize.dependsOn, [{ service: 'rabbitmq', healthy: false }]);
  assert.deepEqual([resize.replicas, resize.profiles], [3, ['load']]);
});

test('conditions of dependencies are read', () => {
  assert.deepEqual(read()[0]?.dependsOn, [
    { service: 'rabbitmq', healthy: true },
    { service: 'vendor', healthy: false },
  ]);
});

test('interpolation knows the forms that Compose knows', () => {
  const forms = '$A ${A} ${B:-b} ${E-e} ${E:-e} ${A:+yes} ${B:+yes} $$A';
  assert.equal(interpolate(forms, { A: '1', E: '' }), '1 1 b  e yes  $A');
});

test('a variable that must be set and is not is named, with its service', () => {
  const file = 'services: { a: { command: x, environment: { K: "${KEY:?get one at the desk}" } } }';
  assert.throws(() => readComposeFile(file, {}), /service a: KEY must be set: get one at the desk/);
});

test('durations that cannot be read are refused', () => {
  assert.equal(durationMs('1m30s'), 90_000);
  assert.throws(() => durationMs('soon'), /soon is no duration/);
});

test('folders of this machine are read with where they are found inside; named volumes and single files of the broker do no harm', () => {
  const [service] = readComposeFile(
    'services:\n  x:\n    volumes:\n      - ${FOLDER:-.}:/graph:ro\n      - data:/var/lib/data\n      - ./a:/b\n',
    {},
  );
  assert.deepEqual(service?.mounts, [
    { folder: '.', inside: '/graph' },
    { folder: './a', inside: '/b' },
  ]);
});

test("limits of a replica are read in both of Compose's spellings", () => {
  const file = `services:
  old: { command: x, cpus: 0.5, mem_limit: 512m }
  new: { command: x, deploy: { resources: { limits: { cpus: '1.5', memory: 1gb } } } }
  none: { command: x }`;
  const limits = readComposeFile(file, {}).map(({ cpus, memoryBytes }) => [cpus, memoryBytes]);
  assert.deepEqual(limits, [
    [0.5, 512 * 1024 ** 2],
    [1.5, 1024 ** 3],
    [undefined, undefined],
  ]);
  assert.throws(() => readComposeFile('services: { a: { mem_limit: much } }', {}), /service a: much is no size/);
});
