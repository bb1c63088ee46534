import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { Decision } from '../../services/scaler/deciding/types.ts';
import { decisionLine, whyReport } from './decision-report.ts';
import { exampleDecision, exampleSituation, NOW } from './example-decisions.ts';
import { clock } from './moments.ts';

const report = (decisions: Decision[], { width = 100, last = 10 } = {}): string =>
  stripVTControlCharacters(whyReport('resize', decisions, { width, now: NOW, last }));

const steady = (at: number): Decision =>
  exampleDecision({ at, from: 2, to: 2, term: 'hysteresis', sentence: 'resize stays at 2: 3 waiting' });

test('the newest decision is laid out with what was seen, the formula, and what bound the result', () => {
  assert.equal(
    report([exampleDecision({ guard: { changedAt: NOW - 60 } })]),
    `${clock(NOW - 3)} ● resize 2 → 5: 82 waiting and 12.4/s arriving; at 0.81 s each and 15 s deadline the wait
           would reach 19.6 s before new replicas are up

the newest, 3 s ago, by policy deadline
  jobs                82 waiting, 4 in hand, as the broker counted 2.1 s before
  arriving            12.4 a second, give or take 0.90
  replicas            2 ready
  a job takes         810 ms, spread 400 ms
  a replica boots in  520 ms; the next look is in 2.0 s
  formula             ceil((82 + 12.4 · 4.6 + 2σ) · 0.81 / (2 · 13.2)) = 5
  policy wants        5 replicas
  projected wait      19.6 s
  result              5 replicas
  bound by            deadline: jobs would miss the deadline with fewer
  last change         ${clock(NOW - 60)}, 1 min 0 s ago
  conditions          Active`,
  );
});

test('decisions that say the same are one line, with how many they were; a change has its own', () => {
  const decisions = [...[20, 18, 16].map((before) => steady(NOW - before)), exampleDecision(), steady(NOW - 1)];
  const [history = ''] = report(decisions).split('\n\n');
  assert.match(history, new RegExp(`^${clock(NOW - 16)} {3}resize stays at 2: 3 waiting \\(3 times\\)\n`));
  assert.equal(history.split('\n').length, 4);
});

test('no more lines of history are shown than were asked for, and the newest are', () => {
  const [history = ''] = report([steady(NOW - 9), exampleDecision(), steady(NOW - 1)], { last: 1 }).split('\n\n');
  assert.equal(history, `${clock(NOW - 1)}   resize stays at 2: 3 waiting`);
});

test('replicas that boot are told with when they will be there', () => {
  const situation = exampleSituation({ starting: [0.4, 0], draining: 1, broken: 1 });
  assert.match(
    report([exampleDecision({ situation })], { width: 120 }),
    /replicas +2 ready, 2 starting \(in 400 ms, late\), 1 draining, 1 broken, which are no capacity$/m,
  );
});

test('a role that cannot be observed says since when and why, and that nothing is asked of the platform', () => {
  const text = report([
    exampleDecision({
      situation: undefined,
      wish: undefined,
      from: undefined,
      to: undefined,
      term: 'fallback',
      conditions: ['Fallback'],
      guard: { unobserved: { since: NOW - 30, because: 'there is no queue resize.IN' } },
      sentence: 'resize is left alone: it cannot be observed: there is no queue resize.IN',
    }),
  ]);
  assert.match(text, /result +nothing is asked of the platform$/m);
  assert.match(text, new RegExp(`not observed +since ${clock(NOW - 30)}: there is no queue resize\\.IN$`, 'm'));
});

test('whatever else counts is told: the bottleneck, a policy that failed, what the platform said', () => {
  const text = report([
    exampleDecision({
      guard: {
        saturated: { by: 'vendor', at: 4, because: 'it refuses 38 % of the calls' },
        policyProblem: 'did not answer within 1 s',
        platform: 'the host has room for 4',
      },
    }),
  ]);
  for (const line of [
    /saturated +by the vendor: it refuses 38 % of the calls$/m,
    /policy failed +did not answer within 1 s$/m,
    /platform +the host has room for 4$/m,
  ]) {
    assert.match(text, line);
  }
});

test('no line is wider than the terminal, and a sentence goes on below where it began', () => {
  const lines = report([exampleDecision({ sentence: 'word '.repeat(60).trim() })], { width: 80 }).split('\n');
  for (const line of lines) assert.ok(line.length <= 80, line);
  assert.match(lines[1] ?? '', /^ {11}word/);
});

test('a role without decisions is told', () => {
  assert.equal(report([]), 'nothing has been decided for resize yet; in mode off nothing is');
});

test('words of others cannot move the cursor', () => {
  const line = stripVTControlCharacters(decisionLine(exampleDecision({ sentence: '\u001b[2J\u0007' }), 100));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
  assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f]/);
});
