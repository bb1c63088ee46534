// ./lab simulate as people call it: the tables, the plots, JSON, and what it says to bad input.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import type { SimulationReport } from '../../services/scaler/simulator/types.ts';
import type { Scope } from '../helpers/broker.ts';
import { startProgram } from '../helpers/processes.ts';
import { undoStack } from '../helpers/undo.ts';

const LAB = fileURLToPath(new URL('../../scripts/lab.ts', import.meta.url));
const CONFIG = `'*': { boot: 1 }
resize: { p: 0.8, d: 15, max: 6, concurrency: 2 }
caption: { p: 1.2, d: 20, max: 4, concurrency: 8 }
`;

async function folderOf(t: Scope): Promise<{ folder: string; config: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'queuelab-simulate-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const config = join(folder, 'guv.yaml');
  await writeFile(config, CONFIG);
  return { folder, config };
}

/** Runs the command to its end, off a terminal. */
async function simulate(t: Scope, ...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const env = { LANG: 'C.UTF-8', LC_ALL: '' };
  const { child } = startProgram(t, [process.execPath, LAB, 'simulate', ...args], { env });
  const text = { out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => (text.out += chunk));
  child.stderr?.on('data', (chunk: Buffer) => (text.err += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...text };
}

test('without options it shows the roles of the lab under a flash crowd, our policy beside guv', async (context) => {
  const { code, out, err } = await simulate(undoStack(context));
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^flash crowd for 10 min, seed 1$/m);
  for (const role of ['resize', 'caption', 'store'])
    assert.match(out, new RegExp(`^${role} {2}\\d+ jobs, deadline`, 'm'));
  assert.match(out, /^in all {2}deadline \d+ s from end to end$/m);
  assert.match(out, /^guv +[\d.]+ % +30 s +\d+ +\d\.\d\d$/m);
  assert.match(out, /^replicas +guv +\d+ ┤.*[▁-█]/m);
  for (const line of out.split('\n')) assert.ok(line.length <= 100, `${line.length}: ${line}`);
});

test('off a terminal there is no colour', async (context) => {
  const { out } = await simulate(undoStack(context), '--role', 'resize');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
  assert.doesNotMatch(out, /\u001b/);
});

test('the same seed gives the same report, another seed another', async (context) => {
  const t = undoStack(context);
  const { config } = await folderOf(t);
  const asked = ['--config', config, '--minutes', '5', '--policy', 'deadline', '--json'];
  const [one, two, other] = await Promise.all([
    simulate(t, ...asked),
    simulate(t, ...asked),
    simulate(t, ...asked, '--seed', '2'),
  ]);
  assert.equal(one.out, two.out);
  assert.notEqual(one.out, other.out);
});

test('as JSON there is a report for each policy, with the series of each role', async (context) => {
  const t = undoStack(context);
  const { config } = await folderOf(t);
  const { out } = await simulate(t, '--config', config, '--policy', 'deadline,guv@5', '--load', 'poisson', '--json');
  const reports = JSON.parse(out) as Record<string, SimulationReport>;
  assert.deepEqual(Object.keys(reports), ['deadline', 'guv@5']);
  const [resize, caption] = reports['guv@5']!.roles;
  assert.deepEqual([resize!.role, caption!.role, resize!.policy], ['resize', 'caption', 'guv']);
  assert.ok(resize!.jobs > 1_000 && resize!.series.backlog.length > 100);
});

test('a run is drawn as SVG or as PNG, as the name of the file says', async (context) => {
  const t = undoStack(context);
  const { folder, config } = await folderOf(t);
  const [svg, png] = [join(folder, 'run.svg'), join(folder, 'run.png')];
  const answers = await Promise.all([svg, png].map((file) => simulate(t, '--config', config, '--plot', file)));
  assert.deepEqual(
    answers.map(({ code, err }) => [code, err]),
    [
      [0, `drawn in ${svg}\n`],
      [0, `drawn in ${png}\n`],
    ],
  );
  assert.match(await readFile(svg, 'utf8'), /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  const { format, width = 0 } = await sharp(png).metadata();
  assert.deepEqual([format, width >= 1_600], ['png', true]);
});

test("one's own policy runs beside ours, and what goes wrong in it is told", async (context) => {
  const t = undoStack(context);
  const { folder, config } = await folderOf(t);
  const mine = join(folder, 'mine.ts');
  await writeFile(
    mine,
    'export default ({ waiting }) => { if (waiting > 20) throw new Error("too many"); return 2; };',
  );
  const { code, out } = await simulate(t, '--config', config, '--policy', `deadline,${mine}`, '--role', 'resize');
  assert.equal(code, 0);
  assert.match(out, /mine\.ts failed \d+ times, and its roles fell back; the last time: too many$/m);
});

test('bad input is one line that says what was expected, and exit code 2', async (context) => {
  const t = undoStack(context);
  const { folder, config } = await folderOf(t);
  const cases: [string[], RegExp][] = [
    [['--role', 'nobody'], /has no role nobody; it has resize, caption/],
    [['--plot', 'run.gif'], /--plot must name a file that ends in \.svg or \.png, got "run\.gif"/],
    [['--plot', join(folder, 'nowhere', 'run.svg')], /nowhere\/run\.svg cannot be written: /],
  ];
  for (const [args, expected] of cases) {
    const { code, out, err } = await simulate(t, '--config', config, ...args);
    assert.deepEqual([code, out, err.trim().split('\n').length], [2, '', 1], `${args.join(' ')}: ${err}`);
    assert.match(err, expected);
  }
});
