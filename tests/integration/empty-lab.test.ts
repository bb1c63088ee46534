// Emptying a lab, on a real broker and a real database, while its workers are at work.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { withBroker } from '../../scripts/lab-broker.ts';
import type { RunningLab } from '../../scripts/lab-view.ts';
import { lookAtBroker } from '../../scripts/verdict/broker-look.ts';
import { ledgerClient } from '../../scripts/verdict/ledger-client.ts';
import { emptyLab } from '../../scripts/workshop/empty-lab.ts';
import { createLog } from '../../services/shared/log.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import { isPaused } from '../../services/shared/messaging/pausing.ts';
import type { ParticipantDefinition } from '../../services/shared/messaging/types.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import type { Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { openLedgerLab } from '../helpers/ledger-lab.ts';
import { undoStack } from '../helpers/undo.ts';

const log = createLog('test', 'test', 'silent');
const Task = z.object({ item: z.string(), job: z.string(), index: z.number() });
type Task = z.infer<typeof Task>;

/** Its workers run in this process: there is nobody to kill. */
const lab: Pick<RunningLab, 'mode' | 'services' | 'kill'> = {
  mode: 'local',
  services: async () => [],
  kill: async () => assert.fail('nobody had to be killed'),
};

/** A worker of role `resize` that has two in hand, and sends what it is told to `store.IN`. */
async function startResize(t: Scope, url: string, work: (task: Task) => Promise<object>): Promise<void> {
  const definition: ParticipantDefinition = {
    role: 'resize',
    component: 'Resize',
    label: 'A worker of a test',
    prefetch: 2,
    inports: {
      in: { schema: Task, handle: async ({ data }) => ({ port: 'out', data: await work(data as Task) }) },
    },
    outports: { out: {} },
  };
  const metrics = createMetrics({ role: 'resize', replica: 'resize-1' });
  const participant = startParticipant(definition, { url, replica: 'resize-1', log, metrics });
  t.after(() => participant.drain(1_000));
  await participant.ready;
}

test('nothing is left of what waits, is in hand, comes of what is in hand, or is dead; and the workers go on', async (context) => {
  const scope = undoStack(context);
  const { addresses, submit, failure, send, channel, startStore } = await openLedgerLab(scope);
  const accepted = async (): Promise<number> => (await ledgerClient(addresses.frontend).audit({})).accepted;
  await channel.assertExchange('resize.OUT', 'fanout', { durable: true });
  await channel.bindQueue('store.IN', 'resize.OUT', '');
  let inHand = 0;
  // What is in hand is done only when its item is in no book any more: its result is one that nobody knows.
  await startResize(scope, addresses.amqp, async ({ job, index }) => {
    inHand += 1;
    await eventually('the ledger is empty', async () => (await accepted()) === 0);
    return failure(job, index);
  });
  await startStore();
  await submit(300);
  await send('dead-resize.IN', [{ died: 'long ago' }]);
  await eventually('the worker has its hands full', () => inHand === 2);

  const outcome = await emptyLab(lab, addresses);
  assert.deepEqual([outcome.forgotten, outcome.accepted, outcome.killed], [300, 0, false]);
  assert.ok(outcome.thrownAway >= 299, String(outcome.thrownAway)); // 298 that waited, one that was dead, and what came of two
  await withBroker(addresses.amqp, 'test', async (connection) => {
    const { queues } = await lookAtBroker(connection, addresses);
    assert.deepEqual(
      queues.filter(({ waiting }) => waiting > 0),
      [],
    );
    assert.equal(await isPaused(connection, 'resize'), false);
  });
  assert.equal(inHand, 2);

  const job = await submit(1);
  await eventually('the worker takes work again', () => inHand === 3);
  await send('store.IN', [failure(job, 0)]);
  await eventually('and so does the store', async () => {
    return (await ledgerClient(addresses.frontend).audit({})).failed === 1;
  });
  await emptyLab(lab, addresses);
  assert.equal(await accepted(), 0);
});

test('Ctrl-C lets the workers go on before it ends', async (context) => {
  const scope = undoStack(context);
  const { addresses, submit, channel } = await openLedgerLab(scope);
  await channel.assertExchange('resize.OUT', 'fanout', { durable: true });
  await channel.bindQueue('store.IN', 'resize.OUT', '');
  const hands = Promise.withResolvers<void>();
  let inHand = 0;
  // As long as it has something in hand it is waited for.
  await startResize(scope, addresses.amqp, async (task) => {
    inHand += 1;
    await hands.promise;
    return task;
  });
  await submit(2);
  await eventually('the worker has its hands full', () => inHand === 2);
  const emptied = emptyLab(lab, addresses);
  await withBroker(addresses.amqp, 'test', async (connection) => {
    await eventually('it is paused', () => isPaused(connection, 'resize'));
    await eventually('the ledger is empty', async () => {
      return (await ledgerClient(addresses.frontend).audit({})).accepted === 0;
    });
    process.emit('SIGINT', 'SIGINT');
    await assert.rejects(emptied, { name: 'Interrupted', exitCode: 130 });
    hands.resolve();
    assert.equal(await isPaused(connection, 'resize'), false);
  });
});

test('a queue to which somebody sends until the end is told', async (context) => {
  const { addresses, send } = await openLedgerLab(undoStack(context));
  const sending = new AbortController();
  const sender = (async () => {
    while (!sending.signal.aborted) await send('resize.IN', [{ sent: 'by hand' }]);
  })();
  const { restless, killed } = await emptyLab(lab, addresses).finally(() => sending.abort());
  await sender;
  assert.deepEqual([restless, killed], [['resize.IN'], false]);
});

test('an empty lab stays empty, twenty times', async (context) => {
  const { addresses, startStore } = await openLedgerLab(undoStack(context));
  await startStore();
  for (let turn = 0; turn < 20; turn += 1) {
    const outcome = await emptyLab(lab, addresses);
    assert.deepEqual(outcome, { thrownAway: 0, forgotten: 0, accepted: 0, restless: [], killed: false });
  }
});
