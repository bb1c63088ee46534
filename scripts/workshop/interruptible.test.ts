import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interruptible } from './interruptible.ts';

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
const listeners = (): number => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} lets the work end in order, and is told with the exit code ${exitCode}`, async () => {
    let inOrder = false;
    const ended = interruptible(async (stop) => {
      await aborted(stop);
      inOrder = true;
    });
    process.emit(signal, signal);
    await assert.rejects(ended, { name: 'Interrupted', exitCode });
    assert.equal(inOrder, true);
  });
}

test('where nobody interrupts the answer and the error are those of the work, and no signal is caught afterwards', async () => {
  const before = listeners();
  assert.equal(await interruptible(async () => 7), 7);
  const failure = new Error('no');
  await assert.rejects(
    interruptible(() => Promise.reject(failure)),
    failure,
  );
  assert.equal(listeners(), before);
});
