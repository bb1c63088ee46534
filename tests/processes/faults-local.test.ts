// Faults of a lab without Docker, on the real supervisor, with services of a few lines: what is broken comes back by itself.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { FaultRecord } from '../../scripts/faults/record.ts';
import { stillRuns } from '../../scripts/local/identity.ts';
import { signalPid } from '../../scripts/local/processes.ts';
import type { SupervisedReplica } from '../../services/platform/drivers/process/supervisor-api.ts';
import type { Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { startProgram } from '../helpers/processes.ts';
import { openSupervisedFolder, type SupervisedFolder } from '../helpers/supervised-folder.ts';
import { undoStack } from '../helpers/undo.ts';

const PROGRAM = fileURLToPath(new URL('../helpers/lab-command.ts', import.meta.url));
const COMPOSE = `
services:
  echo:
    command: [node, service.mjs]
    environment: { HOST: 0.0.0.0, PORT: 9464 }
    healthcheck: { test: [CMD, node, healthy.mjs], interval: 1s, timeout: 5s }
    scale: 3
`;

const scope = undoStack({ after });
let folder: SupervisedFolder;

const replicas = async (): Promise<SupervisedReplica[]> => (await folder.client.status()).services[0]!.replicas;
/** Starting programs takes its time on a busy machine. */
const SLOW = { withinMs: 60_000 };
const allHealthy = () =>
  eventually(
    'all replicas are healthy',
    async () => (await replicas()).every(({ state, paused }) => state === 'healthy' && !paused),
    SLOW,
  );
const paused = async () => (await replicas()).filter((one) => one.paused).map(({ name }) => name);
const down = async () => (await replicas()).filter(({ state }) => state === 'down').map(({ name }) => name);

const start = (t: Scope, ...args: string[]) =>
  startProgram(t, [process.execPath, PROGRAM, folder.dir, ...args], { env: { NO_COLOR: '1' } });

/** Runs a command to its end. */
async function lab(t: Scope, ...args: string[]): Promise<{ code: number | null; text: string }> {
  const program = start(t, ...args);
  const code = await new Promise<number | null>((resolve) => program.child.once('close', resolve));
  return { code, text: program.output() };
}

function records(): FaultRecord[] {
  const faults = join(folder.dir, '.lab/faults');
  if (!existsSync(faults)) return [];
  const files = readdirSync(faults).filter((file) => /^\w.*\.json$/.test(file));
  return files.map((file) => JSON.parse(readFileSync(join(faults, file), 'utf8')));
}

before(async () => {
  folder = await openSupervisedFolder(scope, COMPOSE);
});
beforeEach(allHealthy);

test('a pause with an end goes on by itself, although its command was killed', async (t) => {
  const command = start(t, 'pause', 'echo-1', '--for', '2s');
  await eventually('it is paused', async () => (await paused()).length === 1, SLOW);
  await command.end('SIGKILL');
  assert.deepEqual(await paused(), ['echo-1']);
  await allHealthy();
  await eventually('its record is gone', () => records().length === 0);
});

test('a command that repeats a fault and is killed leaves nothing that stays killed', async (t) => {
  const command = start(t, 'kill', 'echo', '--n', '1', '--every', '60s', '--for', '10m');
  await eventually('one is killed', async () => (await down()).length === 1, SLOW);
  await command.end('SIGKILL');
  await allHealthy();
});

test('kill --every hits somebody at each turn, and all run at the end', async (t) => {
  const { code, text } = await lab(t, 'kill', 'echo', '--n', '1', '--every', '500ms', '--for', '2s', '--seed', '7');
  assert.equal(code, 0, text);
  assert.equal(text.match(/seed 7: echo-\d is killed/g)?.length, 4, text);
  await allHealthy();
  assert.deepEqual(records(), []);
});

test('Ctrl-C in front of a fault ends it at once', async (t) => {
  const command = start(t, 'pause', 'echo', '--for', '10m');
  await eventually('it waits', () => /^for \d+.* Ctrl-C ends it now/m.test(command.output()), SLOW);
  assert.equal((await paused()).length, 3);
  assert.equal(await command.end('SIGINT'), 0);
  assert.deepEqual(await paused(), []);
  assert.deepEqual(records(), []);
});

test('clear undoes all that lasts, also where a guardian was killed', async (t) => {
  await lab(t, 'pause', 'echo-1', '--for', '10m', '--detach');
  await lab(t, 'kill', 'echo-2');
  const { guardian } = records().find(({ kind }) => kind === 'pause')!;
  assert.ok(guardian && stillRuns(guardian));
  signalPid(guardian.pid, 'SIGKILL');
  await eventually('the guardian is gone', () => !stillRuns(guardian));
  const list = await lab(t, 'fault', 'list');
  assert.match(list.text, /echo-1 paused +\d.* left +its guardian is gone/);
  const { code, text } = await lab(t, 'fault', 'clear');
  assert.equal(code, 0, text);
  assert.match(text, /2 faults undone/);
  await allHealthy();
});

test('a guardian ends with its fault, however that ends', async (t) => {
  await lab(t, 'pause', 'echo-1', '--for', '10m', '--detach');
  const { guardian } = records()[0]!;
  assert.match((await lab(t, 'resume', 'echo-1')).text, /1 of echo-1 go on/);
  await eventually('it has ended', () => !stillRuns(guardian!), SLOW);
});

test('what was resumed and paused anew is not resumed by the guardian of the first pause', async (t) => {
  await lab(t, 'pause', 'echo-1', '--for', '1s', '--detach');
  const { guardian } = records()[0]!;
  await lab(t, 'pause', 'echo-2', '--detach', '--for', '10m');
  await lab(t, 'resume', 'echo-1');
  await lab(t, 'pause', 'echo-1', '--for', '10m', '--detach');
  await eventually('the first guardian has ended', () => !stillRuns(guardian!), SLOW);
  assert.deepEqual(await paused(), ['echo-1', 'echo-2']);
  await lab(t, 'fault', 'clear');
});

test('the same seed draws the same replica', async (t) => {
  const drawn = async (): Promise<string[]> => {
    await lab(t, 'pause', 'echo', '--n', '2', '--seed', '3');
    const names = await paused();
    await lab(t, 'resume', 'echo');
    return names;
  };
  const first = await drawn();
  assert.equal(first.length, 2);
  assert.deepEqual(await drawn(), first);
});

const refused: [string, string[], RegExp][] = [
  ['no such service', ['pause', 'nobody'], /no service or replica "nobody"/],
  ['--every without an end', ['kill', 'echo', '--every', '2s'], /--every wants --for/],
  ['a duration without a unit', ['pause', 'echo', '--for', '30'], /--for must be a duration such as 30s/],
  ['a number that is none', ['kill', 'echo', '--n', 'x'], /--n must be a whole number from 1 to 100/],
  ['--n of one replica', ['pause', 'echo-1', '--n', '1'], /--n is for a service/],
  ['a cut without Docker', ['cut', 'echo'], /without Docker no replica has a network of its own.*\.\/lab pause/],
  ['a heal without Docker', ['heal', 'echo'], /without Docker no replica has a network/],
  ['an unknown fault', ['fault', 'moon'], /expected vendor, broker, database, poison, list, clear, got "moon"/],
  ['an unknown way to fail', ['fault', 'vendor', 'happy'], /fault vendor must be one of .*slow, errors, .*down/],
  ['no way to fail', ['fault', 'database'], /fault database must be one of stop, lock, slow, got nothing/],
  ['an option of another fault', ['fault', 'list', '--for', '3s'], /--for is not for fault list/],
];
test('bad input, and what cannot be done here, is refused with what was expected; nothing is done', async (t) => {
  await Promise.all(
    refused.map(async ([what, args, expected]) => {
      const { code, text } = await lab(t, ...args);
      assert.equal(code, 2, `${what}: ${text}`);
      assert.match(text, expected, what);
    }),
  );
  assert.deepEqual([...records(), ...(await paused()), ...(await down())], []);
});

// The last: it ends the lab.
test('nothing of a fault is left when the lab ends', async (t) => {
  await lab(t, 'pause', 'echo-1', '--for', '10m', '--detach');
  const { guardian } = records()[0]!;
  await folder.client.stopAll();
  await eventually('the guardian has ended', () => !stillRuns(guardian!), SLOW);
  assert.deepEqual(records(), []);
});
