import assert from 'node:assert/strict';
import { test } from 'node:test';
import { difference } from './expected.ts';

const OUTPUT = `sent job 3f2 of 10 images
\u001b[2mSERVICE  REPLICAS\u001b[0m
resize          1
caption         1

10 of 10 images \u001b[32mdone\u001b[0m in 3.2 s
`;

test('lines are found in their order, with others between them', () => {
  assert.equal(
    difference(OUTPUT, 'sent job <id> of 10 images\ncaption [1..]\n10 of 10 images done in [0.2..20] s'),
    undefined,
  );
});

test('the same line twice has to be there twice', () => {
  assert.equal(difference('up\nup\n', 'up\nup'), undefined);
  assert.equal(difference('up\n', 'up\nup'), 'expected "up" behind "up", but it stands before that only');
});

test('a line in the wrong place is said to be there', () => {
  assert.equal(
    difference(OUTPUT, 'caption 1\nresize 1'),
    'expected "resize 1" behind "caption 1", but it stands before that only',
  );
});

test('a number out of its range is named', () => {
  assert.equal(
    difference(OUTPUT, 'resize 1\n10 of 10 images done in [5..20] s'),
    'expected "10 of 10 images done in [5..20] s" behind "resize 1", got "10 of 10 images done in 3.2 s": 3.2 s is not within [5..20] s',
  );
});

test('the nearest line is named', () => {
  assert.equal(
    difference(OUTPUT, '10 of 10 images failed'),
    'expected "10 of 10 images failed"; the nearest line is "10 of 10 images done in 3.2 s"',
  );
});

test('where nothing is like it, what was printed is named', () => {
  assert.equal(
    difference('lab: no lab runs\n', 'healthy'),
    'expected "healthy"; nothing like it was printed, but "lab: no lab runs"',
  );
  assert.equal(difference('', 'healthy'), 'expected "healthy", but nothing was printed');
  assert.equal(difference('up\n', 'up\nhealthy'), 'expected "healthy" behind "up", but the output ends there');
});

test('colours, carriage returns and empty lines do not count', () => {
  assert.equal(
    difference('\r\n 1 % \r100 %\r\nHTTP/1.1 202 Accepted\r\n\r\n', '100 %\n\nHTTP/1.1 202 Accepted'),
    undefined,
  );
});

test('a line of … alone demands nothing', () => {
  assert.equal(difference('a\nb\n', 'a\n…\nb\n…'), undefined);
});

test('where no line is expected, none may be printed', () => {
  assert.equal(difference('\n \n', ''), undefined);
  assert.equal(difference('oh\n', '\n'), 'expected no output, got "oh"');
});

test('an output is always what it says itself, and any part of its lines in order', () => {
  const lines = ['a', '[+] 1/1', '{"x": [1, 2]}', '50 % of <all>', '… and more', 'é 🙂', '\\d+ (.*) $'];
  for (let taken = 1; taken < 1 << lines.length; taken++) {
    const part = lines.filter((_, at) => taken & (1 << at));
    assert.equal(difference(lines.join('\n'), part.join('\n')), undefined);
  }
});
