import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { planRuns } from './plan.ts';

const CONFIG = `'*': { boot: 1 }
resize: { p: 0.8, d: 15, max: 6, concurrency: 2 }
caption: { p: 1.2, d: 20, max: 4, concurrency: 8, pollinterval: 3 }
`;

async function file(t: TestContext, name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'queuelab-plan-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function plan(t: TestContext, values: Record<string, unknown> = {}) {
  return planRuns({ config: await file(t, 'guv.yaml', CONFIG), ...values });
}

test('the roles of the file stand in a row, under each policy, with the same load', async (t) => {
  const [deadline, guv] = await plan(t);
  assert.deepEqual(
    deadline!.simulation.roles.map(({ settings }) => [settings.role, settings.policy]),
    [
      ['resize', 'deadline'],
      ['caption', 'deadline'],
    ],
  );
  assert.equal(guv!.simulation.roles[0]!.settings.policy, 'guv');
  assert.equal(deadline!.simulation.load, guv!.simulation.load);
});

test('each policy looks as often as it would if the file named it, or as was asked', async (t) => {
  const runs = await plan(t, { policy: 'deadline,guv,guv@5' });
  const polls = runs.map(({ simulation }) => simulation.roles.map(({ settings }) => settings.pollinterval));
  assert.deepEqual(polls, [
    [2, 3],
    [30, 3],
    [5, 5],
  ]);
});

test('the load is one that all replicas together can do, unless another is asked for', async (t) => {
  const [run] = await plan(t);
  const most = (6 * 2) / 0.8; // resize is the narrowest
  assert.ok(run!.simulation.load.peak < most && run!.simulation.load.peak > most / 2);
  const [asked] = await plan(t, { mean: '3', peak: '40' });
  assert.equal(asked!.simulation.load.peak, 40);
});

test('how it really is can differ from what the file believes, for all roles or for one', async (t) => {
  const [run] = await plan(t, { service: ['resize=2'], 'service-spread': ['0'], boot: ['10'], 'crash-every': '60' });
  const [resize, caption] = run!.simulation.roles;
  assert.deepEqual(resize!.service(0), { kind: 'constant', mean: 2 });
  assert.deepEqual(caption!.service(0), { kind: 'constant', mean: 1.2 });
  assert.equal(resize!.boot.mean, 10);
  assert.equal(resize!.settings.boot, 1);
  assert.equal(resize!.crashEvery, 60);
});

test('a trace fills the whole time, and has the mean that was asked for', async (t) => {
  const load = await file(t, 'day.csv', 'at,value\n1,10\n2,30\n');
  const [run] = await plan(t, { load, minutes: '2', mean: '4' });
  const { rate, seconds, name } = run!.simulation.load;
  assert.deepEqual([name, seconds, rate(0), rate(119)], ['day.csv', 120, 2, 6]);
});

test('one role alone can be taken', async (t) => {
  const [run] = await plan(t, { role: ['caption'] });
  assert.deepEqual(
    run!.simulation.roles.map(({ settings }) => settings.role),
    ['caption'],
  );
});

test('what cannot be simulated is told, with what was expected', async (t) => {
  const broken = await file(t, 'broken.yaml', 'resize:\n  minimun: 1\n');
  const trace = await file(t, 'bad.csv', 'at,value\n1,10\n2,n/a\n');
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ load: 'flsh' }, /^--load takes flash, constant, .* or a file such as load\.csv, got "flsh"$/],
    [{ load: 'nowhere.csv' }, /^nowhere\.csv cannot be read: /],
    [{ load: trace }, /bad\.csv:3: "n\/a" is no number of 0 or more$/],
    [{ load: 'poisson', peak: '3' }, /^--load poisson takes no --peak$/],
    [{ load: 'one-a-minute', mean: '3' }, /^--load one-a-minute takes no --mean$/],
    [{ load: 'sine', mean: '4', peak: '3' }, /^--peak must not be below --mean, got 3 and 4 jobs a second$/],
    [{ minutes: '0' }, /^--minutes must be a number above 0, up to 10080, got "0"$/],
    [{ minutes: '10000', peak: '100' }, /^at most 20 million jobs are simulated/],
    [{ seed: '1.5' }, /^--seed must be a whole number from 0 to 4294967295, got "1\.5"$/],
    [{ lost: '2' }, /^--lost must be a number from 0 to 1, got "2"$/],
    [{ role: ['resiz'] }, /has no role resiz; it has resize, caption$/],
    [{ config: 'nowhere.yaml' }, /^nowhere\.yaml cannot be read: /],
    [{ config: broken }, /broken\.yaml:2: .*minimun.*minimum/],
  ];
  for (const [values, expected] of cases) {
    await assert.rejects(plan(t, values), (error: Error) => {
      assert.equal(error.name, 'CannotRun', error.stack ?? '');
      assert.match(error.message, expected);
      return true;
    });
  }
});
