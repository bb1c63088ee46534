import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { exampleRun } from './example-run.ts';
import { policyColour } from './palette.ts';
import { drawRuns } from './run-drawing.ts';

const count = (text: string, what: string): number => text.split(what).length - 1;

test('there is a column for each role, with panels for arrivals, backlog, replicas and the slowest job', () => {
  const svg = drawRuns([exampleRun('deadline', ['resize', 'caption'])]);
  for (const title of [
    'arriving, jobs a second',
    'backlog, jobs',
    'replicas that are paid for',
    'slowest job, seconds',
  ]) {
    assert.equal(count(svg, `>${title}<`), 2, title);
  }
  assert.equal(count(svg, '>deadline 15 s<'), 2);
  assert.equal(count(svg, '>maximum 6<'), 2);
});

test('each policy has its colour, in the legend and in its lines', () => {
  const svg = drawRuns([exampleRun('deadline'), exampleRun('guv', ['resize'], 3)]);
  for (const [index, policy] of ['deadline', 'guv'].entries()) {
    assert.ok(svg.includes(`fill="${policyColour(index)}" font-weight="700">${policy}<`));
    assert.ok(count(svg, `stroke="${policyColour(index)}"`) > 0);
  }
});

test('what is the same under all policies is one line in grey', () => {
  const [one, two] = [exampleRun('deadline'), exampleRun('guv')];
  assert.equal(count(drawRuns([one, two]), `stroke="${policyColour(1)}"`), 0);
});

test('steps in which nothing was done are gaps', () => {
  const svg = drawRuns([exampleRun('deadline')]);
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
});

test('names are text, whatever is in them', () => {
  const svg = drawRuns([exampleRun('<script>"&', ['a<b'])]);
  assert.doesNotMatch(svg, /<script>|a<b/);
  assert.match(svg, /&lt;script&gt;&quot;&amp;/);
});

test('it can be drawn as a picture, of the size that it says', async () => {
  const { width, height, format } = await sharp(Buffer.from(drawRuns([exampleRun('deadline')]))).metadata();
  assert.deepEqual([width, format], [1_600, 'svg']);
  assert.ok(height > 900);
});
