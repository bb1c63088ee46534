// The k6 ladder against a whole lab, without Docker: every step runs and keeps what it demands, and the overwhelming one keeps it only
// with scaling on. It needs k6 on the path: .ci/k6 builds it where there is a Go toolchain.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import type { LadderResult } from '../../loadtests/k6/lib/result.ts';
import { freeLabPorts } from '../../scripts/local/lab-ports.ts';
import type { ScalerStatus } from '../../services/scaler/governor.ts';
import { eventually } from '../helpers/eventually.ts';
import { must, ownFolder, type Ran, run } from './lab-under-test.ts';

const k6IsHere = spawnSync('k6', ['version']).status === 0;
const skip = k6IsHere ? false : 'there is no k6 on the path: the k6 ladder was NOT run (.ci/k6 can build it)';
if (skip) console.log(skip);

/**
 * So slow that one replica of caption, with its 8 calls at a time, does 8 images a second and four do 32: what is too much for one
 * does not depend on the cores of this machine.
 */
const VENDOR_LATENCY_MS = '1000';

/** Each step, as short as it still says something, with what is asked of its numbers beside its own thresholds. */
const STEPS: [step: string, ...args: string[]][] = [
  ['first-job'],
  ['checks', '-e', 'JOBS=2'],
  ['arrival-rate', '--duration', '4s'],
  ['thresholds', '--duration', '4s'],
  ['spike', '--duration', '8s', '-e', 'PEAK=5', '-e', 'PATIENCE=30'],
  ['soak', '--duration', '4s'],
  ['sync-against-async', '--duration', '4s', '-e', 'PATIENCE=8'],
  ['urgent-and-background', '--duration', '5s', '-e', 'BACKGROUND=0.5', '-e', 'IMAGES=5'],
];

/** 16 images a second: twice what one replica of caption does, half of what four do. */
const OVERWHELM = ['overwhelm', '--duration', '25s', '-e', 'PATIENCE=15', '-e', 'SAMPLE=tiny'];

/** Settings of a script stand behind `--`. */
function withSettings(args: readonly string[]): string[] {
  const at = args.indexOf('-e');
  return at === -1 ? [...args, '--json'] : [...args.slice(0, at), '--json', '--', ...args.slice(at)];
}

suite('the k6 ladder', { timeout: 400_000, skip }, async () => {
  const folder = ownFolder();
  // What guv.yaml believes of a call must fit, else the scaler takes the slow vendor for one that is overwhelmed, and adds nobody.
  const guv = await readFile(`${folder}/guv.yaml`, 'utf8');
  const fitting = guv.replace('processing: 0.2\n  concurrency: 8', 'processing: 1\n  concurrency: 8');
  assert.notEqual(fitting, guv);
  await writeFile(`${folder}/guv.yaml`, fitting);
  const env = {
    ...process.env,
    GRAPH_FOLDER: folder,
    GUV_FOLDER: folder,
    COMPOSE_PROJECT_NAME: `queuelab-k6-${process.pid}`, // so that `down --all` leaves alone a lab that runs on Docker
    VENDOR_LATENCY_MS,
    ...(await freeLabPorts()),
  };
  const lab = (...args: string[]): Promise<Ran> => must(['./lab', ...args], { env, timeoutMs: 300_000 });

  async function load(args: readonly string[]): Promise<{ code: number; result: LadderResult; said: string }> {
    const { code, stdout, stderr } = await run(['./lab', 'load', ...withSettings(args)], { env });
    assert.notEqual(code, 2, stderr);
    return { code, result: JSON.parse(stdout) as LadderResult, said: stderr };
  }

  before(() => lab('up', '--local'));
  after(() => lab('down', '--all'));

  for (const [step, ...args] of STEPS) {
    test(`${step} runs against a healthy lab, and keeps what it demands`, async () => {
      const { code, result, said } = await load([step, ...args]);
      assert.equal(code, 0, said);
      const { rows, checks, not_sent } = result;
      assert.ok(rows.every(({ jobs, taken, given_up }) => jobs > 0 && taken === jobs && given_up === 0));
      assert.ok(checks.every(({ failed }) => failed === 0));
      assert.equal(not_sent, 0);
    });
  }

  test('overwhelm fails its thresholds with scaling off', async () => {
    const { code, result, said } = await load(OVERWHELM);
    assert.equal(code, 1, said);
    const [all] = result.rows;
    assert.equal(all?.taken, all?.jobs, 'every job is taken nevertheless');
    const crossed = result.thresholds.filter(({ ok }) => !ok).map(({ metric }) => metric);
    assert.deepEqual(crossed, ['in_deadline'], said);
  });

  test('overwhelm keeps its thresholds with scaling on', async () => {
    await eventually('nothing is left of the load before', async () => {
      const { roles } = JSON.parse((await lab('autoscale', 'status', '--json')).stdout) as ScalerStatus;
      return roles.every(({ situation }) => situation?.waiting === 0);
    });
    await lab('autoscale', 'act');
    const { code, said } = await load(OVERWHELM);
    assert.equal(code, 0, said);
  });

  test('last shows the table of the last run again', async () => {
    const { stdout } = await run(['./lab', 'load', 'last'], { env });
    assert.match(stdout, /^05-overwhelm: /);
  });
});
