// The Docker driver of the platform, on a real engine and a real Compose project.
import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { DriverError, type Replica } from '../../services/platform/driver.ts';
import { createDockerDriver, type DockerDriver } from '../../services/platform/drivers/docker.ts';
import type { Scope } from '../helpers/broker.ts';
import { type ComposeProject, NODE_IMAGE, openComposeProject } from '../helpers/compose-project.ts';
import { eventually } from '../helpers/eventually.ts';
import { noContainer } from '../helpers/servers.ts';
import { undoStack } from '../helpers/undo.ts';

const SOCKET = process.env.DOCKER_SOCKET || '/var/run/docker.sock';
const silent = pino({ level: 'silent' });
const absent = await noContainer(NODE_IMAGE);

const SERVICES = `
  worker: { <<: *worker, environment: { PORT: "9464", BOOT_MS: "300" }, scale: 2, volumes: [FOLDER:/lab:ro, data:/data], networks: [default, back] }
  plain: { <<: *worker }
  stubborn: { <<: *worker, environment: { PORT: "9464", DRAIN_MS: never }, stop_grace_period: 1s }
  hungry: { <<: *worker, command: [node, -e, "const all = []; setInterval(() => all.push(Buffer.alloc(8e6, 1)), 5)"], mem_limit: 48m, memswap_limit: 48m, restart: "no" }
  slow: { <<: *worker, environment: { PORT: "9464", DRAIN_MS: "1500" } }
  handy: { <<: *worker, volumes: [/var/run/docker.sock:/var/run/docker.sock, FOLDER:/lab:ro] }
`;
const REST = 'volumes: { data: }\nnetworks: { default: , back: }\n';

function openDriver(
  scope: Scope,
  project: string,
  socketPath = SOCKET,
): { driver: DockerDriver; changes: () => number } {
  const driver = createDockerDriver({ socketPath, project, composeReplicas: () => 2, log: silent });
  const watching = new AbortController();
  let changes = 0;
  const onChange = (): void => {
    changes += 1;
  };
  const watched = driver.watch([], onChange, watching.signal);
  scope.after(async () => {
    driver.close();
    watching.abort();
    await watched;
  });
  return { driver, changes: () => changes };
}

const inState =
  (driver: DockerDriver, service: string, state: Replica['state'], count: number) =>
  async (): Promise<Replica[] | false> => {
    const found = (await driver.list([service])).filter((one) => one.state === state);
    return found.length === count && found;
  };

const isUnknown = (error: unknown): boolean => error instanceof DriverError && error.kind === 'unknown';

/** What differs between any two replicas: ids, names, numbers, times, addresses, and the order in which a map was written down. */
function comparable(inspected: Record<string, unknown>, id: string, name: string): unknown {
  const text = JSON.stringify(inspected)
    .replaceAll(id, 'ID')
    .replaceAll(id.slice(0, 12), 'ID')
    .replaceAll(name, 'NAME');
  const own = new Set(
    ['Created', 'State', 'GraphDriver', 'SandboxID', 'SandboxKey', 'EndpointID', 'IPAddress', 'MacAddress'].concat(
      'com.docker.compose.container-number',
    ),
  );
  const plain = (value: unknown, key = ''): unknown => {
    if (own.has(key)) return undefined;
    if (Array.isArray(value)) {
      const items = value.map((item) => plain(item));
      return ['Binds', 'Mounts', 'Aliases'].includes(key)
        ? items.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
        : items;
    }
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([inner, item]) => [inner, plain(item, inner)]));
  };
  return plain(JSON.parse(text));
}

