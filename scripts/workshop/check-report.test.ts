import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { Finding } from './chapter-check.ts';
import { checkReport, isPassed } from './check-report.ts';

const chapter = { number: 1, file: 'workshop/01-a-first-job.md', title: 'A first job' };
const next = { number: 2, file: 'workshop/02-kill-a-worker.md', title: 'Kill a worker' };
const yes: Finding = { ok: true, text: 'a job of one image was done in 0.4 s', hint: 'not needed' };
const no: Finding = { ok: false, text: 'no set was done', hint: './lab send 10 --wait' };

const shown = (findings: Finding[], behind: typeof next | undefined = next): string =>
  stripVTControlCharacters(checkReport({ chapter, findings, leftOut: [], next: behind }));

test('a hint stands under what is not true, and only there', () => {
  assert.equal(
    shown([yes, no]),
    '1  A first job\n' +
      '\n' +
      '✔ a job of one image was done in 0.4 s\n' +
      '✗ no set was done\n' +
      '    ./lab send 10 --wait\n' +
      '\n' +
      '1 of 2 findings not true yet: go on in workshop/01-a-first-job.md, then ./lab check 1 again',
  );
});

test('where all is true, what comes next is said', () => {
  assert.match(shown([yes]), /\nchapter 1 is passed; next: .\/lab goto 2, and open workshop\/02-kill-a-worker\.md$/);
});

test('behind the last chapter there is none', () => {
  const text = stripVTControlCharacters(checkReport({ chapter, findings: [yes], leftOut: [], next: undefined }));
  assert.match(text, /\nchapter 1 is passed, and it is the last: .\/lab progress shows all$/);
});

test('one that is not true is enough, and a check that found nothing is not passed', () => {
  assert.deepEqual(
    [[yes], [yes, yes], [yes, no], [no], []].map((findings) => isPassed({ findings })),
    [true, true, false, false, false],
  );
});

test('what was not looked at is said under what was', () => {
  const leftOut = ['only the newest 20000 jobs were looked at'];
  const text = stripVTControlCharacters(checkReport({ chapter, findings: [yes], leftOut, next }));
  assert.match(text, /in 0\.4 s\n! only the newest 20000 jobs were looked at\n\nchapter 1 is passed/);
});

test('what others wrote cannot move the cursor', () => {
  const evil = 'waited for \u001b[2J';
  for (const ok of [true, false]) {
    const text = checkReport({ chapter, findings: [{ ok, text: evil, hint: evil }], leftOut: [], next });
    assert.ok(text.includes('waited for ?[2J') && !text.includes(evil));
  }
});
