// ./lab autoscale against the real scaler on a real broker; the platform below it stands in, as nothing is to be started here.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connect } from 'amqplib';
import type { Decision } from '../../services/scaler/deciding/types.ts';
import type { ScalerStatus } from '../../services/scaler/governor.ts';
import { openBroker, type Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { type Program, startProgram } from '../helpers/processes.ts';
import { type ScalerUnderTest, startScaler } from '../helpers/scaler.ts';
import { type StandInPlatform, startStandInPlatform } from '../helpers/stand-in-platform.ts';
import { undoStack } from '../helpers/undo.ts';

const LAB = fileURLToPath(new URL('../../scripts/lab.ts', import.meta.url));
const GUV = `
'*': { p: 1, d: 15, boot: 1, min: 1, max: 6, pollinterval: 0.5 }
resize: { q: resize.IN }
store: { q: store.IN }
`;
/** More than a replica can do within the deadline. */
const OVERLOAD = 200;

interface Lab {
  scaler: ScalerUnderTest;
  platform: StandInPlatform;
}

/** A scaler that sees an overload of `resize`, an empty queue of `store`, and one replica of each. */
async function openLab(t: Scope): Promise<Lab> {
  const broker = await openBroker(t);
  const connection = await connect(broker.url);
  t.after(() => connection.close());
  const channel = await connection.createConfirmChannel();
  for (const queue of ['resize.IN', 'store.IN']) await channel.assertQueue(queue, { durable: true });
  for (let job = 0; job < OVERLOAD; job += 1) channel.sendToQueue('resize.IN', Buffer.from('{}'));
  await channel.waitForConfirms();
  const platform = await startStandInPlatform(t, ['resize', 'store']);
  const scaler = await startScaler(t, broker, { guv: GUV, platform });
  await scaler.until('the backlog is seen', 'resize', ({ situation }) => situation?.waiting === OVERLOAD);
  return { scaler, platform };
}

/** One for all tests; each says in which mode it wants it. */
const scope = undoStack({ after });
const opened = openLab(scope);
opened.catch(() => {}); // each test that asks for it is told

interface Answer {
  code: number | null;
  out: string;
  err: string;
}

function start(t: Scope, { scaler, platform }: Lab, args: readonly string[]): Program {
  const command = [process.execPath, LAB, 'autoscale', ...args, '--scaler', scaler.url, '--token', platform.token];
  return startProgram(t, command, { env: { NO_COLOR: '1' } });
}

/** Runs the command to its end. */
async function autoscale(t: Scope, lab: Lab, ...args: string[]): Promise<Answer> {
  const { child } = start(t, lab, args);
  const text = { out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => (text.out += chunk));
  child.stderr?.on('data', (chunk: Buffer) => (text.err += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...text };
}

test('in mode off the status shows what there is, and how to go on', async (context) => {
  const lab = await opened;
  await lab.scaler.mode('off');
  const { code, out } = await autoscale(undoStack(context), lab, 'status');
  assert.equal(code, 0);
  assert.match(out, /^off: it looks, and decides nothing\nguv\.yaml {2}read .* broker ok {3}platform ok$/m);
  assert.match(out, /^resize +1 +200 /m);
  assert.match(out, /\.\/lab autoscale advise shows what it would do/);
  assert.match(out, /^cost {2}\d+ replica-seconds/m);
});

test('advise says what it would do and does nothing; why has the formula and the numbers', async (context) => {
  const t = undoStack(context);
  const lab = await opened;
  await lab.scaler.mode('off', { restore: true });
  const before = lab.platform.asked.length;
  const { code, out } = await autoscale(t, lab, 'advise');
  assert.deepEqual(
    [code, out],
    [0, 'advise: the scaler says what it would do, and does nothing: ./lab autoscale status\n'],
  );
  await lab.scaler.until('it wants more', 'resize', ({ decision }) => (decision?.to ?? 0) > 1);
  const status = await autoscale(t, lab, 'status');
  assert.match(status.out, /^resize +1 +6 ↑ +200 .* (maximum|deadline)$/m);
  assert.match(status.out, /^ {2}resize 1 → 6: 200 waiting/m);
  const why = await autoscale(t, lab, 'why', 'resize');
  assert.match(why.out, /^\d\d:\d\d:\d\d ● resize 1 → 6: 200 waiting/m);
  assert.match(why.out, /^ {2}formula +.*\d/m);
  assert.match(why.out, /^ {2}bound by +maximum: the maximum in guv\.yaml$/m);
  assert.equal(lab.platform.asked.length, before);
});

test('act sets the number, and off with --restore sets those of docker-compose.yml again', async (context) => {
  const t = undoStack(context);
  const lab = await opened;
  assert.equal((await autoscale(t, lab, 'act')).code, 0);
  await eventually('six replicas', () => lab.platform.replicas('resize') === 6);
  const { code, out } = await autoscale(t, lab, 'off', '--restore');
  assert.equal(code, 0);
  assert.match(out, /^off: the scaler looks, and decides nothing$/m);
  assert.match(out, /^ {2}resize 6 → 1$/m);
  assert.equal(lab.platform.replicas('resize'), 1);
});

test('a number is fixed and freed, a role paused and resumed', async (context) => {
  const t = undoStack(context);
  const lab = await opened;
  await lab.scaler.mode('advise');
  const steering = async () => (await lab.scaler.status()).roles.find(({ role }) => role === 'store')?.steering;
  const steps: [string[], RegExp, object][] = [
    [['fix', 'store', '3'], /^store is to have 3 replicas, until \.\/lab autoscale free store$/m, { fixed: 3 }],
    [['free', 'store'], /^the number of store is the scaler's again$/m, {}],
    [['pause', 'store'], /^store gets neither more nor fewer replicas, until .* resume store$/m, { paused: 'both' }],
    [['pause', 'store', 'in'], /^store gets no fewer replicas; more it may still get/m, { paused: 'in' }],
    [['pause', 'store', 'out'], /^store gets no more replicas; fewer it may still get/m, { paused: 'out' }],
    [['resume', 'store'], /^store is no longer paused$/m, {}],
  ];
  for (const [args, said, set] of steps) {
    const { code, out } = await autoscale(t, lab, ...args);
    assert.equal(code, 0);
    assert.match(out, said);
    assert.deepEqual(await steering(), set);
  }
});

test('as JSON the status is what the scaler says, and why a decision a line', async (context) => {
  const t = undoStack(context);
  const lab = await opened;
  await lab.scaler.mode('advise');
  await lab.scaler.until('it has decided', 'resize', ({ decision }) => decision !== undefined);
  const status = JSON.parse((await autoscale(t, lab, 'status', '--json')).out) as ScalerStatus;
  assert.deepEqual([status.mode, status.roles.map(({ role }) => role)], ['advise', ['resize', 'store']]);
  const { out } = await autoscale(t, lab, 'why', 'resize', '--json', '--last', '1');
  const decisions = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Decision);
  assert.deepEqual([decisions.length, decisions[0]!.role], [1, 'resize']);
});

test('why goes on with decisions as they are made, until it is interrupted', async (context) => {
  const t = undoStack(context);
  const lab = await opened;
  await lab.scaler.mode('advise');
  const follow = start(t, lab, ['why', 'store', '--follow']);
  await eventually('it has shown what there is', () => follow.output().includes('the newest'));
  await autoscale(t, lab, 'fix', 'store', '4');
  await eventually('the change is shown', () => /● store 1 → 4: .*by hand/.test(follow.output()));
  assert.equal(await follow.end('SIGINT'), 0);
  await autoscale(t, lab, 'free', 'store');
});

test('with --watch the status is shown again and again', async (context) => {
  const t = undoStack(context);
  const lab = await opened;
  const watch = start(t, lab, ['status', '--watch']);
  await eventually('it is shown twice', () => watch.output().split('replica-seconds').length > 2);
});

test("the scaler's no is one line in its own words, and exit code 1", async (context) => {
  const t = undoStack(context);
  const lab = await opened;
  for (const args of [
    ['why', 'nobody'],
    ['pause', 'nobody'],
    ['fix', 'nobody', '1'],
  ]) {
    const { code, out, err } = await autoscale(t, lab, ...args);
    assert.deepEqual([code, out, err], [1, '', 'lab: there is no role "nobody": there are resize, store\n']);
  }
});

test('without the token people may look, and change nothing', async (context) => {
  const t = undoStack(context);
  const lab = await opened;
  await lab.scaler.mode('off');
  const wrong = { ...lab, platform: { ...lab.platform, token: 'another' } };
  assert.equal((await autoscale(t, wrong, 'status')).code, 0);
  const { code, err } = await autoscale(t, wrong, 'act');
  assert.equal(code, 2);
  assert.match(err, /wants another token: give it with --token, or as LAB_TOKEN/);
  assert.equal((await lab.scaler.status()).mode, 'off');
});
