import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type AskedLoad, dueTimes, SHAPES } from './load-option.ts';
import { arrivalsBySecond } from './measure.ts';

const asked: AskedLoad = { shape: 'flash', rate: 20, seconds: 60, seed: 1 };
const bySecond = async (load: AskedLoad): Promise<number[]> =>
  arrivalsBySecond(
    (await dueTimes(load)).map((due) => ({ due, outcome: 'done', seconds: 1 })),
    load.seconds,
  );
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

test('the same seed gives the same arrivals, another seed others', async () => {
  assert.deepEqual(await dueTimes(asked), await dueTimes(asked));
  assert.notDeepEqual(await dueTimes(asked), await dueTimes({ ...asked, seed: 2 }));
});

test('every shape comes in order, within the time, and not above its rate for long', async () => {
  for (const shape of Object.keys(SHAPES)) {
    const due = await dueTimes({ ...asked, shape, rate: 50 });
    assert.deepEqual(
      due,
      due.toSorted((a, b) => a - b),
      shape,
    );
    assert.ok(due[0]! >= 0 && due.at(-1)! < 60, shape);
    if (shape !== 'random-walk') assert.ok(due.length <= 50 * 60 * 1.1, `${shape}: ${due.length}`);
  }
});

test('a step is quiet for a third of the time, and then at its full rate', async () => {
  const counts = await bySecond({ ...asked, shape: 'step', rate: 30 });
  assert.ok(Math.abs(mean(counts.slice(0, 20)) - 5) < 2, `${mean(counts.slice(0, 20))}`);
  assert.ok(Math.abs(mean(counts.slice(20)) - 30) < 4, `${mean(counts.slice(20))}`);
});

test('a file is stretched over the whole time, with its highest rate as the one that was asked for', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'queuelab-compare-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'load.csv');
  await writeFile(file, 'rate\n1\n4\n');
  const counts = await bySecond({ ...asked, shape: file, rate: 40 });
  assert.ok(Math.abs(mean(counts.slice(0, 30)) - 10) < 3);
  assert.ok(Math.abs(mean(counts.slice(30)) - 40) < 5);
  await writeFile(file, '0\n0\n');
  await assert.rejects(dueTimes({ ...asked, shape: file }), { message: `${file} has no rate above 0` });
});

test('a shape that there is not is refused with those that there are', async () => {
  await assert.rejects(dueTimes({ ...asked, shape: 'cube' }), { message: /^--shape takes flash, .* got "cube"$/ });
});

test('a load in which nothing is due is refused', async () => {
  await assert.rejects(dueTimes({ ...asked, shape: 'poisson', rate: 0.0001 }), { message: /no job is due at all/ });
});
