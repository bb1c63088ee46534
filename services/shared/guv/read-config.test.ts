import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyOf, spellings } from './keys.ts';
import { GuvConfigError } from './problem.ts';
import { checkRoles, readGuvConfig } from './read-config.ts';

/** What is said of a text that is refused. */
function refusal(text: string): string {
  try {
    readGuvConfig(text);
  } catch (error) {
    assert.ok(error instanceof GuvConfigError, String(error));
    return error.message;
  }
  return assert.fail(`accepted: ${text.slice(0, 200)}`);
}

test('a role has the defaults of guv, and those of the lab for what guv does not know', () => {
  assert.deepEqual(readGuvConfig('resize: {d: 60}').roles[0], {
    role: 'resize',
    worker: 'resize',
    queues: ['resize'],
    processing: 10,
    stddev: 5,
    deadline: 60,
    percentile: 99,
    target: 60 - 2.326347843775173 * 5,
    boot: 30,
    concurrency: 1,
    minimum: 1,
    maximum: 5,
    pollinterval: 2,
    history: 120,
    rateWindow: 120,
    policy: 'deadline',
    cooldown: 0,
    fallback: 'hold',
    measure: true,
  });
});

test("keys of '*' are those of every role that does not say otherwise", () => {
  const text = `
'*': {policy: keda-queue-length, cooldown: 30, maxstep_up: 4, maxstep_down: 1, fallback: higher 2, measure: off, queuelength: 7, d: 90}
a: {}
b: {policy: guv, fallback: 3, measure: on, cooldown: 0}
`;
  const [a, b] = readGuvConfig(text).roles;
  const { policy, cooldown, maxstepUp, maxstepDown, fallback, measure, queueLength, deadline } = a!;
  assert.deepEqual(
    [policy, cooldown, maxstepUp, maxstepDown, fallback, measure, queueLength, deadline],
    ['keda-queue-length', 30, 4, 1, { higher: 2 }, false, 7, 90],
  );
  assert.deepEqual([b!.policy, b!.cooldown, b!.fallback, b!.measure], ['guv', 0, { fixed: 3 }, true]);
});

test('a role is looked at every 2 s, with policy guv every 30 s, and as often as is written where it is', () => {
  const text = `a: {}\nb: {policy: guv}\nc: {policy: guv, pollinterval: 5}\nd: {pollinterval: 10}`;
  assert.deepEqual(
    readGuvConfig(text).roles.map(({ pollinterval }) => pollinterval),
    [2, 30, 5, 10],
  );
  const [inherited] = readGuvConfig(`'*': {pollinterval: 7}\na: {policy: guv}`).roles;
  assert.equal(inherited!.pollinterval, 7);
});

test('a fallback may be spelt in each documented way', () => {
  const spelt = ['hold', 'higher 3', '3', 'fixed 3', '{higher: 3}', '{fixed: 3}'];
  assert.deepEqual(
    spelt.map((fallback) => readGuvConfig(`a: {fallback: ${fallback}}`).roles[0]!.fallback),
    ['hold', { higher: 3 }, { fixed: 3 }, { fixed: 3 }, { higher: 3 }, { fixed: 3 }],
  );
});

test('several queues may belong to a role', () => {
  for (const key of ['q', 'queue', 'queues']) {
    assert.deepEqual(readGuvConfig(`a: {${key}: [a.IN, b.IN]}`).roles[0]!.queues, ['a.IN', 'b.IN']);
  }
});

test('a file may be JSON, indented with tabs, too', () => {
  assert.equal(readGuvConfig('{\n\t"a": {\n\t\t"p": 3,\n\t\t"d": 20\n\t}\n}').roles[0]!.processing, 3);
});

test('anchors and merge keys are followed', () => {
  const [a, b] = readGuvConfig('a: &a {p: 3, max: 9}\nb: {<<: *a, p: 4}').roles;
  assert.deepEqual([a!.processing, b!.processing, b!.maximum], [3, 4, 9]);
});

test('a role of any name is a role', () => {
  assert.match(refusal('__proto__: {min: 3, max: 2}'), /guv\.yaml:1: .*__proto__/);
  assert.deepEqual(
    readGuvConfig('constructor: {}\nresize-2.big: {}').roles.map(({ role }) => role),
    ['constructor', 'resize-2.big'],
  );
});

