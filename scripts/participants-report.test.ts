import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { ParticipantView } from '../services/coordinator/participants/participants.ts';
import { type ParticipantsAnswer, participantsReport } from './participants-report.ts';

const NOW = 1_700_000_000_000;

const participant = (role: string, n: number, more: Partial<ParticipantView> = {}): ParticipantView => ({
  id: `${role}-${n}`,
  role,
  component: 'ResizeImage',
  state: 'up',
  announced: true,
  heardAt: NOW - 3_000,
  inports: [
    { id: 'in', queue: `${role}.IN` },
    { id: 'cancel', queue: `${role}.CANCEL.${role}-${n}` },
  ],
  outports: [
    { id: 'out', queue: `${role}.OUT` },
    { id: 'error', queue: `${role}.ERROR` },
  ],
  ...more,
});

const report = (participants: ParticipantView[], more: Partial<ParticipantsAnswer> = {}, width = 100): string =>
  stripVTControlCharacters(
    participantsReport({ observed: true, participants, skipped: { count: 0, last: [] }, ...more }, { width, now: NOW }),
  );

test('replicas of a role stand together, and their ports are told once', () => {
  const silent = participant('resize', 2, { state: 'silent', heardAt: NOW - 75_000 });
  assert.equal(
    report([participant('resize', 1), silent]),
    `role    component    replica   state       last heard
resize  ResizeImage  resize-1  up             3 s ago
                     resize-2  silent  1 min 15 s ago
  takes  IN resize.IN   CANCEL resize.CANCEL.<replica>
  gives  OUT resize.OUT   ERROR resize.ERROR`,
  );
});

test('replicas that announce other ports have theirs told apart', () => {
  const other = participant('resize', 2, { inports: [{ id: 'in', queue: 'resize/in' }], outports: [] });
  assert.match(
    report([participant('resize', 1), other]),
    /gives.*\n\nresize +ResizeImage +resize-2.*\n {2}takes {2}IN resize\/in$/,
  );
});

test('a long list of ports goes on in the line below', () => {
  const inports = Array.from({ length: 12 }, (_, i) => ({ id: `port${i}`, queue: `resize.PORT${i}` }));
  const lines = report([participant('resize', 1, { inports })], {}, 80).split('\n');
  assert.ok(lines.length > 4);
  for (const line of lines) assert.ok(line.length <= 80, line);
});

test('a long name of a replica is cut in the middle, where both ends still tell', () => {
  const id = 'resize-2f1c9a60-9d3e-4b0e-8a51-0d3bb2f8c001-and-what-somebody-thought-of-besides';
  const [, line = ''] = report([participant('resize', 1, { id })], {}, 80).split('\n');
  assert.match(line, /resize-2f1c\S+…\S+besides/);
  assert.ok(line.length <= 80);
});

test('one that has not announced itself yet is told from those that have', () => {
  const seen = participant('resize', 1, { announced: false, component: undefined, heardAt: undefined });
  assert.match(report([seen]), /resize-1 +up +not yet/);
});

test('what the coordinator skipped, and that it could not ask the broker, is told below', () => {
  const last = [{ at: NOW - 12_000, why: 'payload.component: expected string' }];
  const text = report([participant('resize', 1)], { observed: false, skipped: { count: 3, last } });
  assert.match(text, /^the broker could not be asked: states are what was known before and heard since$/m);
  assert.match(text, /^3 announcements were skipped; the last 12 s ago: payload\.component: expected string$/m);
});

test('nobody there is said', () => {
  assert.equal(report([]), 'no participant has announced itself');
});

test('names of others cannot move the cursor', () => {
  const odd = participant('\u001b[2J', 1, { component: '\u0007', id: '\r\n\u009b31m' });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
  assert.doesNotMatch(report([odd]), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});
