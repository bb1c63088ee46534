import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readGuvConfig } from '../../services/shared/guv/read-config.ts';
import { readAssignment, setValue, setValues } from './set-value.ts';

const set = (text: string, ...given: string[]): string => setValues(text, given.map(readAssignment)).text;

test('a value takes the place of another, and nothing else changes', () => {
  const text = `# the lab
'*': {min: 0}   # all

resize:    # pictures
  d:   15.0  # a promise
  max: 6
caption: { d: 20,  p: 2 }  # as the vendor likes
`;
  assert.equal(
    set(text, 'resize.deadline=4', 'caption.processing=0.5', '*.minimum=1'),
    text.replace('15.0', '4').replace('p: 2', 'p: 0.5').replace('min: 0', 'min: 1'),
  );
});

test('the line is told as it was and as it is', () => {
  const text = readFileSync('guv.yaml', 'utf8');
  const { written } = setValue(text, readAssignment('resize.deadline=4'));
  const line = text
    .split('\n')
    .findIndex((one, n) => n > text.split('\n').indexOf('  queue: resize.IN') && /deadline/.test(one));
  assert.deepEqual(written, {
    role: 'resize',
    key: 'deadline',
    line: line + 1,
    before: '  deadline: 6',
    after: '  deadline: 4',
  });
});

test('a key that is not there comes to its role, in each form of a mapping', () => {
  const forms: [string, string][] = [
    ['resize:\n  d: 9 # x\n', 'resize:\n  policy: guv\n  d: 9 # x\n'],
    ['resize:\r\n    d: 9\r\n', 'resize:\r\n    policy: guv\r\n    d: 9\r\n'],
    ['resize: # none yet\n', 'resize: {policy: guv} # none yet\n'],
    ['resize: {d: 9} # x', 'resize: {d: 9, policy: guv} # x'],
    ['resize: {}\n', 'resize: {policy: guv}\n'],
    ['{"resize": {"d": 30}}', '{"resize": {"d": 30, "policy": "guv"}}'],
    ['resize:\n  policy:\n  d: 9\n', 'resize:\n  policy: guv\n  d: 9\n'],
  ];
  for (const [text, expected] of forms) {
    assert.equal(set(text, 'resize.policy=guv'), expected);
    assert.equal(readGuvConfig(expected, 'guv.yaml', { lenient: true }).roles[0]?.role, 'resize');
  }
  const { written } = setValue('resize:\n  d: 9\n', readAssignment('resize.max=3'));
  assert.deepEqual(written, { role: 'resize', key: 'max', line: 2, after: '  max: 3' });
});

test('what holds for all roles can be set where nothing did so far', () => {
  assert.equal(set('# x\nresize: {d: 9}\n', '*.boot=5'), '# x\n"*": {boot: 5}\nresize: {d: 9}\n');
});

test('texts, lists and switches are written so that they are read again as what they are', () => {
  const read = (given: string): unknown =>
    readGuvConfig(set('resize: {d: 9}', given), 'guv.yaml', { lenient: true }).normalized.resize;
  const cases: [string, Record<string, unknown>][] = [
    ['resize.queue=[a.IN, b.IN]', { queue: ['a.IN', 'b.IN'] }],
    ['resize.fallback=higher 3', { fallback: 'higher 3' }],
    ['resize.measure=off', { measure: 'off' }],
    ['resize.policy=http://127.0.0.1:9/x', { policy: 'http://127.0.0.1:9/x' }],
    ['resize.worker="a, b"', { worker: 'a, b' }],
  ];
  for (const [given, expected] of cases) assert.partialDeepStrictEqual(read(given), expected);
});

test('a value that an anchor would carry on to other settings is refused, where they are not set, too', () => {
  const text = 'resize: {d: &d 6, p: 1}\ncaption: {d: *d}\n';
  const message = 'other settings would change with these: caption.deadline; write them out first';
  assert.throws(() => set(text, 'resize.deadline=4'), { name: 'CannotRun', message });
  assert.throws(() => set(text, 'resize.deadline=4', 'caption.max=2'), { name: 'CannotRun', message });
  assert.equal(set(text, 'resize.processing=2'), text.replace('p: 1', 'p: 2'));
  const all = "'*': &all {boot: 3}\nresize: {<<: *all, d: 9}\n";
  assert.equal(set(all, '*.boot=5'), all.replace('3', '5'));
});

const refused: [string, string, RegExp][] = [
  ['no value', 'resize.deadline=', /^expected role\.key=value such as resize\.deadline=4, got "resize\.deadline="$/],
  ['no key', 'resize=4', /^expected role\.key=value/],
  ['a mapping', 'resize.deadline={a: 1}', /^expected role\.key=value/],
  ['what is no YAML', 'resize.deadline=[1', /^expected role\.key=value/],
  ['a second line', 'resize.deadline=4\nb: 1', /^expected role\.key=value/],
  ['a role that is not there', 'resise.deadline=4', /^the file has no role resise; it has resize, b$/],
  ['a value of an anchor', 'b.p=4', /^b\.p takes its value from elsewhere in the file; write it out first$/],
];
for (const [what, given, message] of refused) {
  test(`${what} is refused with what was expected`, () => {
    assert.throws(() => set('resize: {p: &p 3}\nb: {p: *p}\n', given), { name: 'CannotRun', message });
  });
}
