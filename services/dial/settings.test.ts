import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstIssue } from '../shared/messaging/fate.ts';
import { changed, LoadChange, type LoadSettings } from './settings.ts';

const steady = changed(undefined, { rate: 20 });

/** What is said of a body. */
function complaint(body: unknown): string {
  const parsed = LoadChange.safeParse(body);
  assert.ok(!parsed.success, `${JSON.stringify(body)} was taken`);
  return firstIssue(parsed.error);
}

test('a load needs a rate alone: all else has a default', () => {
  const { rate, shape, set, samples, urgent } = steady;
  assert.deepEqual([rate, shape, set, samples, urgent], [20, 'constant', 1, { harbour: 1 }, 0]);
  assert.throws(() => changed(undefined, { shape: 'sine' }), /^HttpProblem: rate: jobs a second were expected/);
});

test('a change leaves what it does not name', () => {
  const sine = changed(steady, { shape: 'sine', low: 2, set: 5 });
  assert.deepEqual(changed(sine, { rate: 30 }), { ...sine, rate: 30 });
});

test('a way of spacing goes with the shape that it was said for', () => {
  const atRandom = changed(steady, { arrivals: 'poisson' });
  assert.equal(changed(atRandom, { rate: 10 }).arrivals, 'poisson');
  assert.equal(changed(atRandom, { shape: 'sine' }).arrivals, undefined);
});

test('what makes no sense together is refused by name', () => {
  const given = { values: [1, 2], every_seconds: 1 };
  const cases: [LoadSettings, LoadChange, RegExp][] = [
    [steady, { shape: 'sine', low: 21 }, /low: must not be above the rate, which is 20, got 21$/],
    [steady, { shape: 'poisson', arrivals: 'even' }, /arrivals: of the shape poisson come at random/],
    [steady, { shape: 'trace' }, /trace: was expected/],
  ];
  for (const [before, change, message] of cases) assert.throws(() => changed(before, change), { message });
  assert.equal(changed(steady, { shape: 'trace', trace: given }).trace, given);
  assert.equal(changed({ ...steady, low: 30 }, { rate: 10 }).rate, 10); // a constant rate has no lowest
});

test('a body that is wrong is refused with the field and what was expected', () => {
  const cases: [unknown, RegExp][] = [
    [{ rate: 'many' }, /^rate: must be a number from 0 to 2000$/],
    [{ rate: -1 }, /^rate: must be a number from 0 to 2000$/],
    [{ rate: 1e9 }, /^rate: must be/],
    [{ shape: 'zigzag' }, /^shape: must be one of constant, poisson, burst, step, sine, waves, trace$/],
    [{ set: 1.5 }, /^set: must be a whole number from 1 to 1000$/],
    [{ samples: {} }, /^samples: must be names of samples with their weights/],
    [{ samples: { harbour: 0 } }, /^samples\.harbour: must be names of samples/],
    [{ samples: { '../etc': 1 } }, /must be names of samples/],
    [{ urgent: 2 }, /^urgent: must be a number from 0 to 1$/],
    [{ trace: { values: [0, 0], every_seconds: 1 } }, /^trace\.values: must be \{"values": .*one of them above 0/],
    [{ trace: { values: [], every_seconds: 1 } }, /^trace\.values: must be/],
    [{ trace: [1, 2] }, /^trace: must be/],
    [{ speed: 1 }, /^only rate, shape, .* can be set$/],
    [[], /^must be a JSON object$/],
    [null, /^must be a JSON object$/],
  ];
  for (const [body, wanted] of cases) assert.match(complaint(body), wanted);
});
