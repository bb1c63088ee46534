import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { ScalerStatus } from '../../services/scaler/governor.ts';
import type { RoleStatus } from '../../services/scaler/live-role.ts';
import { exampleDecision, exampleRole, exampleStatus, NOW } from './example-decisions.ts';
import { statusReport } from './status-report.ts';

const report = (roles: RoleStatus[], more: Partial<ScalerStatus> = {}, width = 100): string =>
  stripVTControlCharacters(statusReport(exampleStatus(roles, more), { width, now: NOW }));

/** A role that cannot be observed. */
const unseen = exampleRole({
  role: 'store',
  replicas: undefined,
  measured: {},
  decision: exampleDecision({
    role: 'store',
    situation: undefined,
    wish: undefined,
    from: undefined,
    to: undefined,
    term: 'fallback',
    conditions: ['Fallback'],
    sentence: 'store is left alone: it cannot be observed: there is no queue store.IN',
  }),
});

test('one screen has the mode, the numbers of each role, its sentence and the cost', () => {
  assert.equal(
    report([exampleRole()]),
    `act: it sets the number of replicas
guv.yaml  read 1 min 15 s ago   broker ok   platform ok

role    replicas  wanted  backlog  arriving/s  time each  deadline  projected wait  because
resize         2     5 ↑       86        12.4     810 ms      15 s          19.6 s  deadline

  resize 2 → 5: 82 waiting and 12.4/s arriving; at 0.81 s each and 15 s deadline the wait would
    reach 19.6 s before new replicas are up

cost  621 replica-seconds (68 % of it work): working 420, idle 180, booting 12, draining 8`,
  );
});

test('what cannot be observed is left empty, and is not zero', () => {
  const [, line = ''] = /^(store .*)$/m.exec(report([exampleRole(), unseen])) ?? [];
  assert.match(line, /^store +15 s +fallback$/);
});

test('replicas that boot are counted apart, those that drain or are broken are told', () => {
  const text = report([exampleRole({ replicas: { ready: 2, starting: 3, draining: 1, broken: 2 } })]);
  assert.match(text, /^resize +2\+3 /m);
  assert.match(text, /\(1 draining, 2 broken\)$/m);
});

test('what a person has set of a role is told', () => {
  assert.match(report([exampleRole({ steering: { fixed: 4, paused: 'in' } })]), /\(fixed at 4, paused\s+downwards\)/);
});

test('a file that is wrong is told line by line, and what is away is told', () => {
  const problem = ['guv.yaml:12: resize.minimun is an unknown property; did you mean minimum?'];
  const text = report([exampleRole()], {
    config: { file: 'guv.yaml', ok: false, problem },
    platform: { ok: false, problem: 'the platform does not answer (ECONNREFUSED)' },
  });
  assert.match(
    text,
    /^guv\.yaml is not in force as it stands; the last good one is:\n {2}guv\.yaml:12: resize\.minimun/m,
  );
  assert.match(text, /^broker ok {3}platform: the platform does not answer \(ECONNREFUSED\)$/m);
});

test('turned off, it shows what there is, and no decision of before', () => {
  const text = report([exampleRole({ situation: exampleDecision().situation })], { mode: 'off' });
  assert.match(text, /^off: it looks, and decides nothing$/m);
  assert.match(text, /^resize +2 +86 +12\.4 +810 ms +15 s$/m);
  assert.doesNotMatch(text, /2 → 5/);
  assert.match(text, /\.\/lab autoscale advise shows what it would do/);
});

test('no line is wider than the terminal', () => {
  const long = exampleRole({ role: 'a-role-with-a-name-that-is-rather-long', deadline: 3_600 });
  for (const width of [100, 120]) {
    for (const line of report([exampleRole(), long, unseen], {}, width).split('\n')) {
      assert.ok(line.length <= width, `${line.length}: ${line}`);
    }
  }
});

test('words of others cannot move the cursor', () => {
  const odd = exampleRole({ role: '\u001b[2J', decision: exampleDecision({ sentence: '\u0007\u009b31m' }) });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
  assert.doesNotMatch(report([odd]), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test('a file without roles is told', () => {
  assert.match(report([]), /\n\nno role is in guv\.yaml$/);
});
