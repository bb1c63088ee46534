import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, choice, decimal, flag, readConfig, text, url, wholeNumber } from './config.ts';

const problemsOf = (run: () => unknown): readonly string[] => {
  try {
    run();
  } catch (error) {
    assert(error instanceof ConfigError);
    return error.problems;
  }
  return [];
};

test('a variable that is set becomes a typed value', () => {
  const config = readConfig(
    {
      prefetch: wholeNumber('PREFETCH'),
      seconds: decimal('DRAIN_SECONDS'),
      quiet: flag('QUIET'),
      mode: choice('MODE', ['off', 'act']),
    },
    { PREFETCH: '4', DRAIN_SECONDS: '2.5', QUIET: '1', MODE: 'act' },
  );
  assert.deepEqual(config, { prefetch: 4, seconds: 2.5, quiet: true, mode: 'act' });
});

test('a variable that is not set, or empty, takes its fallback', () => {
  assert.equal(readConfig({ name: text('NAME', { fallback: 'lab' }) }, {}).name, 'lab');
  assert.equal(readConfig({ port: wholeNumber('PORT', { fallback: 1 }) }, { PORT: '' }).port, 1);
});

test('a wrong value is refused with the name, what was expected and what was given', () => {
  const problems = problemsOf(() =>
    readConfig({ n: wholeNumber('RESIZE_PREFETCH', { min: 1 }) }, { RESIZE_PREFETCH: 'ten' }),
  );
  assert.deepEqual(problems, ['RESIZE_PREFETCH must be a whole number >= 1, got "ten"']);
});

test('every wrong variable is named at once', () => {
  const problems = problemsOf(() =>
    readConfig({ a: wholeNumber('A', { max: 5 }), b: text('B'), c: flag('C') }, { A: '6', C: 'yes' }),
  );
  assert.deepEqual(problems, [
    'A must be a whole number <= 5, got "6"',
    'B must be set, but it is not set',
    'C must be 1, 0, true or false, got "yes"',
  ]);
});

test('the password in a wrong URL is not shown', () => {
  const [problem] = problemsOf(() =>
    readConfig({ broker: url('AMQP_URL', ['amqp', 'amqps']) }, { AMQP_URL: 'http://lab:hunter2@host' }),
  );
  assert.match(problem ?? '', /^AMQP_URL must be a URL that starts with amqp:\/\/ or amqps:\/\//);
  assert.doesNotMatch(problem ?? '', /hunter2/);
});
