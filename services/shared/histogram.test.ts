import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from './arrivals/random.ts';
import { Histogram } from './histogram.ts';

test('percentiles are off by less than 0.5 %, from milliseconds to days', () => {
  const random = createRandom(1, 'service');
  for (const scale of [1e-3, 1, 1e5]) {
    const histogram = new Histogram();
    const times = Float64Array.from({ length: 10_001 }, () => scale * random.exponential());
    for (const time of times) histogram.add(time);
    times.sort();
    for (const share of [0.1, 0.5, 0.9, 0.99]) {
      const exact = times[Math.round(share * 10_000)]!;
      assert.ok(Math.abs(histogram.quantile(share) / exact - 1) < 0.005, `${histogram.quantile(share)}, not ${exact}`);
    }
    assert.equal(histogram.quantile(1) <= histogram.max, true);
  }
});

test('where nothing was counted there is no percentile', () => {
  assert.ok(Number.isNaN(new Histogram().quantile(0.5)));
});
