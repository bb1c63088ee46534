import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChaosStep, scheduleOf } from './chaos-schedule.ts';

const seeds = Array.from({ length: 50 }, (_, seed) => seed);
const HOUR = 3600;

const of = (steps: readonly ChaosStep[], ...verbs: string[]): ChaosStep[] =>
  steps.filter(({ verb }) => verbs.includes(verb));

test('the same seed gives the same schedule, another seed another', () => {
  assert.deepEqual(scheduleOf(7, 300, 'docker'), scheduleOf(7, 300, 'docker'));
  assert.notDeepEqual(scheduleOf(7, 300, 'docker'), scheduleOf(8, 300, 'docker'));
});

test('steps come in order, and all of them are over at the end', () => {
  for (const seed of seeds) {
    const steps = scheduleOf(seed, 60, 'docker');
    assert.ok(steps.length > 0);
    steps.forEach(({ at, lasts = 0 }, i) => {
      assert.ok(at >= (steps[i - 1]?.at ?? 0) && at + lasts <= 60.1, JSON.stringify(steps[i]));
    });
  }
});

test('kills are the most frequent', () => {
  const steps = scheduleOf(7, HOUR, 'docker');
  const kills = of(steps, 'kill').length;
  for (const verb of ['pause', 'cut', 'vendor', 'broker', 'database']) {
    const count = of(steps, verb).length;
    assert.ok(count > 0 && count < kills, `${count} of ${verb}, ${kills} kills`);
  }
});

test('the broker and the database are a minute apart at least, whichever of them it is', () => {
  for (const seed of seeds) {
    const bought = of(scheduleOf(seed, HOUR, 'docker'), 'broker', 'database');
    const gaps = bought.slice(1).map(({ at }, i) => at - bought[i]!.at);
    assert.ok(
      gaps.every((gap) => gap >= 59.9),
      String(gaps),
    );
  }
});

test('a worker that was added is hit as the others are', () => {
  const steps = scheduleOf(7, HOUR, 'docker', ['resize', 'watermark']);
  for (const verb of ['kill', 'pause', 'cut'])
    assert.ok(
      of(steps, verb).some(({ what }) => what === 'watermark'),
      verb,
    );
});

test('without Docker nobody is cut off the network', () => {
  for (const seed of seeds) assert.deepEqual(of(scheduleOf(seed, 300, 'local'), 'cut'), []);
});
