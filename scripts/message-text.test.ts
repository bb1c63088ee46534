import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, cut, dataBeside, dataText, fittedTable } from './message-text.ts';

test('sizes are told with the unit that keeps them short', () => {
  assert.deepEqual([0, 812, 12_345, 999_499, 999_500, 3_400_000].map(bytes), [
    '0 B',
    '812 B',
    '12 kB',
    '999 kB',
    '1.0 MB',
    '3.4 MB',
  ]);
});

test('encoded pictures are shown as their size, wherever they stand in the data', () => {
  const picture = Buffer.alloc(9_000, 7).toString('base64');
  assert.equal(dataText({ image: { bytes: picture } }), '{"image":{"bytes":"data:… 12 kB"}}');
  assert.equal(dataText(`data:image/png;base64,${picture}`), 'data:… 12 kB');
});

test('ids and sentences are shown as they are', () => {
  const data = { item: '0199c0de-0000-7000-8000-000000000000.7', text: 'a b '.repeat(60) };
  assert.equal(dataText(data), JSON.stringify(data));
});

test('ids that stand beside the data are not shown again, and others are', () => {
  assert.equal(dataBeside({ item: 'abc.7' }, { item: 'abc.7', job: 'abc', n: 1 }), '{"n":1}');
  assert.equal(dataBeside({ item: 'abc.7' }, { item: 'x', job: 'y', n: 1 }), '{"item":"x","job":"y","n":1}');
  assert.equal(dataBeside({}, [1]), '[1]');
});

test('what could move the cursor is not printed', () => {
  assert.equal(dataText('a\u001b[2Jb\n'), 'a?[2Jb?');
});

test('what does not fit is cut, and says so', () => {
  assert.equal(cut('abcdef', 6), 'abcdef');
  assert.equal(cut('abcdefg', 6), 'abcde…');
});

test('the last column of a table takes the room that the others leave', () => {
  const text = fittedTable(
    [
      ['item', 'data'],
      ['job.1', 'x'.repeat(100)],
    ],
    60,
  );
  assert.equal(text.split('\n')[1]!.length, 60);
});
