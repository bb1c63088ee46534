import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allArrivals } from '../shared/arrivals/arrivals.ts';
import { changed, type LoadChange, SHAPES } from './settings.ts';
import { loadOf } from './shape.ts';

const trace = { values: [1, 4, 2], every_seconds: 100 };
const base: LoadChange = { rate: 8, low: 2, period_seconds: 100, trace };
const settingsOf = (change: LoadChange) => changed(undefined, { ...base, ...change });
const rates = (change: LoadChange, times: readonly number[]): number[] => {
  const { rate } = loadOf(settingsOf(change));
  return times.map((t) => Number(rate(t).toFixed(2)));
};

test('each shape stays between nothing and its rate, reaches it, and brings as many jobs as it says', () => {
  for (const shape of SHAPES) {
    const load = loadOf(settingsOf({ shape }), { most: 1_000 });
    let expected = 0;
    let highest = 0;
    for (let t = 0.05; t < load.seconds; t += 0.1) {
      const rate = load.rate(t);
      assert.ok(rate >= 0 && rate <= 8 + 1e-9, `${shape}: ${rate} at ${t}`);
      highest = Math.max(highest, rate);
      expected += rate / 10;
    }
    assert.ok(highest > 7.99, `${shape}: ${highest}`);
    const { length } = allArrivals(load, 1);
    assert.ok(Math.abs(length - expected) < 4 * Math.sqrt(expected), `${shape}: ${length}, not ${expected}`);
  }
});

test('burst, step, sine and waves go between low and rate', () => {
  assert.deepEqual(rates({ shape: 'burst' }, [0, 9, 11, 99, 101]), [8, 8, 2, 2, 8]);
  assert.deepEqual(rates({ shape: 'step' }, [0, 99, 100, 200, 300, 400, 9_000]), [2, 2, 3.5, 5, 6.5, 8, 8]);
  assert.deepEqual(rates({ shape: 'sine' }, [0, 25, 75, 100]), [5, 8, 2, 5]);
  assert.deepEqual(rates({ shape: 'waves' }, [0, 5, 10, 40, 99]), [2, 5, 8, 8, 2]);
});

test('a trace is scaled so that its highest value is the rate, and ends with its last', () => {
  assert.deepEqual(rates({ shape: 'trace' }, [0, 150, 250]), [2, 8, 4]);
  assert.equal(loadOf(settingsOf({ shape: 'trace' })).seconds, 300);
  assert.equal(loadOf(settingsOf({ shape: 'trace' }), { from: 250, most: 400 }).seconds, 50);
});

test('a shape can go on where it was', () => {
  assert.equal(loadOf(settingsOf({ shape: 'step' }), { from: 150 }).rate(60), 5);
});

test('jobs are evenly spaced where the rate is constant, and where it is said', () => {
  const regular = (change: LoadChange): boolean | undefined => loadOf(settingsOf(change)).regular;
  assert.deepEqual([regular({}), regular({ arrivals: 'poisson' }), regular({ shape: 'sine' })], [true, false, false]);
  assert.equal(regular({ shape: 'sine', arrivals: 'even' }), true);
});

test('at a rate of 0 nothing comes', () => {
  for (const arrivals of ['even', 'poisson'] as const) {
    assert.equal(allArrivals(loadOf(settingsOf({ rate: 0, arrivals })), 1).length, 0);
  }
});
