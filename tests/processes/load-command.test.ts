// ./lab load as people call it, against a front end that stands in: what it sends, what it keeps, and how it ends.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { LadderResult } from '../../loadtests/k6/lib/result.ts';
import type { HttpResult } from '../../scripts/load/http-result.ts';
import type { Scope } from '../helpers/broker.ts';
import { startProgram } from '../helpers/processes.ts';
import { startStandInFrontEnd } from '../helpers/stand-in-front-end.ts';
import { undoStack } from '../helpers/undo.ts';

const LAB = fileURLToPath(new URL('../../scripts/lab.ts', import.meta.url));
/** Nobody listens there. */
const NOBODY = 'http://127.0.0.1:9';

const withK6 = { skip: spawnSync('k6', ['version']).status === 0 ? false : 'there is no k6 on the path' };

interface Answer {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the command to its end, off a terminal. */
async function load(t: Scope, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Answer> {
  const { child } = startProgram(t, [process.execPath, LAB, 'load', ...args], { env: { NO_COLOR: '1', ...env } });
  const text = { out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => (text.out += chunk));
  child.stderr?.on('data', (chunk: Buffer) => (text.err += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...text };
}

async function folder(t: Scope): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'queuelab-load-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return root;
}

/** A front end, a folder for results, and the options that lead to both. */
async function open(context: TestContext, options?: Parameters<typeof startStandInFrontEnd>[1]) {
  const t = undoStack(context);
  const frontEnd = await startStandInFrontEnd(t, options);
  const results = await folder(t);
  return { t, frontEnd, results, here: ['--url', frontEnd.url, '--results', results] };
}

test('list names every scenario with its one line', async (context) => {
  const { code, out } = await load(undoStack(context), ['list']);
  assert.equal(code, 0);
  assert.match(out, /^ +01 +first-job +One job: /m);
  assert.match(out, /^ +05 +overwhelm +More work than /m);
  assert.match(out, /^ +http +How many jobs a second/m);
});

test('bad input ends with 2 and one line that says what was expected, and nothing is sent', async (context) => {
  const { t, frontEnd, here } = await open(context);
  const cases: [string[], RegExp][] = [
    [[], /expected <scenario>/],
    [['10'], /there is no scenario "10"; there are first-job, .*overwhelm.*, http, dial, list, last/],
    [['05', 'spike'], /unexpected argument "spike"/],
    [['05', 'spike', '--', '--vus', '1'], /unexpected argument "spike"/],
    [['03', '--rate', '0'], /--rate must be a number of jobs a second above 0, got "0"/],
    [['03', '--rate', 'fast'], /--rate must be a number .* got "fast"/],
    [['03', '--duration', '10'], /--duration must be a time such as 30s or 1m30s, got "10"/],
    [['http', '--rate', '5'], /load http takes no --rate/],
    [['overwhelm', '--shape', 'sine'], /load overwhelm takes no --shape/],
    [['list', '--duration', '5s'], /load list takes no --/],
    [['http', '--duration', '1m'], /in seconds such as 10s, got "1m"/],
    [['http', '--', '--vus', '1'], /nothing may stand behind --/],
    [['03', '--url', 'here'], /--url must be an address such as http:\/\/127\.0\.0\.1:8080, got "here"/],
  ];
  const refused = async ([args, expected]: [string[], RegExp]): Promise<void> => {
    const [first, ...rest] = args;
    const all = first === undefined || args.includes('--url') ? args : [first, ...here, ...rest];
    const { code, out, err } = await load(t, all);
    assert.deepEqual([code, out, err.trim().split('\n').length], [2, '', 1], `${args.join(' ')}: ${err}`);
    assert.match(err, expected);
  };
  await Promise.all(cases.map(refused));
  assert.equal(frontEnd.posted.length, 0);
});

test('without k6 it says what to install, and ends with 2', async (context) => {
  const { t, here, results } = await open(context);
  const { code, err } = await load(t, ['01', ...here], { PATH: results });
  assert.equal(code, 2);
  assert.match(err, /k6 is not on the path; https:\/\/grafana\.com\/docs\/k6\/.*install/);
});

test('before the first run there is no last one', async (context) => {
  const t = undoStack(context);
  const { code, err } = await load(t, ['last', '--results', await folder(t)]);
  assert.equal(code, 2);
  assert.match(err, /there are no results yet/);
});

test('a run prints its command and its table, and keeps its numbers as the latest', withK6, async (context) => {
  const { t, here, results } = await open(context);
  const { code, out, err } = await load(t, ['first-job', ...here]);
  assert.equal(code, 0, err);
  assert.match(err, /^\$ k6 run .*loadtests\/k6\/01-first-job\.ts$/m);
  assert.match(out, /^01-first-job: one job/m);
  assert.match(out, /100\.0 %/);
  const kept = await readdir(results);
  assert.equal(kept.length, 2);
  const summary = JSON.parse(await readFile(join(results, 'latest/summary.json'), 'utf8')) as LadderResult;
  assert.deepEqual([summary.scenario, summary.rows[0]?.taken, summary.passed], ['01-first-job', 1, true]);
  const last = await load(t, ['last', '--results', results]);
  assert.equal(last.code, 0);
  assert.ok(out.includes(last.out.trim()), 'last shows the same table');
});

test('rate, duration and what stands behind -- reach the script', withK6, async (context) => {
  const { t, here, frontEnd } = await open(context);
  const args = ['03', '--rate', '6', '--duration', '1500ms', ...here, '--json', '--', '-e', 'IMAGES=7'];
  assert.equal((await load(t, args)).code, 2, 'k6 knows milliseconds, ./lab load does not');
  const { code, out } = await load(t, [
    '03',
    '--rate',
    '6',
    '--duration',
    '2s',
    ...here,
    '--json',
    '--',
    '-e',
    'IMAGES=7',
  ]);
  assert.equal(code, 0);
  const { rows } = JSON.parse(out) as LadderResult;
  assert.ok(rows[0]!.jobs >= 11 && rows[0]!.jobs <= 13, `${rows[0]?.jobs} jobs`);
  assert.equal((frontEnd.posted[0]!.body.images as unknown[]).length, 7);
});

test('a threshold that is crossed ends it with 1, and the table says which', withK6, async (context) => {
  const { t, here } = await open(context, { totalSeconds: 3 });
  const { code, out } = await load(t, ['04', '--duration', '2s', ...here, '--', '-e', 'DEADLINE=2']);
  assert.equal(code, 1);
  assert.match(out, /^✗ in_deadline rate>0\.95: 0\.0 %$/m);
  assert.match(out, /^✓ job_taken rate>0\.99: 100\.0 %$/m);
});

test('where nobody answers it ends with 2, and the last result stays the last', withK6, async (context) => {
  const { t, here, results } = await open(context);
  await load(t, ['01', ...here]);
  const { code, err } = await load(t, ['02', '--url', NOBODY, '--results', results]);
  assert.equal(code, 2);
  assert.match(err, /the front end at http:\/\/127\.0\.0\.1:9 does not answer/);
  assert.match((await load(t, ['last', '--results', results])).out, /^01-first-job/);
});

test('urgent jobs say so, and those in the background do not', withK6, async (context) => {
  const { t, here, frontEnd } = await open(context);
  const { code, out } = await load(t, ['09', '--duration', '2s', ...here]);
  assert.equal(code, 0, out);
  const urgent = frontEnd.posted.filter(({ body }) => body.urgent === true);
  assert.ok(urgent.length > 0 && urgent.every(({ body }) => (body.images as unknown[]).length === 1));
  assert.ok(frontEnd.posted.some(({ body }) => body.urgent === undefined));
  assert.match(out, /^urgent +\d/m);
  assert.match(out, /^background +\d/m);
});

test('http puts the accept rates of both ways side by side', async (context) => {
  const { t, here, frontEnd } = await open(context);
  const { code, out } = await load(t, ['http', '--duration', '1s', ...here, '--json']);
  assert.equal(code, 0);
  const { paths } = JSON.parse(out) as HttpResult;
  assert.deepEqual(
    paths.map(({ path }) => path),
    ['/sync/images', '/jobs'],
  );
  for (const { path, taken, taken_per_second } of paths) {
    const sent = frontEnd.posted.filter((one) => one.path === path).length;
    // Answers that were on their way at the end are not counted: one a connection.
    assert.ok(taken > 0 && sent - taken <= 10, `${path}: ${taken} of ${sent}`);
    assert.ok(taken_per_second > 0);
  }
  const last = await load(t, ['last', '--results', here.at(-1)!]);
  assert.match(last.out, /^POST \/jobs +[\d.]+ +\d+ +0 +0 /m);
  assert.match(last.out, /The queue takes [\d.]+ times as many jobs a second/);
});

test('http ends with 1 where jobs were refused, and counts them', async (context) => {
  const { t, here } = await open(context, { refuse: true });
  const { code, out } = await load(t, ['http', '--duration', '1s', ...here, '--json']);
  assert.equal(code, 1);
  for (const { taken, refused } of (JSON.parse(out) as HttpResult).paths) assert.ok(taken === 0 && refused > 0);
});
