import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createParticipants, type Observation, type Participants } from './participants.ts';

const announcement = (id: string, payload: object = {}) => ({
  protocol: 'discovery',
  command: 'participant',
  payload: {
    id,
    role: 'resize',
    component: 'ResizeImage',
    inports: [{ id: 'IN', queue: 'resize.IN' }],
    outports: [],
    ...payload,
  },
});

/** What the broker shows: connections as `given name`, or `given name < queue queue`, or `(no name) < queue`. */
function shown(at: number, ...lines: string[]): Observation {
  const connections = lines.map((line) => {
    const [given = '', queues = ''] = line.split(' < ');
    const name = `at ${given}`;
    return given.startsWith('(') ? { name: given, queues } : { name, givenName: given, queues };
  });
  return {
    at,
    connections,
    consumers: connections.flatMap(({ name: connection, queues }) =>
      queues.split(' ').flatMap((queue) => (queue === '' ? [] : [{ connection, queue }])),
    ),
  };
}

const observe = (participants: Participants, at: number, ...lines: string[]): void =>
  participants.observe(shown(at, ...lines), at);

/** `id: state` of each. */
const states = (participants: Participants): string[] => participants.all().map(({ id, state }) => `${id}: ${state}`);

test('replicas of a role share the queue that they announce', () => {
  const participants = createParticipants();
  for (const id of ['resize-1', 'resize-2']) assert.equal(participants.hear(announcement(id)), undefined);
  assert.deepEqual(participants.queues('resize', 'inports', 'in'), ['resize.IN']);
});

test('a port that each replica hears for itself has as many queues', () => {
  const participants = createParticipants();
  for (const n of [1, 2])
    participants.hear(announcement(`r${n}`, { inports: [{ id: 'cancel', queue: `resize.CANCEL.r${n}` }] }));
  assert.deepEqual(participants.queues('resize', 'inports', 'CANCEL'), ['resize.CANCEL.r1', 'resize.CANCEL.r2']);
});

test('a queue is taken as it is announced, however it is named', () => {
  const participants = createParticipants();
  participants.hear(announcement('py', { inports: [{ id: 'in', queue: 'resize/in' }] }));
  assert.deepEqual(participants.queues('resize', 'inports', 'in'), ['resize/in']);
});

test('an announcement that lacks what is required is skipped, counted, and the reason names it', () => {
  const participants = createParticipants();
  assert.match(participants.hear(announcement('x', { component: undefined })) ?? '', /payload\.component/);
  for (const odd of [null, 7, 'text', {}, { protocol: 'discovery', command: 'participant' }]) {
    assert.equal(typeof participants.hear(odd), 'string');
  }
  assert.deepEqual(participants.all(), []);
  assert.equal(participants.skipped().count, 6);
  assert.match(participants.skipped().last[0]?.why ?? '', /payload\.component/);
});

test('names and lists beyond their bounds are skipped, texts are cut, and what nobody depends on is passed over', () => {
  const participants = createParticipants();
  const ports = Array.from({ length: 201 }, (_, n) => ({ id: `p${n}` }));
  for (const odd of [
    { role: 'r'.repeat(256) },
    { role: 'red\u001b[31m' },
    { outports: ports },
    { inports: [{ id: 'in', queue: 'q'.repeat(256) }] },
  ]) {
    assert.equal(typeof participants.hear(announcement('x', odd)), 'string', Object.keys(odd)[0]);
  }
  const { label } = announcement('x', { label: 'l'.repeat(5_000) }).payload as { label?: string };
  assert.equal(
    participants.hear(announcement('x', { label, icon: 7, inports: [{ id: 'in', queue: null }] })),
    undefined,
  );
  const [view] = participants.all();
  assert.equal(view?.label?.length, 1_000);
  assert.equal(view?.icon, undefined);
});

test('only so many participants are kept, and only the last reasons of all that was skipped', () => {
  const participants = createParticipants();
  for (let n = 0; n < 10_050; n += 1) participants.hear(announcement(`r${n}`), 0);
  assert.equal(participants.all().length, 10_000);
  const { count, last } = participants.skipped();
  assert.deepEqual([count, last.length], [50, 20]);
});

test('where it is full, those that are silent make room', () => {
  const participants = createParticipants();
  for (let n = 0; n < 10_000; n += 1) participants.hear(announcement(`r${n}`), 0);
  participants.observe(undefined, 100_000);
  assert.equal(participants.hear(announcement('new'), 100_000), undefined);
  assert.deepEqual(states(participants), ['new: up']);
});

test('participants are in the order of their roles and numbers', () => {
  const participants = createParticipants();
  for (const id of ['resize-10', 'resize-2']) participants.hear(announcement(id));
  participants.hear(announcement('caption-1', { role: 'caption' }));
  assert.deepEqual(
    participants.all().map(({ id }) => id),
    ['caption-1', 'resize-2', 'resize-10'],
  );
  assert.deepEqual(participants.roles(), ['caption', 'resize']);
});

