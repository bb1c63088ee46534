import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adopt } from './adopt.ts';
import { GuvConfigError } from './problem.ts';

const times = { processing: 0.81234, stddev: 0.2 };

test('measured times take the place of those that were written, and nothing else changes', () => {
  const text = `# the lab
'*': {min: 0}   # all

resize:    # pictures
  d: 15.0
  p:   1.5  # guessed
  max: 6
caption: { d: 20, stddev: 3,  p: 2 }  # as the vendor likes
`;
  assert.equal(
    adopt(text, { resize: times, caption: { processing: 2.5, stddev: 0.25 }, other: times }),
    `# the lab
'*': {min: 0}   # all

resize:    # pictures
  stddev: 0.2
  d: 15.0
  p:   0.812  # guessed
  max: 6
caption: { d: 20, stddev: 0.25,  p: 2.5 }  # as the vendor likes
`,
  );
});

test('a role without entries gets them, in each form of a mapping', () => {
  const forms: [string, string][] = [
    ['resize:\n', 'resize: {processing: 0.812, stddev: 0.2}\n'],
    ['resize: # none yet\nb: {}\n', 'resize: {processing: 0.812, stddev: 0.2} # none yet\nb: {}\n'],
    ['resize: {}\n', 'resize: {processing: 0.812, stddev: 0.2}\n'],
    ['resize: ~', 'resize: {processing: 0.812, stddev: 0.2}'],
    ['resize: {d: 9} # x', 'resize: {d: 9, processing: 0.812, stddev: 0.2} # x'],
    ['resize:\r\n    d: 9\r\n', 'resize:\r\n    processing: 0.812\r\n    stddev: 0.2\r\n    d: 9\r\n'],
    ['{"resize": {"p": 3, "d": 30}}', '{"resize": {"p": 0.812, "d": 30, "stddev": 0.2}}'],
  ];
  for (const [text, expected] of forms) assert.equal(adopt(text, { resize: times }), expected);
});

test('a deviation of nothing is written as next to nothing, for 0 would mean half of processing', () => {
  assert.equal(adopt('a: {p: 3, stddev: 1}', { a: { processing: 2, stddev: 0 } }), 'a: {p: 2, stddev: 0.001}');
});

test('a deadline that is too short for what was measured is refused', () => {
  assert.throws(
    () => adopt('a: {p: 1, d: 9}', { a: { processing: 8, stddev: 2 } }),
    (error) =>
      error instanceof GuvConfigError && /guv\.yaml with what was measured:1: .*cannot be met/.test(error.message),
  );
});

test('numbers that other roles share are not changed for all of them', () => {
  const text = 'a: {p: &p 3}\nb: {p: *p}\n';
  assert.throws(() => adopt(text, { a: times }), /other settings would change with these: b\.processing; write/);
  assert.throws(() => adopt(text, { b: times }), /b\.p is no plain number/);
  assert.throws(() => adopt('a: &a {p: 3}\nb: *a\n', { b: times }), /b takes its entry from elsewhere/);
});
