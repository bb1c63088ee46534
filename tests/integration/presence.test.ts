// Who is there, as a real broker shows it: workers that are killed, drained and started, and a broker that cannot be asked.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from 'amqplib';
import { createParticipants, type Participants } from '../../services/coordinator/participants/participants.ts';
import { watchPresence } from '../../services/coordinator/participants/presence.ts';
import { createLog } from '../../services/shared/log.ts';
import { createManagement } from '../../services/shared/messaging/management.ts';
import { DISCOVERY_QUEUE } from '../../services/shared/messaging/names.ts';
import { type Broker, openBroker, type Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { startWorkerProcess } from '../helpers/participant-process.ts';
import { undoStack } from '../helpers/undo.ts';
import { openWire } from '../helpers/wire.ts';

const log = createLog('test', 'test', 'silent');
/** What is promised of a state, milliseconds. */
const NOTICED_MS = 2_000;

/** Participants as a coordinator keeps them: told by the broker, and by who announces himself where `hears`. */
async function watched(t: Scope, { url, vhost, managementUrl }: Broker, { hears = true } = {}): Promise<Participants> {
  const participants = createParticipants();
  const presence = watchPresence(createManagement(managementUrl, vhost), participants, log);
  t.after(async () => presence.stop());
  if (hears) {
    const connection = await connect(url);
    t.after(() => connection.close());
    const channel = await connection.createChannel();
    await channel.assertQueue(DISCOVERY_QUEUE, { durable: true });
    const hear = (text: string): unknown => participants.hear(JSON.parse(text));
    await channel.consume(DISCOVERY_QUEUE, (message) => message && hear(message.content.toString()), { noAck: true });
  }
  return participants;
}

/** The only participant of the test's worker, when the broker has shown it. */
const seen = (participants: Participants) =>
  eventually('the worker is there, and seen', () => participants.all().find(({ seenAt }) => seenAt !== undefined));

const becomes = (participants: Participants, state: string, withinMs?: number) =>
  eventually(`the worker is ${state}`, () => participants.all().find((participant) => participant.state === state), {
    withinMs,
  });

test('a worker that is killed is gone within 2 s, and one that is started again is up', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const participants = await watched(t, broker);
  const worker = startWorkerProcess(t, broker.url);
  const { id } = await seen(participants);
  worker.signal('SIGKILL');
  await becomes(participants, 'gone', NOTICED_MS);
  startWorkerProcess(t, broker.url);
  const next = await becomes(participants, 'up');
  assert.notEqual(next.id, id);
  assert.equal(next.component, 'Worker');
});

test('a worker that finishes what is in its hands is draining within 2 s, and then gone', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const participants = await watched(t, broker);
  const management = createManagement(broker.managementUrl, broker.vhost);
  const worker = startWorkerProcess(t, broker.url, { does: 'hang', drainLimitMs: 4_000 });
  await seen(participants);
  const connection = await connect(broker.url);
  t.after(() => connection.close());
  const channel = await connection.createChannel();
  channel.sendToQueue('worker.IN', Buffer.from('{"n":1}'));
  await worker.told('began');
  const consumers = async () => (await management.consumers()).filter(({ queue }) => queue.name === 'worker.IN').length;
  await eventually('the broker shows its consumer', async () => (await consumers()) === 1);
  const { seenAt } = participants.all()[0]!;
  await eventually('and it was looked at since', () => (participants.all()[0]?.seenAt ?? 0) > (seenAt ?? 0));
  worker.signal('SIGTERM');
  await becomes(participants, 'draining', NOTICED_MS);
  await worker.ended;
  await becomes(participants, 'gone', NOTICED_MS);
});

test('a coordinator that has just started knows from the broker who takes part, until they announce themselves', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  await startWorkerProcess(t, broker.url).ready;
  const participants = await watched(t, broker, { hears: false });
  const { announced, inports, id } = await eventually('it is known', () =>
    participants.all().find(({ outports }) => outports.length > 0),
  );
  assert.match(id, /^worker-/);
  assert.equal(announced, false);
  assert.deepEqual(inports, [{ id: 'in', queue: 'worker.IN' }]);
  assert.deepEqual(participants.queues('worker', 'outports', 'OUT'), ['worker.OUT']);
});

test('a program that knows only AMQP, announced by somebody else, is gone with its connection', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const participants = await watched(t, broker);
  const program = await connect(broker.url);
  t.after(() => program.close().catch(() => {})); // closed in the test
  const channel = await program.createChannel();
  await channel.assertQueue('foreign/in');
  await channel.consume('foreign/in', () => {});
  participants.hear({
    protocol: 'discovery',
    command: 'participant',
    payload: {
      id: 'foreign-1',
      role: 'foreign',
      component: 'Foreign',
      inports: [{ id: 'in', queue: 'foreign/in' }],
      outports: [],
    },
  });
  const { state } = await seen(participants);
  assert.equal(state, 'up');
  await program.close();
  await becomes(participants, 'gone', NOTICED_MS);
});

test('while the broker cannot be asked nobody is gone, and afterwards the states are true again', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const wire = await openWire(t, broker.managementUrl);
  const participants = await watched(t, { ...broker, managementUrl: wire.url });
  const worker = startWorkerProcess(t, broker.url);
  await seen(participants);
  wire.refuse(true);
  await eventually('it is known that nothing is known', () => !participants.observed());
  worker.signal('SIGKILL');
  await worker.ended;
  const refused = wire.connections();
  await eventually('it was asked again', () => wire.connections() > refused);
  assert.equal(participants.all()[0]?.state, 'up');
  wire.refuse(false);
  await becomes(participants, 'gone');
  assert.equal(participants.observed(), true);
});
