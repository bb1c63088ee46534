import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { exampleComparison } from '../../scripts/compare/example-comparison.ts';
import { exampleDecision, NOW } from '../../scripts/scaling/example-decisions.ts';
import {
  type ExampleEvidence,
  exampleEvidence,
  exampleScaler,
  exampleService,
  exampleServices,
  truths,
} from '../../scripts/workshop/example-evidence.ts';
import { exampleJob } from '../../scripts/workshop/example-job.ts';
import { fences } from '../../scripts/workshop/fences.ts';
import type { Decision } from '../../services/scaler/deciding/types.ts';
import { check } from './04.ts';

const said = (seconds: number): string =>
  `caption 1 → 4: 82 waiting and 12.4/s arriving; at 2 s each and ${seconds} s deadline the wait would reach 19.6 s before new replicas are up`;

const advised = (seconds = 3): Decision =>
  exampleDecision({ role: 'caption', from: 1, to: 4, guard: {}, sentence: said(seconds) });
const acted = (seconds = 3): Decision => {
  const advice = advised(seconds);
  return { ...advice, guard: { wanted: 4, changedAt: advice.at } };
};

/** What the end of the chapter looks like, with every role's deadline at 3 s. */
const scaler = exampleScaler();
for (const role of scaler.roles) role.deadline = 3;
const DONE: ExampleEvidence = {
  jobs: [exampleJob({ images: 150 })],
  scaler,
  decisions: { caption: [advised(), acted(), acted(60), acted()] },
  results: { compare: [exampleComparison] },
};

const found = (more: Partial<ExampleEvidence> = {}) => check.findings(exampleEvidence({ ...DONE, ...more }));

/** The scaler at the end, with something else about `caption`. */
const withCaption = (more: object) => ({
  ...scaler,
  roles: scaler.roles.map((role) => (role.role === 'caption' ? { ...role, ...more } : role)),
});

const [OFF, ON] = exampleComparison.runs;

test('right after a reset nothing has been scaled, compared or promised, and the check says where to begin', async () => {
  const findings = await check.findings(exampleEvidence({ scaler }));
  assert.deepEqual(truths(findings), [false, false, false, true, false, true]);
  for (const { ok, hint } of findings) assert.equal(hint === undefined, ok);
});

test('with all steps done everything is true, and the numbers are told', async () => {
  const findings = await found();
  assert.deepEqual(truths(findings), [true, true, true, true, true, true]);
  const [raise, comparison, promise] = findings;
  assert.match(raise!.text, /caption 1 → 4: 82 waiting/);
  assert.match(comparison!.text, /^87\.5 % of 8 jobs .* with scaling on, 37\.5 % with scaling off/);
  assert.equal(promise!.text, 'caption was promised within 3 s and 60 s; 3 s counts now');
});

const refused: Decision = { ...advised(), guard: { wanted: 4, changedAt: NOW - 60, platform: 'the engine is away' } };
const byHand: Decision = { ...acted(), term: 'fixed', guard: { ...acted().guard, fixed: 4 } };

const UNDONE: [what: string, index: number, more: Partial<ExampleEvidence>, text: RegExp][] = [
  ['advice alone is no scaling', 0, { decisions: { caption: [advised(), advised(60)] } }, /only said, and not done/],
  [
    'what the platform refused is no scaling, whatever was done before',
    0,
    { decisions: { caption: [refused, advised(60)] } },
    /only said, and not done/,
  ],
  [
    'a number that a person has set is no scaling',
    0,
    { decisions: { caption: [byHand, { ...advised(60), to: 1 }] } },
    /gave no role more than its minimum, among its last/,
  ],
  [
    'a number up to the minimum is no raise',
    0,
    { scaler: withCaption({ minimum: 4 }) },
    /gave no role more than its minimum/,
  ],
  [
    'a comparison in which scaling did not help does not count',
    1,
    { results: { compare: [{ ...exampleComparison, runs: [ON, OFF] }] } },
    /^scaling did not help: 37\.5 %/,
  ],
  [
    'what another version has left is no comparison',
    1,
    { results: { compare: [{ what: 'scaling' }, { ...exampleComparison, runs: [{}, {}] }, null] } },
    /^no load was compared/,
  ],
  [
    'a comparison of the request with the workers does not count',
    1,
    { results: { compare: [{ ...exampleComparison, what: 'sync' }] } },
    /^no load was compared/,
  ],
  [
    'one deadline all the time is no change',
    2,
    { decisions: { caption: [acted()] } },
    /no role was decided by another deadline/,
  ],
  [
    'a file that is refused is not in force',
    2,
    {
      scaler: { ...scaler, config: { file: 'guv.yaml', ok: false, problem: ['guv.yaml:25: caption.deadline is odd'] } },
    },
    /guv\.yaml:25: caption\.deadline is odd/,
  ],
  ['a scaler that goes on is not left off', 3, { scaler: { ...scaler, mode: 'act' } }, /its mode is act$/],
  [
    'replicas that nobody sees are not taken for none',
    3,
    { scaler: withCaption({ replicas: undefined }) },
    /nobody sees how many replicas caption has/,
  ],
  [
    'replicas that stay without a reason are found',
    3,
    { scaler: withCaption({ replicas: { ready: 3, starting: 1, draining: 0, broken: 0 } }) },
    /caption has 4 replicas/,
  ],
  ['a role that stays fixed is found', 3, { scaler: withCaption({ steering: { fixed: 2 } }) }, /caption is fixed at 2/],
  ['what is lost is told', 4, { verdict: { verdict: 'lost', lost: 3 } }, /LOST: 3/],
  [
    'a service that is down is told',
    5,
    { services: exampleServices(exampleService('scaler', 'down')) },
    /not healthy: scaler-1 \(down\)/,
  ],
];
for (const [what, index, more, text] of UNDONE) {
  test(what, async () => {
    const findings = await found(more);
    const expected = findings.map((_, n) => n !== index);
    assert.deepEqual(truths(findings), expected);
    assert.match(findings[index]!.text, text);
    assert.ok(findings[index]!.hint);
  });
}

test('a deadline that is in force and was never decided by counts as a change, as does one that was put back', async () => {
  const findings = await found({
    decisions: { caption: [acted()] },
    scaler: withCaption({ deadline: 60 }),
  });
  assert.equal(findings[2]!.text, 'caption was promised within 3 s and 60 s; 60 s counts now');
});

test('the newest comparison in which scaling helped counts, whatever came after it', async () => {
  const worse = { ...exampleComparison, runs: [ON, OFF] };
  assert.equal((await found({ results: { compare: [exampleComparison, worse] } }))[1]!.ok, true);
});

test('guv.yaml stands in the chapter as it is', () => {
  const [guv] = fences(readFileSync('workshop/04-autoscaling.md', 'utf8')).filter(({ info }) => info === 'yaml');
  const file = readFileSync('guv.yaml', 'utf8');
  assert.ok(guv !== undefined && file.endsWith(`\n${guv.body}\n`), 'its last lines, from "*" on');
});
