import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CannotRun } from '../command.ts';
import { command } from './autoscale.ts';

/** Nobody listens there: what is refused here is refused before anybody is asked. */
const values = { scaler: 'http://127.0.0.1:9', token: 'lab' };

const cases: [string[], object, RegExp][] = [
  [['on'], {}, /^expected off, advise, act, .*, got "on" \(see \.\/lab autoscale --help\)$/],
  [['constructor'], {}, /^expected off, advise/],
  [['fix', 'resize'], {}, /^expected \.\/lab autoscale fix <role> <n>$/],
  [['fix', 'resize', 'many'], {}, /^<n> must be a whole number from 0 to 1000, got "many"$/],
  [['pause', 'resize', 'up'], {}, /^expected in \(no fewer replicas\) or out \(no more\), got "up"$/],
  [['why'], {}, /^expected \.\/lab autoscale why <role>$/],
  [['act', 'resize'], {}, /^expected \.\/lab autoscale act and no more$/],
  [['act'], { restore: true }, /^\.\/lab autoscale act takes no --restore$/],
  [['status'], { follow: true }, /^\.\/lab autoscale status takes no --follow$/],
  [['status'], { watch: true, json: true }, /^--watch and --json exclude each other$/],
  [['why', 'resize'], { last: '0' }, /^--last must be a whole number from 1 to 500, got "0"$/],
  [['status'], { scaler: 'localhost' }, /^--scaler must be an address such as /],
];

for (const [positionals, given, expected] of cases) {
  test(`autoscale ${positionals.join(' ')} ${JSON.stringify(given)} is told what was expected`, async () => {
    await assert.rejects(command.run({ values: { ...values, ...given }, positionals }), (error: Error) => {
      assert.ok(error instanceof CannotRun, error.stack);
      assert.match(error.message, expected);
      return true;
    });
  });
}
