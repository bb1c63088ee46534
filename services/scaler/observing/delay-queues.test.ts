import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReturns } from './delay-queues.ts';

const delayed = (publish: number, waiting: number, name = 'resize.IN.delay-500ms') => ({
  name,
  messages_ready: waiting,
  message_stats: { publish },
});

test('a job comes back when it has left its delay queue', () => {
  const returns = createReturns('resize.IN');
  assert.equal(returns.add([delayed(5, 5)]), 0);
  assert.equal(returns.add([delayed(5, 2)]), 3);
  assert.equal(returns.add([delayed(7, 0), delayed(1, 0, 'resize.IN.delay-1000ms')]), 8);
});

test('what came back stays so while depth and counter are of different moments', () => {
  const returns = createReturns('resize.IN');
  assert.equal(returns.add([delayed(4, 0)]), 4);
  assert.equal(returns.add([delayed(4, 3)]), 4);
});

test('delay queues of others are not counted, and one that was made again begins again', () => {
  const returns = createReturns('resize.IN');
  assert.equal(returns.add([delayed(9, 0, 'caption.IN.delay-500ms'), delayed(6, 0)]), 6);
  assert.equal(returns.add([delayed(2, 0)]), 8);
});
