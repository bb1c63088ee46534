// The driver of the no-Docker mode on a real supervisor: what a platform sees and does there.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { identify } from '../../scripts/local/identity.ts';
import { type Driver, DriverError, type Replica, type ReplicaState } from '../../services/platform/driver.ts';
import { createProcessDriver } from '../../services/platform/drivers/process.ts';
import { eventually } from '../helpers/eventually.ts';
import { openSupervisedFolder, type SupervisedFolder } from '../helpers/supervised-folder.ts';
import { undoStack } from '../helpers/undo.ts';

const COMPOSE = `
services:
  work:
    command: [node, service.mjs]
    environment: { PORT: 9464 }
    healthcheck: { test: [CMD, node, healthy.mjs], interval: 1s, timeout: 2s }
    scale: 2
    cpus: 0.5
    mem_limit: 512m
  drains:
    command: [node, service.mjs]
    environment: { PORT: 9464, DRAINS: 1 }
    healthcheck: { test: [CMD, node, healthy.mjs], interval: 1s, timeout: 2s }
    stop_grace_period: 20s
  stubborn:
    command: [node, service.mjs]
    environment: { PORT: 9464, DRAINS: 1 }
    healthcheck: { test: [CMD, node, healthy.mjs], interval: 1s, timeout: 2s }
    stop_grace_period: 300ms
  breaks:
    command: [node, -e, 'process.exit(3)']
  steers:
    command: [node, service.mjs]
    environment: { PORT: 9470, DRIVER: docker, COMPOSE_FILE: /guv/docker-compose.yml }
    healthcheck: { test: [CMD, node, healthy.mjs], interval: 1s, timeout: 2s }
    volumes: ['.:/guv:ro', '/var/run/docker.sock:/var/run/docker.sock']
`;

const scope = undoStack({ after });
let folder: SupervisedFolder;
let driver: Driver;

before(async () => {
  folder = await openSupervisedFolder(scope, COMPOSE);
  driver = createProcessDriver({ socket: folder.socket });
});

const find = async (id: string): Promise<Replica | undefined> =>
  (await driver.list(['work', 'drains', 'stubborn', 'breaks', 'steers'])).find((replica) => replica.id === id);

const until = (id: string, ...states: ReplicaState[]): Promise<Replica> =>
  eventually(`${id} is ${states.join(' or ')}`, async () => {
    const replica = await find(id);
    return replica !== undefined && states.includes(replica.state) && replica;
  });

const refused = (kind: DriverError['kind'], message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof DriverError);
  assert.equal(error.kind, kind);
  assert.match(error.message, message);
  return true;
};

test('a replica is listed with its state, its times and the address of its page', async () => {
  const replica = await until('work-2', 'ready');
  const { since, requestedAt, address, ...rest } = replica;
  assert.deepEqual(rest, {
    id: 'work-2',
    name: 'work-2',
    service: 'work',
    state: 'ready',
    paused: false,
    cut: false,
    restarts: 0,
  });
  assert.ok(requestedAt <= since && since <= Date.now() / 1000 && since > Date.now() / 1000 - 60, `${since}`);
  const told = (await (await fetch(`http://${address}`)).json()) as { REPLICA: string };
  assert.equal(told.REPLICA, 'work-2');
});

test('only the services that are named are listed', async () => {
  assert.deepEqual([...new Set((await driver.list(['work'])).map(({ service }) => service))], ['work']);
});

test('a service with the Docker socket gets the supervisor in its place, and finds its files', async () => {
  const { address } = await until('steers-1', 'ready');
  const told = (await (await fetch(`http://${address}`)).json()) as Record<string, string>;
  assert.deepEqual(
    [told.DRIVER, told.SUPERVISOR_SOCKET, told.COMPOSE_FILE],
    ['process', folder.socket, 'docker-compose.yml'],
  );
});

test('the numbers are those of the Compose file, and the host is this machine', async () => {
  assert.deepEqual(await driver.numbers('work'), { replicas: 2, cpus: 0.5, memoryBytes: 512 * 1024 ** 2 });
  await assert.rejects(driver.numbers('nobody'), refused('unknown', /no service nobody/));
  const used = (await driver.inUse!()).filter(({ service }) => service === 'work');
  assert.deepEqual(used, Array(2).fill({ service: 'work', cpus: 0.5, memoryBytes: 512 * 1024 ** 2 }));
  const { cpus, memoryBytes } = await driver.host();
  assert.ok(cpus >= 1 && memoryBytes > 64 * 1024 ** 2, `${cpus} cores, ${memoryBytes} bytes`);
});

test('replicas are added, and a chosen one is removed; its number goes to the next', async () => {
  assert.deepEqual(await driver.add('work', 2), ['work-3', 'work-4']);
  await Promise.all([until('work-3', 'ready'), until('work-4', 'ready')]);
  assert.equal(await driver.remove('work-3'), 'drained');
  assert.equal(await find('work-3'), undefined);
  assert.deepEqual(await driver.add('work', 1), ['work-3']);
  await until('work-3', 'ready');
});