/** A wrong file, and what is said of it. */
const WRONG: [string, string][] = [
  ['', 'guv.yaml:1: the file is empty'],
  ["'*': {}\nresize:\n  minimun: 3", 'guv.yaml:3: resize.minimun is an unknown property; did you mean minimum?'],
  ['a: {procesing: 3}', 'guv.yaml:1: a.procesing is an unknown property; did you mean processing?'],
  ['a: {queueLength: 3}', 'guv.yaml:1: a.queueLength is an unknown property; did you mean queuelength?'],
  ['a: {MAX: 3}', 'guv.yaml:1: a.MAX is an unknown property; did you mean max?'],
  ['a: {colour: red}', 'guv.yaml:1: a.colour is an unknown property; ./lab guv keys lists those that there are'],
  ["'*': {minn: 3}\na: {}", 'guv.yaml:1: *.minn is an unknown property; did you mean min?'],
  ['a: {p:60, deadline: 240}', 'guv.yaml:1: a.p:60 is an unknown property; a space is missing after the colon: p: 60'],
  [
    'a:\n  p:60',
    'guv.yaml:1: a must be a mapping such as {deadline: 15, max: 4}, got "p:60" (a space is missing after the colon in p:60)',
  ],
  ['a:\n  min: 4\n  max: 2', 'guv.yaml:2: a: minimum 4 is above maximum 2'],
  ["'*':\n  min: 9\na:\n  boot: 2", 'guv.yaml:2: a: minimum 9 is above maximum 5'],
  ['a: {concurrency: 0}', 'guv.yaml:1: a.concurrency must be a whole number of jobs from 1 to 100000, got 0'],
  ['a: {min: 1.5}', 'guv.yaml:1: a.min must be a whole number of replicas from 0 to 10000, got 1.5'],
  ['a: {max: -2}', 'guv.yaml:1: a.max must be a whole number of replicas from 1 to 10000, got -2'],
  ['a: {max: 1e9}', 'guv.yaml:1: a.max must be a whole number of replicas from 1 to 10000, got 1000000000'],
  ['a: {p: .nan}', 'guv.yaml:1: a.p must be a number of seconds above 0, at most 2592000, got NaN'],
  ['a: {d: .inf}', 'guv.yaml:1: a.d must be a number of seconds above 0, at most 2592000, got Infinity'],
  ['a: {d: 0}', 'guv.yaml:1: a.d must be a number of seconds above 0, at most 2592000, got 0'],
  ['a: {boot: -1}', 'guv.yaml:1: a.boot must be a number of seconds above 0, at most 2592000, got -1'],
  [
    'a: {d: 15s}',
    'guv.yaml:1: a.d must be a number of seconds above 0, at most 2592000, got "15s": write it without quotes and without a unit',
  ],
  ['a: {p: }', 'guv.yaml:1: a.p has no value'],
  ['a: {percentile: 100}', 'guv.yaml:1: a.percentile must be a number of percent above 0, below 100, got 100'],
  ['a: {percentile: 0}', 'guv.yaml:1: a.percentile must be a number of percent above 0, below 100, got 0'],
  ['a: {maxstep_up: 0}', 'guv.yaml:1: a.maxstep_up must be a whole number of replicas from 1 to 10000, got 0'],
  ['a: {fallback: lower 3}', 'guv.yaml:1: a.fallback must be hold, higher 3, or a whole number, got "lower 3"'],
  ['a: {fallback: 9}', 'guv.yaml:1: a: fallback 9 is not from minimum 1 to maximum 5'],
  ['a: {measure: 1}', 'guv.yaml:1: a.measure must be on or off (or true, false), got 1'],
  [
    'a: {policy: ../mine.ts}',
    'guv.yaml:1: a.policy must be deadline, guv, keda-queue-length, the name of a file policies/<name>.ts, or an http address, got "../mine.ts"',
  ],
  ['a: {q: []}', 'guv.yaml:1: a.q must be a name, or a list of names such as [a, b], got []'],
  ['a: {q: [x, x]}', 'guv.yaml:1: a.q names "x" twice: its backlog would count double'],
  ['a: {p: 3, processing: 4}', 'guv.yaml:1: a.processing and a.p are the same key'],
  ['a: {p: 3, p: 4}', 'guv.yaml:1: the same key, p, stands here twice'],
  ['a: {}\na: {}', 'guv.yaml:2: the same key, a, stands here twice'],
  ['a: {w: web}\nb: {w: web}', 'guv.yaml:2: b and a scale the same worker, web'],
  [
    'a:\n  processing: 25\n  stddev: 12\n  deadline: 50',
    'guv.yaml:4: a: target 22.08s is lower than processing time 25.00s. Attempted deadline 50s. ' +
      '(a target that cannot be met: the deadline of 50 s leaves too little beside the 25 s of a job and their spread)',
  ],
  ['a: {target: 70}', 'guv.yaml:1: a: target 70 is above deadline 60'],
  ['- a\n- b', 'guv.yaml:1: the file must be a mapping of roles, such as resize: {deadline: 15}'],
  ['a: [1]', 'guv.yaml:1: a must be a mapping such as {deadline: 15, max: 4}, got [1]'],
  ['a:\n\tp: 3', 'guv.yaml:2: a tab stands where spaces were expected: YAML is indented by spaces only'],
  ['a: {}\n---\nb: {}', 'guv.yaml:2: a second document begins here (---); one was expected'],
  ['a b: {}', 'guv.yaml:1: "a b" is no name for a role: letters, digits and . _ - only'],
  ['a: {}\n? [x, y]\n: {}', 'guv.yaml:2: a key must be plain text'],
];

