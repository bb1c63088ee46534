import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOADS } from './load-shapes.ts';

const SECONDS = 600;
const NUMBERS = { mean: 4, peak: 8, seconds: SECONDS, seed: 1 };

for (const [name, shape] of Object.entries(LOADS)) {
  test(`${name} never exceeds its peak, and is never below nothing`, () => {
    const { rate, peak } = shape.make(NUMBERS);
    for (let t = 0; t < SECONDS; t += 0.5) {
      const now = rate(t);
      assert.ok(now >= 0 && now <= peak * (1 + 1e-9), `${now} of ${peak} at ${t} s`);
    }
  });
}

for (const name of ['constant', 'poisson', 'sine', 'square', 'ramp', 'diurnal', 'on-off']) {
  test(`${name} has the mean that was asked for`, () => {
    const { rate } = LOADS[name]!.make(NUMBERS);
    let sum = 0;
    for (let t = 0.05; t < SECONDS; t += 0.1) sum += rate(t) * 0.1;
    assert.ok(Math.abs(sum / SECONDS - NUMBERS.mean) < 0.05 * NUMBERS.mean, String(sum / SECONDS));
  });
}
