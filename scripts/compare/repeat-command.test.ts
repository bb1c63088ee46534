import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleComparison } from './example-comparison.ts';
import { repeatCommand } from './repeat-command.ts';

test('the command says all of it, so that it does the same where defaults are others', () => {
  assert.equal(repeatCommand(exampleComparison.load, { deadline: 10, sync: false }), exampleComparison.command);
});

test('a file with a blank in its name is quoted, and --sync is not forgotten', () => {
  const load = { ...exampleComparison.load, shape: "my day's load.csv" };
  assert.match(
    repeatCommand(load, { deadline: 10, sync: true }),
    /^\.\/lab compare --sync --shape 'my day'\\''s load\.csv' --rate 2 /,
  );
});