test('a role lacks a port when all who announced themselves for it do', () => {
  const participants = createParticipants();
  assert.equal(participants.lacks('resize', 'inports', 'IN'), false, 'nobody is there to say so');
  participants.hear(announcement('resize-1'));
  assert.equal(participants.lacks('resize', 'inports', 'IN'), false);
  assert.equal(participants.lacks('resize', 'outports', 'IN'), true);
});

test('a participant whose connection ends is gone at once, shown for a minute, and then forgotten', () => {
  const participants = createParticipants();
  participants.hear(announcement('resize-1'), 0);
  observe(participants, 1_000, 'resize-1');
  observe(participants, 2_000);
  assert.deepEqual(states(participants), ['resize-1: gone']);
  assert.deepEqual(participants.queues('resize', 'inports', 'in'), []);
  observe(participants, 62_000);
  assert.deepEqual(states(participants), ['resize-1: gone']);
  observe(participants, 62_001);
  assert.deepEqual(states(participants), []);
});

test('one that was gone is up again when it announces itself or its connection is back', () => {
  const participants = createParticipants();
  for (const id of ['r1', 'r2']) participants.hear(announcement(id), 0);
  observe(participants, 1_000, 'r1 < resize.IN', 'r2 < resize.IN');
  observe(participants, 2_000);
  participants.hear(announcement('r1'), 2_500);
  assert.deepEqual(states(participants), ['r1: up', 'r2: gone']);
  observe(participants, 3_000, 'r1', 'r2');
  assert.deepEqual(states(participants), ['r1: up', 'r2: up'], 'their new consumers are not shown yet');
});

test('an answer of the broker that is older than an announcement does not take it back', () => {
  const participants = createParticipants();
  participants.hear(announcement('resize-1'), 0);
  observe(participants, 1_000, 'resize-1');
  participants.hear(announcement('resize-1'), 2_100); // started again under its name
  participants.observe(shown(2_000), 2_200);
  assert.deepEqual(states(participants), ['resize-1: up']);
});

test('one that has consumed and does no more is draining, and a fresh one, not shown to consume yet, is not', () => {
  const participants = createParticipants();
  for (const id of ['r1', 'r2']) participants.hear(announcement(id), 0);
  observe(participants, 1_000, 'r1', 'r2');
  assert.deepEqual(states(participants), ['r1: up', 'r2: up']);
  observe(participants, 6_000, 'r1 < resize.IN', 'r2 < resize.IN');
  observe(participants, 7_000, 'r1 < resize.IN', 'r2');
  assert.deepEqual(states(participants), ['r1: up', 'r2: draining']);
});

test('a replica of a paused role is paused while it takes nothing from the shared queue, and up as soon as the pause ends', () => {
  const participants = createParticipants();
  const inports = [
    { id: 'in', queue: 'resize.IN' },
    { id: 'cancel', queue: 'resize.CANCEL.r1' },
  ];
  participants.hear(announcement('r1', { inports }), 0);
  observe(participants, 1_000, 'r1 < resize.IN resize.CANCEL.r1');
  participants.setPaused(new Set(['resize']));
  assert.deepEqual(states(participants), ['r1: up'], 'not before it has stopped');
  observe(participants, 2_000, 'r1 < resize.CANCEL.r1');
  assert.deepEqual(states(participants), ['r1: paused']);
  participants.setPaused(new Set());
  assert.deepEqual(states(participants), ['r1: up']);
  observe(participants, 3_000, 'r1 < resize.CANCEL.r1');
  assert.deepEqual(states(participants), ['r1: up'], 'its new consumer is not shown yet');
});

test('where the broker cannot be observed, states stay, and nobody is gone', () => {
  const participants = createParticipants();
  participants.hear(announcement('r1'), 0);
  observe(participants, 1_000, 'r1 < resize.IN');
  assert.equal(participants.observed(), true);
  participants.observe(undefined, 2_000);
  assert.equal(participants.observed(), false);
  assert.deepEqual(states(participants), ['r1: up']);
  participants.observe(undefined, 70_000);
  assert.deepEqual(states(participants), ['r1: silent'], 'neither heard nor seen for 2.5 announcements');
  participants.hear(announcement('r1'), 71_000);
  assert.deepEqual(states(participants), ['r1: up']);
  participants.observe(undefined, 671_001);
  assert.deepEqual(states(participants), [], 'ten minutes');
});

test('one whose connection the broker shows is up, however long ago it was heard', () => {
  const participants = createParticipants();
  participants.hear(announcement('r1'), 0);
  observe(participants, 500_000, 'r1 < resize.IN');
  observe(participants, 900_000, 'r1 < resize.IN');
  assert.deepEqual(states(participants), ['r1: up']);
});

test('of foreign participants each has one of the connections that consume from their queue, in the order of announcements', () => {
  const participants = createParticipants();
  for (const id of ['z', 'a']) participants.hear(announcement(id), 0);
  observe(participants, 5_000, '(one) < resize.IN', '(two) < resize.IN');
  observe(participants, 6_000, '(two) < resize.IN');
  assert.deepEqual(states(participants), ['a: up', 'z: gone']);
});