test('requests that come at the same time get different replicas', async () => {
  const added = (await Promise.all([driver.add('work', 2), driver.add('work', 1), driver.add('work', 1)])).flat();
  assert.equal(new Set(added).size, 4);
  assert.deepEqual(await Promise.all(added.map((id) => driver.remove(id))), Array(4).fill('drained'));
});

test('a killed replica is dead with its exit code, and is what is started first', async () => {
  await until('work-2', 'ready');
  await driver.signal('work-2', 'SIGKILL');
  const dead = await until('work-2', 'dead');
  assert.deepEqual([dead.exitCode, dead.address], [137, undefined]);
  assert.deepEqual(await driver.add('work', 1), ['work-2']);
  const again = await until('work-2', 'ready');
  assert.ok(again.requestedAt >= dead.since);
  assert.equal(again.exitCode, undefined);
});

test('a replica that was told to end and did is exited, and can be removed', async () => {
  const [id] = await driver.add('work', 1);
  await until(id!, 'ready');
  await driver.signal(id!, 'SIGTERM');
  assert.equal((await until(id!, 'exited')).exitCode, 0);
  assert.equal(await driver.remove(id!), 'drained');
  assert.equal(await find(id!), undefined);
});

test('one that is on its way out is draining until it has finished what it has in hand', async () => {
  await until('drains-1', 'ready');
  const before = await find('drains-1');
  const removed = driver.remove('drains-1');
  const draining = await until('drains-1', 'draining');
  assert.ok(draining.since >= before!.since);
  // Asked again it waits for the same end, and does not hurry the replica.
  const removedAgain = driver.remove('drains-1');
  await writeFile(join(folder.dir, 'release-drains-1'), '');
  assert.deepEqual(await Promise.all([removed, removedAgain]), ['drained', 'drained']);
});

test('one that does not end within its grace is killed, and that is said', async () => {
  await until('stubborn-1', 'ready');
  assert.equal(await driver.remove('stubborn-1'), 'killed');
});

test('a paused replica stands still, goes on when it is told, and ends in order even while it is paused', async () => {
  const { address } = await until('work-1', 'ready');
  await driver.pause('work-1');
  assert.equal((await find('work-1'))?.paused, true);
  await assert.rejects(fetch(`http://${address}`, { signal: AbortSignal.timeout(200) }));
  await driver.resume('work-1');
  assert.equal((await find('work-1'))?.paused, false);
  assert.equal((await fetch(`http://${address}`)).status, 200);
  await driver.pause('work-1');
  assert.equal(await driver.remove('work-1'), 'drained');
  await driver.add('work', 1);
});

test('one replica is restarted, and the others stay', async () => {
  const pids = async () => {
    const { services } = await folder.client.status();
    return services.flatMap(({ replicas }) => replicas).filter(({ name }) => /^work-[23]$/.test(name));
  };
  const [second, third] = await pids();
  await driver.restart('work-2');
  await until('work-2', 'ready');
  const [restarted, same] = await pids();
  assert.notEqual(restarted!.pid, second!.pid);
  assert.equal(identify(second!.pid!), undefined);
  assert.equal(same!.pid, third!.pid);
});

test('one that ends by itself again and again is dead with a count of its restarts', async () => {
  const broken = await eventually('breaks was started again', async () => {
    const replica = await find('breaks-1');
    return replica?.state === 'dead' && replica.restarts >= 2 && replica;
  });
  assert.equal(broken.exitCode, 3);
});

test('to cut a process off is refused with what there is instead', async () => {
  await assert.rejects(driver.cut('work-2'), refused('unsupported', /pause stops it.*Docker/));
  await assert.rejects(driver.heal('work-2'), refused('unsupported', /cannot be cut off/));
});

test('what is not there, and what cannot be, is refused in words', async () => {
  await assert.rejects(driver.add('nobody', 1), refused('unknown', /no service nobody; there are work/));
  await assert.rejects(driver.remove('work-77'), refused('unknown', /no replica work-77; there are /));
  await assert.rejects(driver.signal('../../stop', 'SIGKILL'), refused('unknown', /nothing answers|no replica/));
  await assert.rejects(driver.add('work', -1), refused('refused', /0 to 100 replicas, not -1/));
  await assert.rejects(driver.add('work', 1.5), refused('refused', /not 1.5/));
});

test('who watches is called for each change, and rejects neither when it ends nor where nobody answers', async (t) => {
  const ended = new AbortController();
  let calls = 0;
  const watching = driver.watch(['work'], () => calls++, ended.signal);
  t.after(() => ended.abort());
  await eventually('the stream is open', () => calls > 0);
  const before = calls;
  await driver.pause('work-2');
  await eventually('the pause was told', () => calls > before);
  await driver.resume('work-2');
  ended.abort();
  await watching;
  const nobody = createProcessDriver({ socket: join(folder.dir, 'nobody.sock') });
  const soon = AbortSignal.timeout(300);
  await nobody.watch(['work'], () => assert.fail('nothing is there'), soon);
  await assert.rejects(nobody.list(['work']), refused('unreachable', /the supervisor does not answer on its socket/));
});