for (const [text, expected] of WRONG) {
  test(`refused with line and reason: ${JSON.stringify(text)}`, () => assert.equal(refusal(text), expected));
}

test('an asterisk without quotes is explained', () => {
  assert.match(refusal('*: {min: 3}\na: {}'), /guv\.yaml:1: the asterisk needs quotes: '\*':/);
});

test('a missing space is explained where YAML itself stumbles over it', () => {
  assert.match(refusal('resize:\n  p:60\n  d: 5'), /guv\.yaml:2: p:60 needs a space after the colon: p: 60/);
});

test('every problem of a file is told at once, in the order of its lines', () => {
  const text = 'b:\n  max: 0\n  minimun: 2\na:\n  p: no\n';
  assert.deepEqual(
    refusal(text)
      .split('\n')
      .map((line) => line.split(' ')[0]),
    ['guv.yaml:2:', 'guv.yaml:3:', 'guv.yaml:5:'],
  );
});

test('what would cost too much to read is refused at once', () => {
  const more = 'bcdefghij'.split('').map((name, i) => `${name}: &${name} [${`*${'abcdefghij'[i]},`.repeat(9)}]`);
  const began = process.cpuUsage();
  assert.match(refusal(`a: &a [x, x]\n${more.join('\n')}`), /anchors cannot be followed/);
  assert.match(refusal(`a: ${'['.repeat(300_000)}`), /nested deeper than 50/);
  assert.match(refusal(`a: ${'x'.repeat(1_000_000)}`), /larger than 1 MB/);
  assert.match(refusal('- '.repeat(400_000)), /more than 20000 entries/);
  const many = Array.from({ length: 5_000 }, (_, i) => `k${i}: 1`);
  assert.match(refusal(many.join('\n')), /more than 1000 entries begin here/);
  assert.match(refusal(`a: {${many.join(', ')}}`), /more than 1000 entries begin here/);
  refusal(Array.from({ length: 1_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'));
  const { user, system } = process.cpuUsage(began);
  assert.ok(user + system < 5e6, `${user + system} µs`);
});

test("keys of guv's that mean nothing here are noted, and those that only Heroku knows pass in silence", () => {
  const { notes } = readGuvConfig("'*': {app: mine, dynosize: standard-2x, broker: 'amqp://there'}\na: {}");
  assert.deepEqual(
    notes.map(({ text }) => text),
    ['*.broker has no effect here: the scaler reads the broker that MANAGEMENT_URL names'],
  );
});

test('leniently read, unknown keys and deadlines that cannot be met pass as with guv', () => {
  const text = 'a: {p:60, deadline: 2, min: 3, max: 2, procesing: 4}';
  const { roles, normalized } = readGuvConfig(text, 'case', { lenient: true });
  assert.equal(roles[0]!.target, 10.01);
  assert.deepEqual(normalized.a!.errors, [
    'Target -9.63s is lower than processing time 10.00s. Attempted deadline 2s.',
  ]);
  assert.throws(() => readGuvConfig('a: {p: x}', 'case', { lenient: true }), GuvConfigError);
});

test('a role whose worker is no service is told with its line and the nearest service', () => {
  const config = readGuvConfig('resize: {}\nstroe: {}\nthird:\n  w: mail');
  assert.deepEqual(
    checkRoles(config, ['resize', 'caption', 'store']).map(({ line, text }) => [line, text]),
    [
      [2, 'stroe is no service that can be scaled; did you mean store?'],
      [3, 'third: its worker mail is no service that can be scaled; there are resize, caption, store'],
    ],
  );
});

test('each spelling belongs to one key', () => {
  assert.equal(new Set(spellings()).size, spellings().length);
  assert.equal(keyOf('queues')?.name, 'queue');
  assert.equal(keyOf('constructor'), undefined);
});

test('all that is wrong is told at once, in the order of the lines', () => {
  const text = 'a: {p: 30, d: 20}\nb: {minimun: 3}\nc: {min: 4, max: 2}\n';
  assert.throws(
    () => readGuvConfig(text),
    ({ problems }: GuvConfigError) => problems.map(({ line }) => line).join() === '1,2,3',
  );
});
