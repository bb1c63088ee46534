import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCrashLoops } from './crash-loops.ts';

test('a role whose replicas end three times within ten seconds of their starts is crash-looping', () => {
  const loops = createCrashLoops();
  loops.died('resize', 'a', 100, 1);
  loops.died('resize', 'b', 101, 2);
  assert.equal(loops.ofRole('resize'), undefined);
  loops.died('resize', 'a', 102, 1);
  assert.deepEqual(loops.ofRole('resize'), { since: 100, again: 103 });
  assert.equal(loops.ofRole('caption'), undefined);
});

test('each further end doubles the wait, up to a minute', () => {
  const loops = createCrashLoops();
  const waits: number[] = [];
  for (let end = 1; end <= 12; end += 1) {
    loops.died('resize', 'a', 100, 1);
    const looping = loops.ofRole('resize');
    if (looping) waits.push(looping.again - 100);
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
});

test('an end after a longer life is no crash loop, and ends one', () => {
  const loops = createCrashLoops();
  for (let end = 1; end <= 3; end += 1) loops.died('resize', 'a', 100 + end, 1);
  loops.died('resize', 'a', 200, 50);
  assert.equal(loops.ofRole('resize'), undefined);
  assert.equal(loops.isLooping('a'), false);
});

test('a replica that was up before the trouble does not end it, one that came after it does', () => {
  const loops = createCrashLoops();
  for (let end = 1; end <= 3; end += 1) loops.died('resize', 'a', 100 + end, 1);
  loops.stayedUp('resize', 'old', 10);
  assert.notEqual(loops.ofRole('resize'), undefined);
  loops.stayedUp('resize', 'new', 150);
  assert.equal(loops.ofRole('resize'), undefined);
});

test('what an engine has restarted several times between two looks counts as often', () => {
  const loops = createCrashLoops();
  loops.died('resize', 'a', 100, 0.5, 4);
  assert.equal(loops.isLooping('a'), true);
  assert.deepEqual(loops.ofRole('resize'), { since: 100, again: 102 });
});
