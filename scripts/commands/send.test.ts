import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { JobView } from '../../services/frontend/job-view.ts';
import { parseSize, report } from './send.ts';

const item = (index: number, more: object = {}) => ({
  index,
  state: 'done',
  error: null,
  timings: {
    total_seconds: 0.5 + index,
    steps: [{ role: 'resize', replica: 'resize-1', attempt: 1, waiting_seconds: 0.01, working_seconds: 0.2 }],
  },
  links: { result: `/jobs/j/images/${index}` },
  ...more,
});

const job = (items: object[], counts: object): JobView =>
  ({
    id: 'j',
    state: 'done',
    total_seconds: 2,
    deadline: null,
    links: { self: '/jobs/j' },
    items,
    counts,
  }) as unknown as JobView;

test('a size is read as width and height', () => {
  assert.deepEqual(parseSize('320x240'), { width: 320, height: 240 });
  assert.throws(() => parseSize('320'), /--size must be width x height/);
});

test('the report shows where the time of each image went, and a link to see one', () => {
  const text = stripVTControlCharacters(
    report(job([item(0), item(1)], { total: 2, done: 2, failed: 0, cancelled: 0 }), 'http://lab'),
  );
  assert.match(text, /^image +state +total +resize \(wait \+ work\)$/m);
  assert.match(text, /^ +0 +done +500 ms +10 ms \+ 200 ms$/m);
  assert.match(text, /http:\/\/lab\/jobs\/j\/images\/0 is the first picture/);
  assert.match(text, /2 of 2 images done in 2\.0 s \(1\.0 a second\); half of them within 1\.5 s/);
});

test('a failed image shows why', () => {
  const failed = item(0, { state: 'failed', error: { reason: 'it is no picture' }, links: {} });
  const text = report(job([failed], { total: 1, done: 0, failed: 1, cancelled: 0 }), 'http://lab');
  assert.match(text, /image 0: it is no picture/);
  assert.match(text, /0 of 1 image done in 2\.0 s .*, 1 failed/);
});
