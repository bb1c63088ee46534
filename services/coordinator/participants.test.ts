import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createParticipants } from './participants.ts';

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

test('replicas of a role share the queue that they announce', () => {
  const participants = createParticipants();
  for (const id of ['resize-1', 'resize-2']) assert.equal(participants.hear(announcement(id)), undefined);
  assert.deepEqual(participants.queues('resize', 'inports', 'in'), ['resize.IN']);
});

test('a port that each replica hears for itself has as many queues', () => {
  const participants = createParticipants();
  for (const n of [1, 2])
    participants.hear(announcement(`r${n}`, { inports: [{ id: 'cancel', queue: `resize.CANCEL.r${n}` }] }));
  assert.deepEqual(participants.queues('resize', 'inports', 'cancel'), ['resize.CANCEL.r1', 'resize.CANCEL.r2']);
});

test('a queue is taken as it is announced, however it is named', () => {
  const participants = createParticipants();
  participants.hear(announcement('py', { inports: [{ id: 'in', queue: 'resize/in' }] }));
  assert.deepEqual(participants.queues('resize', 'inports', 'in'), ['resize/in']);
});

test('an announcement that lacks what is required is skipped, and the reason names it', () => {
  const participants = createParticipants();
  assert.match(participants.hear(announcement('x', { component: undefined })) ?? '', /payload\.component/);
  for (const odd of [null, 7, 'text', {}, { protocol: 'discovery', command: 'participant' }]) {
    assert.equal(typeof participants.hear(odd), 'string');
  }
  assert.deepEqual(participants.all(), []);
});

test('who has been silent for ten minutes is dropped', () => {
  const participants = createParticipants();
  participants.hear(announcement('old'), 0);
  participants.hear(announcement('new'), 500_000);
  assert.deepEqual(
    participants.dropSilent(600_001).map(({ id }) => id),
    ['old'],
  );
  assert.deepEqual(
    participants.all().map(({ id }) => id),
    ['new'],
  );
});
