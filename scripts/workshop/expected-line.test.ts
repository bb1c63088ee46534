import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInLine, outOfRange, patternProblem, plain } from './expected-line.ts';

const cases = (expected: string, { fits, not = [] }: { fits: string[]; not?: string[] }): void => {
  for (const line of fits)
    assert.ok(isInLine(line, expected), `${JSON.stringify(line)} is ${JSON.stringify(expected)}`);
  for (const line of not)
    assert.ok(!isInLine(line, expected), `${JSON.stringify(line)} is not ${JSON.stringify(expected)}`);
};

test('a line without signs has to be there word for word, whatever the white space', () => {
  cases('resize  1 ready', {
    fits: ['resize 1 ready', '\t resize   1  ready '],
    not: ['resize 1 ready!', 'resize 1', ''],
  });
});

test('a range holds for numbers from its first to its last, both included', () => {
  cases('[2..40] images', {
    fits: ['2 images', '40 images', '2.5 images'],
    not: ['1 images', '40.1 images', 'x images'],
  });
});

test('a range without a last number has no upper bound', () => {
  cases('[3..] lost', { fits: ['3 lost', '9,999,999 lost'], not: ['2 lost', '-3 lost'] });
});

test('thousands are set apart by commas, in the range and in the output', () => {
  cases('[1,000..2,000] messages', {
    fits: ['1,234 messages', '1234 messages', '1,234.5 messages'],
    not: ['234 messages'],
  });
});

test('numbers below zero are numbers', () => {
  cases('[-5..5] s', { fits: ['3 s'] });
  cases('by [-5..5] %', { fits: ['by -5 %', 'by −2.5 %', 'by 0 %'], not: ['by -6 %'] });
});

test('a number counts whole: a range does not find 1 in 12, nor 5 in -5 or 2.5', () => {
  cases('[1..5]…', { fits: ['1', '5 of 12'], not: ['12', '1,234'] });
  cases('…[1..5]', { fits: ['12 5', 'resize-5'], not: ['12', 'x -5', 'x 7.3', '1,005'] });
});

test('with s behind it a range is a time, however it is written', () => {
  cases('done in [0.2..90] s', {
    fits: ['done in 450 ms', 'done in 3.2 s', 'done in 1 min 15 s', 'done in 1 min'],
    not: ['done in 42 ms', 'done in 2 min 0 s', 'done in 3.2', 'done in 3 seconds'],
  });
  cases('[1..5] sets', { fits: ['3 sets'], not: ['3 s'] });
});

test('… is any text, or none', () => {
  cases('resize…', { fits: ['resize', 'resize-1 is up'], not: ['a resize'] });
  cases('…up', { fits: ['up', 'resize is up', 'backup'] });
  cases('a…b…c', { fits: ['abc', 'a b c', 'a-b-b-c'], not: ['acb'] });
});

test('… between blanks begins and ends with one, which may be the same', () => {
  cases('1 of 1 … done', { fits: ['1 of 1 done', '1 of 1 image done'], not: ['1 of 10 done', '1 of 1 undone'] });
  cases('… done', { fits: ['done', 'all done'], not: ['undone'] });
  cases('done …', { fits: ['done', 'done in 3 s'], not: ['done.'] });
});

test('<word> is one word', () => {
  cases('job <id> is done', {
    fits: ['job 3f2-a is done', 'job <id> is done'],
    not: ['job is done', 'job 3 4 is done'],
  });
  cases('location: /jobs/<id>', { fits: ['location: /jobs/0af3'], not: ['location: /jobs/', 'location: /jobs/a b'] });
});

test('where one reading does not hold, another one may', () => {
  cases('… [5..10] …', { fits: ['a 7 b 3 c', 'a 3 b 7 c'], not: ['a 3 b 4 c'] });
});

test('signs of other languages are text', () => {
  for (const line of ['[+] up 12/12', '{"a":[1,2]}', 'a|b(c)*.?$^\\', '[', '[..', '<', '< a >', '[a..b]', '🙂 é'])
    cases(line, { fits: [line], not: [`${line}x`] });
});

test('every line without signs is found as it is, and its numbers by ranges around them', () => {
  const random = seeded(7);
  for (let n = 0; n < 500; n++) {
    const words = Array.from(
      { length: 1 + random(8) },
      () => ['job', `${random(5000)}`, 'µs', `${random(99)}.5`, '-', '%'][random(6)]!,
    );
    const line = words.join(' ');
    const ranges = words.map((word) =>
      /^\d/.test(word) ? `[${Math.floor(Number(word))}..${Math.ceil(Number(word))}]` : word,
    );
    cases(line, { fits: [line, `  ${words.join('   ')}`], not: [`${line} more`, `x${line}`] });
    cases(ranges.join(' '), { fits: [line] });
    cases(words.map((word, at) => (at === random(words.length) ? '…' : word)).join(' '), { fits: [line] });
  }
});

test('a long line with many signs takes no long time', () => {
  const started = performance.now();
  assert.ok(!isInLine('a1 '.repeat(20_000), '…a…<w>…[1..2]…<w>…a[1..1]…b'));
  assert.equal(outOfRange('1 '.repeat(20_000), '… [5..6] …'), undefined);
  assert.ok(performance.now() - started < 2_000);
});

test('the first number that is out of its range is named, as it stands', () => {
  const found = (line: string, expected: string): string[] => {
    const out = outOfRange(line, expected);
    return out === undefined ? [] : [out.seen, out.range.text];
  };
  assert.deepEqual(found('done 3 of 1,234 in 31 s', 'done [1..5] of [1..10] in [1..2] s'), ['1,234', '[1..10]']);
  assert.deepEqual(found('done in 450 ms', '… in [1..2] s'), ['450 ms', '[1..2] s']);
  assert.deepEqual(found('something else', 'done in [1..2] s'), []);
});

test('a range that is none, or that holds for nothing, is a problem', () => {
  assert.equal(patternProblem('[2..40] of [3..] … <id> ["a"] [+]'), undefined);
  assert.match(patternProblem('[..40]')!, /a range such as \[2\.\.40\]/);
  assert.match(patternProblem('[a..b] s')!, /got \[a\.\.b\]/);
  assert.match(patternProblem('[5..2]')!, /no number is within \[5\.\.2\]/);
});

test('white space of all kinds is one blank', () => {
  assert.equal(plain('\t a \u00a0 b\r'), 'a b');
});

/** Numbers from 0 to below n, the same ones for the same seed. */
function seeded(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}
