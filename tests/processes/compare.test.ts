// ./lab compare: what it does to a lab and in which order, what it counts, and what it says to bad input. The lab is a stand-in, so that
// every job takes as long as the test says.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type CompareOptions, compare } from '../../scripts/compare/compare.ts';
import { measure } from '../../scripts/compare/measure.ts';
import { createServiceClient } from '../../scripts/service-client.ts';
import type { Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { startProgram } from '../helpers/processes.ts';
import { openStandInLab, type StandInLab, type StandInLabOptions } from '../helpers/stand-in-lab.ts';
import { undoStack } from '../helpers/undo.ts';

const LAB = fileURLToPath(new URL('../../scripts/lab.ts', import.meta.url));
/** Twenty jobs in a second. */
const DUE = Array.from({ length: 20 }, (_, n) => n / 20);
const DEADLINE = 1;

function optionsFor({ url }: StandInLab, rest: Partial<CompareOptions> = {}): CompareOptions & { said: string[] } {
  const said: string[] = [];
  return {
    what: 'scaling',
    frontend: url,
    scaler: createServiceClient({ name: 'scaler', url, token: 'lab', wrongToken: 'wants another' }),
    due: DUE,
    job: { images: [{ source: 'sample:tiny' }], deadline_seconds: DEADLINE },
    deadline: DEADLINE,
    patience: 4,
    cpus: { frontend: 1, resize: 0.5 },
    signal: new AbortController().signal,
    say: (line) => void said.push(line),
    onSample: () => undefined,
    ...rest,
    said,
  };
}

const openLab = (t: Scope, rest: Partial<StandInLabOptions> = {}): Promise<StandInLab> =>
  openStandInLab(t, { mode: 'advise', replicas: 3, takes: (_, mode) => (mode === 'act' ? 200 : 1_500), ...rest });

// They wait for a lab at rest, each for its own.
describe('a comparison', { concurrency: true }, () => {
  test('sends the same jobs with scaling off and with it on, and puts back mode and numbers', async (context) => {
    const lab = await openLab(undoStack(context));
    const { runs, replicas } = await compare(optionsFor(lab));
    assert.deepEqual(lab.changes, ['mode off restore', 'mode off restore', 'mode act', 'mode advise', 'resize 3']);
    assert.deepEqual(replicas, { resize: 1 });
    for (const run of runs)
      assert.deepEqual(
        run.fates.map(({ due }) => due),
        DUE,
      );
    const [off, on] = runs.map((run) => measure(run, DEADLINE));
    assert.deepEqual([off!.counts.done, off!.inDeadline], [20, 0]);
    assert.deepEqual([on!.counts.done, on!.inDeadline], [20, 20]);
    assert.ok(off!.p50 >= 1.5 && off!.longestBacklog > 0, `${off!.p50} s, ${off!.longestBacklog}`);
  });

  test('what is not done when patience ends is cancelled and late, and the next run begins without it', async (context) => {
    const takes: StandInLabOptions['takes'] = (n, mode) => (mode === 'act' || n < 15 ? 100 : Number.POSITIVE_INFINITY);
    const lab = await openLab(undoStack(context), { takes });
    const { runs } = await compare(optionsFor(lab, { patience: 2 }));
    const [off, on] = runs.map((run) => measure(run, DEADLINE));
    assert.deepEqual([off!.counts.done, off!.counts.unfinished, off!.p99], [15, 5, Number.POSITIVE_INFINITY]);
    assert.deepEqual([on!.counts.done, on!.counts.unfinished], [20, 0]);
    assert.equal(lab.jobs.filter(({ cancelled }) => cancelled).length, 5);
  });

  test('a refused job has missed its deadline, and is not sent again', async (context) => {
    const lab = await openLab(undoStack(context), { takes: (n, mode) => (mode === 'act' || n % 2 === 0 ? 100 : null) });
    const { runs } = await compare(optionsFor(lab));
    const off = measure(runs[0], DEADLINE);
    assert.deepEqual([off.jobs, off.counts.refused, off.inDeadline], [20, 10, 10]);
    assert.equal(lab.jobs.length, 30);
  });

  test('when it is interrupted it cancels what is open and puts back what it found', async (context) => {
    const stop = new AbortController();
    const lab = await openLab(undoStack(context), { takes: () => Number.POSITIVE_INFINITY });
    const running = compare(optionsFor(lab, { signal: stop.signal }));
    await Promise.all([
      assert.rejects(running, { name: 'AbortError' }),
      eventually('all jobs are taken', () => lab.jobs.length === 20, { withinMs: 30_000 }).then(() => stop.abort()),
    ]);
    assert.ok(lab.jobs.every(({ cancelled }) => cancelled));
    assert.deepEqual(lab.changes.slice(-2), ['mode advise', 'resize 3']);
  });

  test('a scaler that acted acts again, and sets the numbers itself', async (context) => {
    const lab = await openLab(undoStack(context), { mode: 'act' });
    await compare(optionsFor(lab));
    assert.deepEqual(lab.changes, ['mode off restore', 'mode off restore', 'mode act', 'mode act']);
  });

  test('work inside the request is measured by its answers, and the workers get as many cores', async (context) => {
    const takes: StandInLabOptions['takes'] = (n) => (n === 19 ? Number.POSITIVE_INFINITY : 300);
    const lab = await openLab(undoStack(context), { takes });
    const options = optionsFor(lab, { what: 'sync', patience: 2 });
    const { runs } = await compare(options);
    assert.deepEqual(
      runs.map(({ name }) => name),
      ['inside the request', 'by the workers'],
    );
    assert.deepEqual(lab.changes.slice(0, 4), ['mode off restore', 'mode off restore', 'mode off restore', 'resize 2']);
    const inside = measure(runs[0], DEADLINE);
    assert.deepEqual([inside.counts.done, inside.counts.unfinished], [19, 1]);
    assert.ok(inside.p50 >= 0.3, `${inside.p50} s`);
  });
});

/** Runs the command to its end. */
async function command(t: Scope, ...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const { child } = startProgram(t, [process.execPath, LAB, 'compare', ...args], {});
  const text = { out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => (text.out += chunk));
  child.stderr?.on('data', (chunk: Buffer) => (text.err += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...text };
}

test('bad input is refused in one line that names the option, before anything is touched', async (context) => {
  const t = undoStack(context);
  for (const [args, said] of [
    [['--shape', 'cube'], /^lab: --shape takes flash, .* got "cube"\n$/],
    [['--rate', '0'], /^lab: --rate must be a number above 0, up to 10000, got "0"\n$/],
    [['--for', 'soon'], /^lab: --for must be a time such as 90s or 2m, up to 1h, got "soon"\n$/],
    [['--deadline', '1.5'], /^lab: --deadline must be a whole number from 1 to 3600, got "1.5"\n$/],
    [['--set', '0'], /^lab: --set must be a whole number from 1 to 1000, got "0"\n$/],
    [['--seed', 'x'], /^lab: --seed must be a whole number from 0 to 4294967295, got "x"\n$/],
    [['--size', 'big'], /^lab: --size must be width x height in pixels such as 320x240, got "big"\n$/],
    [['--rate', '1000', '--for', '1h'], /^lab: at most 100000 jobs are sent: /],
    [['--out', '/proc/none/page.html'], /^lab: --out \/proc\/none\/page.html cannot be written: /],
  ] as const) {
    const { code, out, err } = await command(t, ...args);
    assert.deepEqual([code, out], [2, ''], args.join(' '));
    assert.match(err, said);
  }
});
