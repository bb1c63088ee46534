import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { changeOf } from './dial-change.ts';

const TRACE = fileURLToPath(new URL('../../bench/traces/elb_request_count_8c0756.csv', import.meta.url));

test('options become the body that the dial takes, and what is not given is not in it', async () => {
  assert.deepEqual(await changeOf({}), {});
  assert.deepEqual(
    await changeOf({
      rate: '20',
      shape: 'sine',
      low: '2',
      period: '60',
      set: '5',
      sample: ['harbour=3', 'tiny'],
      size: '64x48',
      deadline: '10',
      urgent: '0.1',
      arrivals: 'even',
      for: '2m',
    }),
    {
      rate: 20,
      shape: 'sine',
      low: 2,
      period_seconds: 60,
      set: 5,
      samples: { harbour: 3, tiny: 1 },
      width: 64,
      height: 48,
      deadline_seconds: 10,
      urgent: 0.1,
      arrivals: 'even',
      for_seconds: 120,
    },
  );
});

test('a CSV is played over the whole time, or at the pace that is asked for', async () => {
  const every = async (values: object): Promise<number | undefined> =>
    (await changeOf({ rate: '20', shape: TRACE, ...values })).trace?.every_seconds;
  const { trace, shape } = await changeOf({ rate: '20', shape: TRACE, for: '10m' });
  assert.equal(shape, 'trace');
  assert.ok(Math.abs(trace!.values.length * trace!.every_seconds - 600) < 1e-6);
  assert.deepEqual([await every({}), await every({ every: '0.5' })], [1, 0.5]);
});

test('what cannot be read is refused by the name of its option', async () => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ rate: 'many' }, /^--rate must be a number of 0 or more, got "many"$/],
    [{ urgent: '2' }, /^--urgent must be a number from 0 to 1/],
    [{ shape: 'zigzag' }, /^--shape takes constant, poisson, .* or a file such as load\.csv, got "zigzag"$/],
    [{ shape: 'missing.csv' }, /^missing\.csv cannot be read/],
    [{ every: '2' }, /^--every goes with --shape and a CSV file$/],
    [{ sample: ['harbour=0'] }, /^--sample takes a name such as harbour, or harbour=3, got "harbour=0"$/],
    [{ arrivals: 'odd' }, /^--arrivals takes even or poisson, got "odd"$/],
    [{ for: 'long' }, /^--for must be/],
    [{ size: '10' }, /^--size must be/],
  ];
  for (const [values, message] of cases) await assert.rejects(changeOf(values), { name: 'CannotRun', message });
});
