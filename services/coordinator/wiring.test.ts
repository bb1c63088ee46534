import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../shared/log.ts';
import { parseGraph } from './graph.ts';
import { createParticipants } from './participants.ts';
import { createWiring, type WiringBroker } from './wiring.ts';

const log = createLog('test', 'test', 'silent');
const graph = parseGraph('a(A) OUT -> IN b(B)\nb OUT -> HEARD a', 'g.fbp');

/** Records what is asked of the broker, and refuses what is bound to `gone`. */
function recorder() {
  const asked: string[] = [];
  const broker: WiringBroker = {
    async bind(source, queue) {
      if (queue.includes('gone')) throw new Error(`no queue ${queue}`);
      asked.push(`${source} > ${queue}`);
    },
    async declareDeadLetters(queue) {
      asked.push(`dead ${queue}`);
    },
  };
  return { asked, broker };
}

const hear = (participants: ReturnType<typeof createParticipants>, id: string, role: string, heard = `a.HEARD.${id}`) =>
  participants.hear({
    protocol: 'discovery',
    command: 'participant',
    payload: {
      id,
      role,
      component: role.toUpperCase(),
      inports: role === 'a' ? [{ id: 'heard', queue: heard }] : [{ id: 'in', queue: 'b.IN' }],
      outports: [{ id: 'out', queue: `${role}.OUT` }],
    },
  });

test('an edge is made when both of its ends have announced themselves', async () => {
  const participants = createParticipants();
  const { asked, broker } = recorder();
  const wiring = createWiring(graph, participants, broker, log);
  hear(participants, 'a-1', 'a');
  await wiring.update();
  assert.deepEqual(wiring.missing(), ['a OUT -> IN b', 'b OUT -> HEARD a']);
  hear(participants, 'b-1', 'b');
  await wiring.update();
  assert.deepEqual(asked, ['dead b.IN', 'a.OUT > b.IN', 'b.OUT > a.HEARD.a-1']);
  assert.deepEqual(wiring.missing(), []);
});

test('what is made is not made again, until the broker is back', async () => {
  const participants = createParticipants();
  const { asked, broker } = recorder();
  const wiring = createWiring(graph, participants, broker, log);
  hear(participants, 'a-1', 'a');
  hear(participants, 'b-1', 'b');
  await wiring.update();
  await wiring.update();
  assert.equal(asked.length, 3);
  await wiring.restart();
  assert.equal(asked.length, 6);
});

test('a queue that is gone does not keep the other edges from being made', async () => {
  const participants = createParticipants();
  const { asked, broker } = recorder();
  const wiring = createWiring(graph, participants, broker, log);
  hear(participants, 'a-1', 'a', 'a.HEARD.gone');
  hear(participants, 'a-2', 'a');
  hear(participants, 'b-1', 'b');
  await wiring.update();
  assert.ok(asked.includes('a.OUT > b.IN'));
  assert.ok(asked.includes('b.OUT > a.HEARD.a-2'));
});

test('what the broker has bound already is taken over', () => {
  const wiring = createWiring(graph, createParticipants(), recorder().broker, log);
  wiring.adopt([
    { source: 'a.OUT', destination: 'b.IN', destination_type: 'queue', routing_key: '' },
    { source: 'b.OUT', destination: 'a.HEARD.a-9', destination_type: 'queue', routing_key: '' },
  ]);
  assert.deepEqual(wiring.missing(), []);
});
