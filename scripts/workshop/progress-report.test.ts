import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { progressReport } from './progress-report.ts';

const chapters = ['Before you start', 'A first job', 'Kill a worker'].map((title, number) => ({
  ...{ number, title, file: `workshop/0${number}.md` },
}));
/** Local time, as it is shown. */
const noon = new Date(2026, 0, 31, 12, 0);
const shown = (...passed: number[]): string => {
  const progress = { passed: Object.fromEntries(passed.map((number) => [number, noon])) };
  return stripVTControlCharacters(progressReport(chapters, progress));
};

test('each chapter has a line that says when it was passed, and the first that was not is next', () => {
  assert.equal(
    shown(0, 2),
    'chapter  title             passed\n' +
      '      0  Before you start  ✔ 31 Jan 2026, 12:00\n' +
      '      1  A first job       not yet               next\n' +
      '      2  Kill a worker     ✔ 31 Jan 2026, 12:00\n' +
      '\n' +
      'next: ./lab goto 1, and open workshop/01.md',
  );
});

test('at the end there is nothing next', () => {
  assert.match(shown(0, 1, 2), /\n\nall chapters are passed$/);
});
