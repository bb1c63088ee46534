// The recipe for a role in CONTRIBUTING.md, followed to the letter in a copy of the project: it names every place that has to be changed,
// and with those changes the new role works.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { ServiceView } from '../../scripts/lab-view.ts';
import { freeLabPorts } from '../../scripts/local/lab-ports.ts';
import type { QueueView } from '../../scripts/queues.ts';
import type { JobView } from '../../services/frontend/job-view.ts';
import type { ScalerStatus } from '../../services/scaler/governor.ts';
import { eventually } from '../helpers/eventually.ts';
import { root } from './lab-under-test.ts';
import { edits } from './watermark/edits.ts';

const ROLE = 'watermark';
const LAB_MS = 90_000;

/** The places of the numbered list under the heading, in its order. */
function placesNamed(): string[] {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  const [, section = ''] = /^## To add a role\n([\s\S]*?)(?=^## )/m.exec(text) ?? [];
  return [...section.matchAll(/^\d+\. `([^`]+)`:/gm)].map(([, place]) => place!.replaceAll('<role>', ROLE));
}

/** All that belongs to the project, as it is now; what is installed is shared. */
function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), 'queuelab-recipe-'));
  const asked = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', asked, { cwd: root, encoding: 'utf8' }).split('\0');
  for (const file of files.filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(join(copy, dirname(file)), { recursive: true });
    copyFileSync(join(root, file), join(copy, file));
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

test('the recipe for a role names the places that are edited here, and no others', () => {
  assert.deepEqual(placesNamed(), Object.keys(edits));
});

test('a role that is added by the recipe works, is scaled, drawn and reset', { timeout: 6 * LAB_MS }, async (t) => {
  const copy = copyProject();
  const env = {
    ...process.env,
    ...(await freeLabPorts()),
    // Its own files, and no engine: a lab on Docker beside it is left alone.
    GRAPH_FOLDER: undefined,
    GUV_FOLDER: undefined,
    DOCKER_HOST: 'unix:///no-engine-here.sock',
    // With it a test within a test runs nothing, and says that all is well.
    NODE_TEST_CONTEXT: undefined,
  };
  const inCopy = async (program: string, ...args: string[]): Promise<string> =>
    (await promisify(execFile)(program, args, { cwd: copy, env, timeout: LAB_MS, maxBuffer: 16 * 1024 ** 2 })).stdout;
  const lab = (...args: string[]): Promise<string> => inCopy('./lab', ...args);
  t.after(async () => {
    await lab('down', '--all').finally(() => rmSync(copy, { recursive: true, force: true }));
  });

  for (const place of placesNamed()) edits[place]!(copy, place);
  const tested = await inCopy(process.execPath, '--test', '--test-reporter=tap', 'scripts/environment.test.ts');
  assert.match(tested, /^# pass [1-9]/m);
  await lab('up', '--local');

  const status = async () =>
    JSON.parse(await lab('status', '--json')) as { services: ServiceView[]; queues: QueueView[] };
  const job = JSON.parse(await lab('send', '6', '--wait', '--json')) as JobView;
  for (const { state, timings } of job.items) {
    assert.equal(state, 'done');
    assert.deepEqual(
      timings.steps.map(({ role }) => role),
      ['resize', ROLE, 'caption', 'store'],
    );
  }

  const { roles } = JSON.parse(await lab('autoscale', 'status', '--json')) as ScalerStatus;
  assert.deepEqual(roles.find(({ role }) => role === ROLE)?.queues, [`${ROLE}.IN`]);
  await lab('scale', ROLE, '2');
  assert.equal((await status()).services.find(({ name }) => name === ROLE)?.replicas.length, 2);

  assert.match(await lab('graph', 'diff'), /the live graph is as service\.fbp says/);

  await inCopy(process.execPath, 'scripts/workshop/drawings/main.ts', '--item', 'newest');
  for (const name of ['graph.svg', 'item.svg']) {
    assert.match(readFileSync(join(copy, 'workshop/drawings', name), 'utf8'), /watermark/, name);
  }

  // Under work: whoever is not paused for it has something in hand, which comes out afterwards.
  await lab('send', '40');
  assert.match(await lab('reset'), /the lab is as it was at the beginning, after /);
  assert.match(readFileSync(join(copy, `.lab/logs/${ROLE}-1.log`), 'utf8'), /paused: takes no more from its queues/);
  // The broker's statistics are up to two seconds old.
  await eventually('nothing waits and nothing is in hand', async () =>
    (await status()).queues.every(({ ready, unacked }) => ready + unacked === 0),
  );
  const dead = JSON.parse(await lab('dead', 'list', '--json')) as { waiting: number }[];
  assert.equal(
    dead.reduce((sum, { waiting }) => sum + waiting, 0),
    0,
  );
  const again = JSON.parse(await lab('send', '1', '--wait', '--json')) as JobView;
  assert.equal(again.items[0]?.state, 'done');
});
