import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { exampleRun } from './example-run.ts';
import type { PolicyRun } from './run.ts';
import { terminalPlot } from './terminal-plot.ts';

const plot = (runs: PolicyRun[], { width = 60, height = 40, unicode = true } = {}): string[] =>
  stripVTControlCharacters(terminalPlot(runs, { width, height, unicode })).split('\n');

test('arrivals, backlog and replicas stand below each other over one axis of time', () => {
  assert.equal(
    plot([exampleRun('deadline')], { height: 5 }).join('\n'),
    `resize
arriving/s          12 ┤▁▁▁▁▁▁▁▁▁███████████████████████████
backlog    deadline 39 ┤ ▁▁▁▁▁▁▁▂▂▂▂▃▃▃▃▃▄▄▄▅▅▅▅▅▆▆▆▆▇▇▇▇▇██
replicas   deadline  4 ┤▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂██████████████████
                        0                 5 min       10 min`,
  );
});

test('it fits the width and the height of the terminal', () => {
  const runs = [
    exampleRun('deadline', ['resize', 'caption', 'store']),
    exampleRun('keda-queue-length', ['resize', 'caption', 'store'], 3),
  ];
  for (const width of [60, 80, 100, 200]) {
    for (const height of [23, 40, 60]) {
      const lines = plot(runs, { width, height });
      for (const line of lines) assert.ok(line.length <= width, `${width}: ${line}`);
      assert.ok(lines.length <= height, `${lines.length} lines for ${height}`);
    }
  }
});

test('more height makes taller panels, up to five lines each', () => {
  const runs = [exampleRun('deadline')];
  assert.deepEqual(
    [5, 8, 100].map((height) => plot(runs, { height }).length),
    [5, 8, 17],
  );
});

test('policies share a scale, so that their bars compare', () => {
  const lines = plot([exampleRun('deadline'), exampleRun('guv', ['resize'], 10)], { height: 7 });
  const [small = '', large = ''] = lines.filter((line) => line.startsWith('backlog'));
  assert.match(small, /390 ┤[▁ ]+$/);
  assert.match(large, /390 ┤.*█+ ?$/);
});

test('without Unicode there is none', () => {
  const text = plot([exampleRun('deadline')], { unicode: false }).join('\n');
  assert.match(text, /^[\x20-\x7e\n]*$/);
});

test('the last time stands within the plot', () => {
  const lines = plot([exampleRun('deadline')], { width: 73 });
  assert.ok(lines.at(-1)!.endsWith('10 min'));
  assert.equal(lines.at(-1)!.length, 73);
});
