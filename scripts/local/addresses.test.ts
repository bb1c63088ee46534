import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { createPorts, PortTaken, replicaEnvironment, rewrite } from './addresses.ts';
import type { ComposeService } from './compose-file.ts';
import { freePort } from './free-port.ts';

const service = (name: string, more: Partial<ComposeService> = {}): ComposeService => ({
  name,
  command: ['node', 'main.ts'],
  environment: {},
  ports: [],
  replicas: 1,
  mounts: [],
  dependsOn: [],
  stopGraceMs: 1_000,
  profiles: [],
  ...more,
});

const here = { port: 40003, addresses: new Map(), supervisor: '/lab/supervisor.sock' };

test('names of services become loopback addresses wherever they stand in a value', () => {
  const addresses = new Map([
    ['rabbitmq:5672', 40001],
    ['vendor:8081', 40002],
  ]);
  assert.equal(rewrite('amqp://lab:lab@rabbitmq:5672/x', addresses), 'amqp://lab:lab@127.0.0.1:40001/x');
  assert.equal(rewrite('http://vendor:8081,http://other:8081', addresses), 'http://127.0.0.1:40002,http://other:8081');
});

test('a replica listens on loopback, on its own port, under its own name', () => {
  const resize = service('resize', { environment: { HOST: '0.0.0.0', PORT: '9464', A: 'b' } });
  assert.deepEqual(replicaEnvironment(resize, 'resize-2', here), {
    HOST: '127.0.0.1',
    PORT: '40003',
    A: 'b',
    REPLICA: 'resize-2',
    LAB_SUPERVISED: '1',
  });
});

test('a path below a mount becomes one of this machine', () => {
  const coordinator = service('coordinator', {
    mounts: [{ folder: './graphs', inside: '/graph' }],
    environment: { GRAPH: '/graph/service.fbp', OTHER: '/graphical/x' },
  });
  const { GRAPH, OTHER } = replicaEnvironment(coordinator, 'coordinator-1', here);
  assert.deepEqual([GRAPH, OTHER], ['graphs/service.fbp', '/graphical/x']);
});

test("what steers replicas through Docker's socket is given the supervisor's, and nothing else is", () => {
  const environment = { DRIVER: 'docker', DOCKER_SOCKET: '/var/run/docker.sock' };
  const mounts = [{ folder: '/run/user/1000/docker.sock', inside: '/var/run/docker.sock' }];
  const platform = replicaEnvironment(service('platform', { environment, mounts }), 'platform-1', here);
  assert.deepEqual([platform.DRIVER, platform.SUPERVISOR_SOCKET], ['process', '/lab/supervisor.sock']);
  const other = replicaEnvironment(service('other', { environment }), 'other-1', here);
  assert.deepEqual([other.DRIVER, other.SUPERVISOR_SOCKET], ['docker', undefined]);
});

test('a published port is kept, and a service that others speak of has one address', async () => {
  const port = await freePort();
  const web = service('web', {
    ports: [{ from: port, to: port, target: 8080 }],
    environment: { V: 'http://vendor:8081' },
  });
  const vendor = service('vendor');
  const ports = createPorts([web, vendor]);
  const addresses = await ports.addresses(new Map());
  assert.equal(await ports.portOf(web, 'web-1'), port);
  assert.equal(addresses.get('vendor:8081'), await ports.portOf(vendor, 'vendor-1'));
});

test('a published port that is taken is an error that says what to set', async (t) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  const { port } = other.address() as { port: number };
  const web = service('web', { ports: [{ from: port, to: port, target: 8080, variable: 'FRONTEND_PORT' }] });
  await assert.rejects(createPorts([web]).portOf(web, 'web-1'), (error: Error) => {
    assert(error instanceof PortTaken);
    assert.match(error.message, new RegExp(`port ${port} for web is taken.*set FRONTEND_PORT`));
    return true;
  });
});

test('a replica that comes back is where others look for it', async () => {
  const web = service('web', { environment: { V: 'http://vendor:8081' } });
  const vendor = service('vendor');
  const ports = createPorts([web, vendor]);
  const addresses = await ports.addresses(new Map());
  ports.release('vendor-1');
  assert.equal(await ports.portOf(vendor, 'vendor-1'), addresses.get('vendor:8081'));
});

test('a second replica of a service with one published port is told how to make room', async () => {
  const port = await freePort();
  const web = service('web', { ports: [{ from: port, to: port, target: 8080, variable: 'FRONTEND_PORT' }] });
  const ports = createPorts([web]);
  await ports.portOf(web, 'web-1');
  await assert.rejects(ports.portOf(web, 'web-2'), /FRONTEND_PORT=\d+-\d+ makes room/);
});
