// Faults of a lab on the real Docker engine: what is cut off comes back exactly as Compose had it, and by itself.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Scope } from '../helpers/broker.ts';
import { type ComposeProject, NODE_IMAGE, openComposeProject } from '../helpers/compose-project.ts';
import { eventually } from '../helpers/eventually.ts';
import { startProgram } from '../helpers/processes.ts';
import { noContainer } from '../helpers/servers.ts';
import { undoStack } from '../helpers/undo.ts';

const absent = await noContainer(NODE_IMAGE);
const PROGRAM = fileURLToPath(new URL('../helpers/lab-command.ts', import.meta.url));
const SERVICES = `
  work:
    <<: *worker
    scale: 2
    networks: { default: { aliases: [worker-of-all] }, second: {} }
`;
const REST = 'networks:\n  second: {}';
/** Starting programs takes its time on a busy machine. */
const SLOW = { withinMs: 60_000 };

describe('faults on Docker', { skip: absent }, () => {
  const scope = undoStack({ after });
  let project: ComposeProject;
  let ids: string[];

  before(async () => {
    project = await openComposeProject(scope, SERVICES, REST);
    await project.compose('up', '--detach');
    ids = await project.ids('work');
  });

  const start = (t: Scope, ...args: string[]) =>
    startProgram(t, [process.execPath, PROGRAM, project.folder, ...args], {
      env: { NO_COLOR: '1', COMPOSE_PROJECT_NAME: project.name },
    });

  async function lab(t: Scope, ...args: string[]): Promise<string> {
    const program = start(t, ...args);
    const code = await new Promise<number | null>((resolve) => program.child.once('close', resolve));
    assert.equal(code, 0, program.output());
    return program.output();
  }

  /** `running`, `paused`, `exited`, by the container's name. */
  async function states(): Promise<Record<string, string>> {
    const all = await Promise.all(ids.map((id) => project.inspect(id)));
    return Object.fromEntries(all.map(({ Name, State }) => [Name.slice(1), State.Status]));
  }

  const allRun = () =>
    eventually('all run', async () => Object.values(await states()).every((state) => state === 'running'), SLOW);

  /** Networks and the names in them, but for the id, which an engine may add by itself. */
  async function places(name: string): Promise<Record<string, string[]>> {
    const { Id, NetworkSettings } = await project.inspect(name);
    const networks = Object.entries(NetworkSettings.Networks as Record<string, { Aliases: string[] | null }>);
    const names = networks.map(([network, { Aliases }]): [string, string[]] => [
      network,
      (Aliases ?? []).filter((alias) => !Id.startsWith(alias)).sort(),
    ]);
    return Object.fromEntries(names.sort());
  }

  beforeEach(allRun);

  test('cut takes a replica off all its networks, heal puts it back with the names that it had', async (t) => {
    const name = `${project.name}-work-1`;
    const before = await places(name);
    const second = `${project.name}_second`;
    assert.ok(before[second] && before[`${project.name}_default`]?.includes('worker-of-all'), JSON.stringify(before));
    const cut = await lab(t, 'cut', 'work-1');
    assert.match(cut, new RegExp(`\\$ docker network disconnect ${second} ${name}`));
    assert.deepEqual(await places(name), {});
    const healed = await lab(t, 'heal', 'work-1');
    assert.match(healed, /\$ docker network connect --alias \S+ .*--alias worker-of-all/);
    assert.deepEqual(await places(name), before);
  });

  test('a cut whose command was killed heals by itself', async (t) => {
    const name = `${project.name}-work-2`;
    const before = await places(name);
    const command = start(t, 'cut', 'work-2', '--for', '5s');
    await eventually('it is cut off', async () => Object.keys(await places(name)).length === 0, SLOW);
    await command.end('SIGKILL');
    await eventually('it is back', async () => JSON.stringify(await places(name)) === JSON.stringify(before), SLOW);
  });

  test('a pause whose command was killed ends by itself', async (t) => {
    const command = start(t, 'pause', 'work-1', '--for', '5s');
    const name = `${project.name}-work-1`;
    await eventually('it is paused', async () => (await states())[name] === 'paused', SLOW);
    await command.end('SIGKILL');
    assert.match(command.output(), new RegExp(`\\$ docker pause ${name}`));
    await allRun();
  });

  test('kill --every prints what it does, and leaves everything running', async (t) => {
    const text = await lab(t, 'kill', 'work', '--n', '1', '--every', '3s', '--for', '6s', '--seed', '7');
    assert.match(text, /\$ docker kill -s SIGKILL \S+-work-\d/);
    assert.match(text, /\$ docker start \S+-work-\d/);
    await allRun();
  });

  test('clear undoes all that lasts', async (t) => {
    await lab(t, 'pause', 'work-1');
    await lab(t, 'cut', 'work-2');
    const list = await lab(t, 'fault', 'list');
    assert.match(list, /work-1 paused +until cleared/);
    assert.match(list, /work-2 cut off +until cleared/);
    await lab(t, 'fault', 'clear');
    await allRun();
    assert.equal(Object.keys(await places(`${project.name}-work-2`)).length, 2);
    assert.match(await lab(t, 'fault', 'list'), /nothing is broken on purpose/);
  });
});