test('a connection that has the name of a participant is nobody else’s', () => {
  const participants = createParticipants();
  for (const id of ['foreign', 'ours']) participants.hear(announcement(id), 0);
  observe(participants, 5_000, 'ours < resize.IN', '(one) < resize.IN');
  observe(participants, 6_000, 'ours < resize.IN');
  assert.deepEqual(states(participants), ['foreign: gone', 'ours: up']);
});

test('a queue that one participant alone names says for sure whose connection it is', () => {
  const participants = createParticipants();
  for (const id of ['first', 'second']) {
    const inports = [
      { id: 'in', queue: 'resize.IN' },
      { id: 'own', queue: `resize.OWN.${id}` },
    ];
    participants.hear(announcement(id, { inports }), 0);
  }
  observe(participants, 5_000, '(one) < resize.IN resize.OWN.second', '(two) < resize.IN resize.OWN.first');
  observe(participants, 6_000, '(one) < resize.IN resize.OWN.second');
  assert.deepEqual(states(participants), ['first: gone', 'second: up']);
});

test('an announcement of one that nobody can see is silent after seven seconds, and gone after 2.5 announcements', () => {
  const participants = createParticipants();
  participants.hear(announcement('late'), 0);
  observe(participants, 7_000);
  assert.deepEqual(states(participants), ['late: up']);
  observe(participants, 8_000);
  assert.deepEqual(states(participants), ['late: silent']);
  participants.hear(announcement('late'), 27_000);
  assert.deepEqual(states(participants), ['late: silent'], 'it says so, the broker does not');
  observe(participants, 95_000);
  assert.deepEqual(states(participants), ['late: silent']);
  observe(participants, 96_000);
  assert.deepEqual(states(participants), ['late: gone']);
});

test('one with out-ports only, on a connection of an unknown name, is up while it is heard, and then silent, not gone', () => {
  const participants = createParticipants();
  participants.hear(announcement('source', { inports: [], outports: [{ id: 'out', queue: 'resize.OUT' }] }), 0);
  observe(participants, 60_000);
  assert.deepEqual(states(participants), ['source: up']);
  observe(participants, 69_000);
  assert.deepEqual(states(participants), ['source: silent']);
  observe(participants, 600_001);
  assert.deepEqual(states(participants), []);
});

test('who consumes from a role’s queue takes part, though it has not announced itself yet', () => {
  const participants = createParticipants();
  participants.observe({
    ...shown(1_000, 'web-1 < web.RESULTS.web-1', '(one) < resize.IN', 'other < heard dead-resize.IN amq.gen-x'),
    exchanges: ['web.IMAGES', 'web.CANCEL', 'resize.OUT', 'amq.fanout', 'dead-resize.IN'],
  });
  const of = (wanted: string) => participants.all().find(({ id }) => id === wanted);
  assert.equal(participants.all().length, 2);
  assert.deepEqual(of('web-1')?.inports, [{ id: 'results', queue: 'web.RESULTS.web-1' }]);
  assert.deepEqual(
    of('web-1')?.outports.map(({ queue }) => queue),
    ['web.IMAGES', 'web.CANCEL'],
  );
  assert.deepEqual([of('(one)')?.role, of('(one)')?.announced, of('(one)')?.component], ['resize', false, undefined]);
  assert.deepEqual(participants.queues('resize', 'outports', 'OUT'), ['resize.OUT']);
  assert.equal(participants.lacks('resize', 'outports', 'OTHER'), false, 'what it has, nobody has announced');
});

test('an announcement replaces what was known from the broker alone', () => {
  const participants = createParticipants();
  observe(participants, 1_000, 'r1 < resize.IN', '(one) < resize.IN');
  for (const id of ['r1', 'foreign']) participants.hear(announcement(id), 1_500);
  observe(participants, 2_000, 'r1 < resize.IN', '(one) < resize.IN');
  assert.deepEqual(
    participants.all().map(({ id, announced, component }) => [id, announced, component]),
    [
      ['foreign', true, 'ResizeImage'],
      ['r1', true, 'ResizeImage'],
    ],
  );
});

test('one that was seen on the broker alone is gone with its connection', () => {
  const participants = createParticipants();
  observe(participants, 1_000, '(one) < resize.IN');
  observe(participants, 2_000);
  assert.deepEqual(states(participants), ['(one): gone']);
});

test('whoever listens is told what is new and what has changed, and nothing twice', () => {
  const participants = createParticipants();
  const told: string[] = [];
  participants.onChange(({ participant, was }) => void told.push(`${participant.id}: ${was} -> ${participant.state}`));
  participants.hear(announcement('r1'), 0);
  participants.hear(announcement('r1'), 27_000);
  participants.hear(announcement('r1', { outports: [{ id: 'out' }] }), 28_000);
  for (const at of [29_000, 30_000]) observe(participants, at, 'r1 < resize.IN');
  for (const at of [31_000, 32_000]) observe(participants, at);
  participants.hear(announcement('r1'), 33_000);
  assert.deepEqual(told, ['r1: undefined -> up', 'r1: up -> up', 'r1: up -> gone', 'r1: gone -> up']);
});