describe('the Docker driver', { skip: absent }, () => {
  let project: ComposeProject;
  let driver: DockerDriver;
  const scope = undoStack({ after });

  before(async () => {
    project = await openComposeProject(scope, SERVICES, REST);
    await project.compose('up', '--detach', 'worker', 'plain', 'stubborn', 'slow');
    ({ driver } = openDriver(scope, project.name));
    await eventually('the workers are ready', inState(driver, 'worker', 'ready', 2));
  });

  test('a replica that it adds is, to the engine, as one that Compose has made', async () => {
    const [first] = await project.ids('worker');
    const [added] = await driver.add('worker', 1);
    const ours = await project.inspect(added!);
    const theirs = await project.inspect(first!);
    assert.match(ours.Name, new RegExp(`^/${project.name}-worker-3$`));
    assert.deepEqual(
      comparable(ours, ours.Id, ours.Name.slice(1)),
      comparable(theirs, theirs.Id, theirs.Name.slice(1)),
    );
    assert.equal(ours.Config.Labels['com.docker.compose.container-number'], '3');
    assert.equal(ours.Config.Hostname, ours.Id.slice(0, 12));
  });

  test('a replica is starting until its own page says that it does its work', async () => {
    const [id] = await driver.add('worker', 1);
    const find = async () => (await driver.list(['worker'])).find((one) => one.id === id);
    assert.equal((await find())?.state, 'starting');
    const ready = await eventually('it is ready', async () => {
      const one = await find();
      return one?.state === 'ready' && one;
    });
    assert.equal(ready.name, `worker-${id}`);
    assert.match(ready.address ?? '', /^[\d.]+:9464$/);
    assert.ok(ready.since - ready.requestedAt < 5, `${ready.since - ready.requestedAt} s from the request to ready`);
    await driver.remove(id!);
  });

  test('one that has no page is ready when it runs', async () => {
    const [plain] = await driver.list(['plain']);
    assert.equal(plain?.state, 'ready');
    assert.equal(plain?.address, undefined);
  });

  test('Compose lists, logs, kills and scales what it has added as its own', async () => {
    await driver.add('plain', 2);
    const names = (await project.compose('ps', '--format', '{{.Name}}', 'plain')).split('\n').sort();
    assert.deepEqual(
      names,
      [1, 2, 3].map((number) => `${project.name}-plain-${number}`),
    );
    await eventually('its log is shown', async () =>
      (await project.compose('logs', '--no-color', '--index', '3', 'plain')).includes('the worker runs'),
    );
    const before = await project.ids('plain');
    await project.compose('up', '--detach', '--no-deps', '--scale', 'plain=3', 'plain');
    assert.deepEqual(await project.ids('plain'), before, 'Compose finds nothing to make anew');
    await project.compose('kill', '--signal', 'SIGKILL', 'plain');
    await eventually('all are dead', inState(driver, 'plain', 'dead', 3));
    await project.compose('up', '--detach', '--no-deps', '--scale', 'plain=1', 'plain');
    assert.equal((await project.ids('plain')).length, 1);
  });

  test('what somebody has killed stays dead, with its exit code, and is started again before a new one is made', async () => {
    const [plain] = await driver.list(['plain']);
    await driver.signal(plain!.id, 'SIGKILL');
    const [dead] = await eventually('it is dead', inState(driver, 'plain', 'dead', 1));
    assert.equal(dead!.exitCode, 137);
    assert.equal(dead!.killed, true);
    assert.equal(dead!.outOfMemory, false);
    const started = await driver.add('plain', 2);
    assert.ok(started.includes(plain!.id));
    assert.equal((await project.ids('plain')).length, 2);
    await driver.remove(started.find((id) => id !== plain!.id)!);
  });

  test('one that needs more memory than it may have is dead, and out of memory', async () => {
    await project.compose('up', '--detach', 'hungry');
    const [dead] = await eventually('it is dead', inState(driver, 'hungry', 'dead', 1));
    assert.equal(dead!.outOfMemory, true);
    assert.equal(dead!.exitCode, 137);
  });

  test('one that is told to end drains, and is then gone', async () => {
    const [id] = await driver.add('slow', 1);
    await eventually('both are ready', inState(driver, 'slow', 'ready', 2));
    const ending = driver.remove(id!);
    const [draining] = await eventually('it drains', inState(driver, 'slow', 'draining', 1));
    assert.equal(draining!.id, id);
    assert.equal(await ending, 'drained');
    assert.equal((await project.ids('slow')).length, 1);
  });

  test('one that somebody else has told to end is draining, also to a platform that was not there then', async (t) => {
    const [slow] = await driver.list(['slow']);
    const stopping = project.docker('stop', slow!.id);
    await eventually('it drains', inState(driver, 'slow', 'draining', 1));
    const later = openDriver(undoStack(t), project.name).driver;
    await eventually('it drains for the later one, too', inState(later, 'slow', 'draining', 1));
    await stopping;
    await driver.add('slow', 1);
    await eventually('it is started again, and ready', inState(driver, 'slow', 'ready', 1));
  });

  test('one that does not end within its grace is killed, and that is said', async () => {
    await driver.add('stubborn', 1);
    const [, second] = await eventually('both are ready', inState(driver, 'stubborn', 'ready', 2));
    assert.equal(await driver.remove(second!.id), 'killed');
  });

  test('one that is paused hears that it is to end', async () => {
    const [id] = await driver.add('worker', 1);
    await eventually('it is ready', async () =>
      (await driver.list(['worker'])).some((one) => one.id === id && one.state === 'ready'),
    );
    await driver.pause(id!);
    assert.equal((await driver.list(['worker'])).find((one) => one.id === id)?.paused, true);
    assert.equal(await driver.remove(id!), 'drained');
  });

  test('the last one is kept, ended, and from there it goes up again, for a platform that was started at zero, too', async (t) => {
    for (const { id } of await driver.list(['worker'])) await driver.remove(id);
    assert.deepEqual(
      (await driver.list(['worker'])).map(({ state }) => state),
      ['exited'],
    );
    const later = openDriver(undoStack(t), project.name).driver;
    await later.add('worker', 3);
    await eventually('three are ready', inState(later, 'worker', 'ready', 3));
    await later.remove((await later.list(['worker']))[2]!.id);
  });

  test('of two that are taken away at once one is kept as the pattern', async () => {
    const all = await driver.list(['slow']);
    const [id] = await driver.add('slow', 1);
    await Promise.all([...all.map((one) => driver.remove(one.id)), driver.remove(id!)]);
    assert.equal((await project.ids('slow')).length, 1);
    await driver.add('slow', 1);
  });

  test('one that is being taken away is not started again by who wants more at that moment', async () => {
    const [id] = await driver.add('worker', 1);
    await eventually('three are ready', inState(driver, 'worker', 'ready', 3));
    const ending = driver.remove(id!);
    const added: string[] = [];
    let over = false;
    ending.finally(() => {
      over = true;
    });
    while (!over) added.push(...(await driver.add('worker', 1)));
    assert.equal(await ending, 'drained');
    assert.ok(!added.includes(id!));
    assert.equal(new Set(added).size, added.length);
    await eventually('all that were added are there', inState(driver, 'worker', 'ready', 2 + added.length));
    for (const one of added) await driver.remove(one);
  });

  test('one that is cut off is in no network, and when it is healed it has its names again, from a platform that was not there', async (t) => {
    const [one] = await eventually('two are ready', inState(driver, 'worker', 'ready', 2));
    const networks = async (): Promise<Record<string, { Aliases: string[] }>> =>
      (await project.inspect(one!.id)).NetworkSettings.Networks;
    const aliases = async () =>
      Object.fromEntries(Object.entries(await networks()).map(([name, { Aliases }]) => [name, Aliases.sort()]));
    const before = await aliases();
    assert.equal(Object.keys(before).length, 2);
    await driver.cut(one!.id);
    assert.deepEqual(await networks(), {});
    const later = openDriver(undoStack(t), project.name).driver;
    const seen = (await later.list(['worker'])).find(({ id }) => id === one!.id);
    assert.equal(seen?.cut, true);
    assert.equal(seen?.state, 'ready', 'nobody can be cut off before it is at work');
    await later.heal(one!.id);
    assert.deepEqual(await aliases(), before);
    assert.equal((await driver.list(['worker'])).find(({ id }) => id === one!.id)?.cut, false);
  });

  test('a restart is a new run of the same container', async () => {
    const [one] = await eventually('two are ready', inState(driver, 'worker', 'ready', 2));
    await driver.restart(one!.id);
    const again = await eventually('it is ready again', async () =>
      (await driver.list(['worker'])).find(({ id, state }) => id === one!.id && state === 'ready'),
    );
    assert.ok(again.requestedAt > one!.requestedAt);
  });

  test('limits and numbers are those of the Compose file', async () => {
    assert.deepEqual(await driver.numbers('worker'), { replicas: 2, cpus: 0.25, memoryBytes: 128 * 1024 * 1024 });
    const host = await driver.host();
    assert.ok(host.cpus >= 1 && host.memoryBytes > 1e8);
    const inUse = await driver.inUse!();
    assert.ok(inUse.some(({ service, cpus }) => service === 'stubborn' && cpus === 0.25));
    await assert.rejects(driver.numbers('nobody'), isUnknown);
  });

  test('containers of another project, one-off containers, names and parts of ids do not exist for it', async (t) => {
    const other = await openComposeProject(undoStack(t), '  worker: { <<: *worker }\n');
    await other.compose('up', '--detach');
    const [foreign] = await other.ids('worker');
    const oneOff = await project.compose('run', '--detach', '--no-deps', 'plain', 'sleep', '60');
    t.after(() => project.docker('rm', '--force', oneOff));
    const [own] = await project.ids('worker');
    const ids = [
      foreign!.slice(0, 12),
      foreign!,
      oneOff.slice(0, 12),
      `${project.name}-worker-1`,
      own!.slice(0, 6),
      '',
      '../x',
    ];
    for (const id of ids) {
      for (const act of [driver.remove, driver.pause, driver.restart, driver.cut, driver.heal]) {
        await assert.rejects(act(id), isUnknown, id);
      }
      await assert.rejects(driver.signal(id, 'SIGKILL'), isUnknown, id);
    }
    assert.equal((await other.inspect(foreign!)).State.Running, true);
    assert.ok(!(await driver.list(['plain', 'worker'])).some(({ id }) => oneOff.startsWith(id)));
  });

  test('what has a hand on the engine is not copied', async () => {
    await project.compose('up', '--detach', 'handy');
    await assert.rejects(driver.add('handy', 1), { name: 'DriverError', kind: 'refused' });
    assert.equal((await project.ids('handy')).length, 1);
  });

  test('an engine that does not answer is said to be unreachable, and is found again when it does', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'qlp-socket-'));
    t.after(() => rm(folder, { recursive: true }));
    const socket = join(folder, 'docker.sock');
    const { driver: late, changes } = openDriver(undoStack(t), project.name, socket);
    await assert.rejects(late.list(['worker']), { name: 'DriverError', kind: 'unreachable' });
    await symlink(SOCKET, socket);
    assert.equal((await late.list(['worker'])).length, 2);
    await eventually('it hears events again', () => changes() > 0);
  });
});
