import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const UNDO = fileURLToPath(new URL('undo.ts', import.meta.url));

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`a benchmark that is broken off by ${signal} takes down what it brought up, once, then ends`, async (t) => {
    const text = `
      import { setTimeout as pause } from 'node:timers/promises';
      import { undoable } from ${JSON.stringify(UNDO)};
      const down = undoable(async () => { console.log('taking it down'); await pause(50); console.log('down'); });
      process.on(${JSON.stringify(signal)}, () => void down()); // as a benchmark does whose command was ended by the same signal
      setInterval(() => {}, 1000);
      console.log('up');`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', text], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      said += part;
      if (said === 'up\n') child.kill(signal);
    });
    assert.deepEqual(await once(child, 'close'), [code, null]);
    assert.equal(said, 'up\ntaking it down\ndown\n');
  });
}
