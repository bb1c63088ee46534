import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allArrivals } from './arrivals.ts';
import * as loads from './loads.ts';
import { readTrace, TraceError } from './read-trace.ts';

const crowds = [{ at: 100, rise: 10, stay: 50, fall: 30 }];
const all = [
  loads.poisson(4, 1_000),
  loads.sine(4, 0.5, 100, 1_000),
  loads.square(2, 6, 100, 1_000),
  loads.ramp(0, 8, 1_000),
  loads.flashCrowd(2, 20, crowds, 1_000),
  loads.diurnal(4, 1_000, 1_000),
  loads.onOff(8, 50, 50, 1_000),
  loads.randomWalk(4, { every: 10, step: 0.1 }, 1_000, 1),
  loads.trace('trace', [1, 2, 3, 2, 8], 200, 4),
];

for (const load of all) {
  test(`${load.name} never exceeds its peak, and brings as many jobs as its rate says`, () => {
    let expected = 0;
    for (let t = 0.05; t < load.seconds; t += 0.1) {
      assert.ok(load.rate(t) >= 0 && load.rate(t) <= load.peak * (1 + 1e-12), `${load.rate(t)} at ${t}`);
      expected += load.rate(t) / 10;
    }
    const arrivals = allArrivals(load, 1);
    assert.ok(Math.abs(arrivals.length - expected) < 4 * Math.sqrt(expected), `${arrivals.length}, not ${expected}`);
    assert.ok(arrivals.every((t, n) => t < load.seconds && (n === 0 || t >= arrivals[n - 1]!)));
  });
}

test('a constant load brings evenly spaced jobs', () => {
  const arrivals = allArrivals(loads.constant(4, 10), 1);
  assert.equal(arrivals.length, 39);
  for (const [n, t] of arrivals.entries()) assert.ok(Math.abs(t - (n + 1) / 4) < 1e-9);
});

test('a trace is rescaled to the mean and the pace that are asked for', () => {
  const { rate, seconds } = loads.trace('t', [1, 3], 10, 4);
  assert.deepEqual([rate(0), rate(9.9), rate(10), seconds], [2, 2, 6, 20]);
});

test('a random walk is the same for the same seed', () => {
  const at = (seed: number): number => loads.randomWalk(4, { every: 10, step: 0.1 }, 1_000, seed).rate(900);
  assert.equal(at(1), at(1));
  assert.notEqual(at(1), at(2));
});

test('a CSV is read with or without a heading, the value in its last column', () => {
  assert.deepEqual(
    readTrace('timestamp,value\n2014-04-10 00:04:00,94.0\r\n2014-04-10 00:09:00, 56\n\n', 'a.csv'),
    [94, 56],
  );
  assert.deepEqual(readTrace('# jobs a second\n1\n0\n2.5', 'a.csv'), [1, 0, 2.5]);
});

test('what is wrong in a CSV is named by its line', () => {
  const reading = (text: string) => () => readTrace(text, 'a.csv');
  assert.throws(reading('time,value\n1,2\n2,many\n3,-1\n4,\n'), {
    name: TraceError.name,
    message: [
      'a.csv:3: "many" is no number of 0 or more',
      'a.csv:4: "-1" is no number of 0 or more',
      'a.csv:5: "" is no number of 0 or more',
    ].join('\n'),
  });
  assert.throws(reading('time,value\n'), { message: 'a.csv: there is no value in it' });
  assert.throws(reading(`1\n${'x\n'.repeat(30)}`), /a\.csv:11: .*\na\.csv: and 20 lines more$/);
});

test('a trace of nothing but zeros is refused', () => {
  assert.throws(() => loads.trace('flat', [0, 0], 10, 4), /flat has nothing above 0/);
});
