// Participants as processes against a real broker: what becomes of the messages when one is killed, drained or forced to end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Channel, type ConfirmChannel, connect, type GetMessage } from 'amqplib';
import { z } from 'zod';
import { ItemError } from '../../services/shared/errors.ts';
import { createLog } from '../../services/shared/log.ts';
import { backoffMs } from '../../services/shared/messaging/delays.ts';
import { readSteps } from '../../services/shared/messaging/envelope.ts';
import { createManagement } from '../../services/shared/messaging/management.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import { type Answer, type Delivery, type HandlerContext, RetryLater } from '../../services/shared/messaging/types.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { type Broker, openBroker, type Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { startWorkerProcess, type WorkerProcess } from '../helpers/participant-process.ts';
import type { WorkerOptions } from '../helpers/participant-program.ts';
import { undoStack } from '../helpers/undo.ts';

const log = createLog('test', 'test', 'silent');

/** What the worker of participant-program.ts puts on OUT. */
interface Answered {
  n: number;
  redelivered: boolean;
  attempt: number;
}

/** Whole numbers from 0. */
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const sorted = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b);
const distinct = (numbers: Iterable<number>): number[] => sorted(new Set(numbers));

/** A vhost with all queues of the worker, to fill and to look at, whether or not a worker runs. */
async function workbench(t: Scope, { deadLetters = true }: { deadLetters?: boolean } = {}) {
  const broker = await openBroker(t);
  const connection = await connect(broker.url);
  t.after(() => connection.close());
  const channel: ConfirmChannel = await connection.createConfirmChannel();
  await channel.assertQueue('worker.IN', { durable: true, deadLetterExchange: 'dead-worker.IN' });
  for (const port of ['OUT', 'ERROR']) {
    await channel.assertExchange(`worker.${port}`, 'fanout', { durable: true });
    await channel.assertQueue(`heard.${port}`, { durable: true });
    await channel.bindQueue(`heard.${port}`, `worker.${port}`, '');
  }
  if (deadLetters) await declareDeadLetters(channel);

  const count = async (queue: string) => (await channel.checkQueue(queue)).messageCount;
  /** Takes all that is ready in a queue, in order. */
  const take = async (queue: string): Promise<GetMessage[]> => {
    const taken: GetMessage[] = [];
    for (;;) {
      const message = await channel.get(queue, { noAck: true });
      if (message === false) return taken;
      taken.push(message);
    }
  };
  const json = (message: { content: Buffer }): unknown => JSON.parse(message.content.toString());
  const answers: Answered[] = [];
  await channel.consume('heard.OUT', (message) => void (message && answers.push(json(message) as Answered)), {
    noAck: true,
  });
  return {
    ...broker,
    channel,
    count,
    take,
    /** All that was heard on OUT so far. */
    answers,
    failures: async () => (await take('heard.ERROR')).map(json),
    /** Resolves when each of the numbers from 0 has been heard on OUT. */
    heardAll: (total: number, withinMs = 60_000) =>
      eventually(`${total} numbers are heard`, () => distinct(answers.map(({ n }) => n)).length === total, {
        withinMs,
        everyMs: 100,
      }),
    /** Resolves when the broker has all of them on disk. */
    fill: async (messages: readonly unknown[], headers?: Record<string, unknown>) => {
      for (const message of messages) {
        channel.sendToQueue('worker.IN', Buffer.from(JSON.stringify(message)), { persistent: true, headers });
      }
      await channel.waitForConfirms();
    },
  };
}

async function declareDeadLetters(channel: Channel): Promise<void> {
  await channel.assertExchange('dead-worker.IN', 'fanout', { durable: true });
  await channel.assertQueue('dead-worker.IN', { durable: true });
  await channel.bindQueue('dead-worker.IN', 'dead-worker.IN', '');
}

async function endsInOrder(worker: WorkerProcess): Promise<void> {
  const { code, signal } = await worker.ended;
  assert.equal(code, 0, `it ended by ${code ?? signal}: ${worker.output()}`);
}

/** Ends workers in order, once they run, so that what they leave unanswered stands in the queue to be counted. */
async function drain(...workers: WorkerProcess[]): Promise<void> {
  for (const { ready } of workers) await ready;
  for (const worker of workers) worker.signal('SIGTERM');
  for (const worker of workers) await endsInOrder(worker);
}

/** As the coordinator sets them, with a delivery limit that is soon reached. */
async function setRolePolicy({ managementUrl, vhost }: Broker, deliveryLimit: number): Promise<void> {
  await createManagement(managementUrl, vhost).setPolicy('roles', {
    pattern: '^(?!dead-)[^.]+\\.[^.]+$',
    'apply-to': 'queues',
    priority: 1,
    definition: {
      'delivery-limit': deliveryLimit,
      'dead-letter-strategy': 'at-least-once',
      overflow: 'reject-publish',
    },
  });
}

/** A worker in this process, for what can be seen from inside only. */
async function startWorker(
  t: Scope,
  url: string,
  handle: (delivery: Delivery<{ n: number }>, context: HandlerContext) => Promise<Answer> | Answer,
  { error = true, ...port }: { error?: boolean; attempts?: number; timeoutMs?: number } = {},
) {
  const worker = startParticipant(
    {
      role: 'worker',
      component: 'Worker',
      label: 'A worker of a test',
      inports: { in: { schema: z.object({ n: z.number() }), handle, ...port } },
      outports: error ? { out: {}, error: {} } : { out: {} },
    },
    { url, replica: 'worker-1', log, metrics: createMetrics({ role: 'worker', replica: 'worker-1' }) },
  );
  t.after(() => worker.drain(1_000));
  await worker.ready;
  return worker;
}

test('the work in hand of a killed process goes to another replica, and none of it is lost', async (context) => {
  const t = undoStack(context);
  const bench = await workbench(t);
  const doomed = startWorkerProcess(t, bench.url, { does: 'hang', prefetch: 10 });
  await doomed.ready;
  await bench.fill(upTo(10).map((n) => ({ n })));
  await eventually('ten are in hand', () => doomed.began().length === 10);
  const other = startWorkerProcess(t, bench.url, { prefetch: 10 });
  await other.ready;
  doomed.signal('SIGKILL');
  assert.deepEqual(await doomed.ended, { code: null, signal: 'SIGKILL' });
  await bench.heardAll(10);
  await drain(other);
  assert.equal(await bench.count('worker.IN'), 0);
  assert.deepEqual(sorted(bench.answers.map(({ n }) => n)), upTo(10));
  assert.ok(
    bench.answers.every(({ redelivered }) => redelivered),
    'each was marked as handed out before',
  );
});

test('the step of a message that was handed out before says so, and that of another does not', async (context) => {
  const t = undoStack(context);
  const bench = await workbench(t);
  await bench.channel.assertQueue('steps', { durable: true });
  await bench.channel.bindQueue('steps', 'worker.OUT', '');
  const doomed = startWorkerProcess(t, bench.url, { does: 'hang', prefetch: 1 });
  await doomed.ready;
  await bench.fill([{ n: 0 }, { n: 1 }]);
  await eventually('the first is in hand', () => doomed.began().length === 1);
  doomed.signal('SIGKILL');
  await doomed.ended;
  startWorkerProcess(t, bench.url);
  await bench.heardAll(2);
  const again = (await bench.take('steps')).map(({ content, properties }) => {
    const [step] = readSteps(properties.headers?.['x-steps']);
    return [JSON.parse(content.toString()).n, step?.redelivered];
  });
  assert.deepEqual(
    new Map(again as [number, unknown][]),
    new Map<number, unknown>([
      [0, true],
      [1, undefined],
    ]),
  );
});

test('replicas that are killed again and again while a thousand messages flow lose none', async (context) => {
  const t = undoStack(context);
  const total = 1_001;
  const kills = 6;
  const bench = await workbench(t);
  const options: WorkerOptions = { prefetch: 7, workMs: 20 };
  const replicas: WorkerProcess[] = upTo(3).map(() => startWorkerProcess(t, bench.url, options));
  await Promise.all(replicas.map(({ ready }) => ready));
  const portion = total / (kills + 1);
  const numbers = upTo(total).map((n) => ({ n }));
  for (let killed = 0; killed < kills; killed += 1) {
    const before = bench.answers.length;
    await bench.fill(numbers.splice(0, portion));
    await eventually('work on the next portion has begun', () => bench.answers.length > before);
    const victim = replicas.shift()!;
    victim.signal('SIGKILL');
    assert.deepEqual(await victim.ended, { code: null, signal: 'SIGKILL' });
    const next = startWorkerProcess(t, bench.url, options);
    replicas.push(next);
    await next.ready;
  }
  await bench.fill(numbers);
  await bench.heardAll(total);
  await drain(...replicas);
  assert.deepEqual(distinct(bench.answers.map(({ n }) => n)), upTo(total));
  for (const queue of ['worker.IN', 'heard.ERROR', 'dead-worker.IN']) assert.equal(await bench.count(queue), 0, queue);
  const copies = bench.answers.length - total;
  context.diagnostic(`${copies} of ${total} messages were answered twice after ${kills} kills`);
  assert.ok(
    copies <= kills * options.prefetch!,
    `a kill repeats no more than was in hand, but there are ${copies} copies`,
  );
});

test('a message that kills every worker ends in the dead letters by the delivery limit, and the others are done', async (context) => {
  const t = undoStack(context);
  const bench = await workbench(t);
  const deliveryLimit = 3;
  await setRolePolicy(bench, deliveryLimit);
  const good = upTo(20);
  await bench.fill([
    ...good.slice(0, 10).map((n) => ({ n })),
    { n: 99, poison: true },
    ...good.slice(10).map((n) => ({ n })),
  ]);
  let deaths = 0;
  // One at a time: what is in hand beside the poison would be counted with it.
  const startNext = () => startWorkerProcess(t, bench.url, { prefetch: 1 });
  let worker = startNext();
  await eventually(
    'the poison is out of the way',
    async () => {
      const ended = await Promise.race([worker.ended, undefined]);
      if (ended !== undefined) {
        assert.equal(ended.signal, 'SIGKILL');
        deaths += 1;
        worker = startNext();
      }
      return (await bench.count('dead-worker.IN')) === 1;
    },
    { withinMs: 60_000 },
  );
  // The broker may have put the poison away before the end of its last victim is seen here.
  const last = startNext();
  await bench.heardAll(good.length);
  await drain(last);
  worker.signal('SIGTERM');
  if ((await worker.ended).signal === 'SIGKILL') deaths += 1;
  assert.equal(await bench.count('worker.IN'), 0);
  const [dead, ...more] = await bench.take('dead-worker.IN');
  assert.deepEqual(more, []);
  assert.deepEqual(JSON.parse(dead!.content.toString()), { n: 99, poison: true });
  const [death] = dead!.properties.headers!['x-death'] as unknown as { reason: string; queue: string }[];
  assert.equal(death?.reason, 'delivery_limit');
  assert.equal(death?.queue, 'worker.IN');
  // Brokers count the first delivery or do not.
  assert.ok(deaths === deliveryLimit || deaths === deliveryLimit + 1, `it killed ${deaths} workers`);
  assert.deepEqual(distinct(bench.answers.map(({ n }) => n)), good);
});

for (const [kind, options] of [
  ['one at a time', {}],
  ['in batches', { batchSize: 4 }],
] as [string, WorkerOptions][]) {
  test(`what a worker that takes messages ${kind} has in hand beside one that kills it does not follow it to the dead letters, and is done`, async (context) => {
    const t = undoStack(context);
    const bench = await workbench(t);
    const deliveryLimit = 4;
    await setRolePolicy(bench, deliveryLimit);
    const good = upTo(40);
    await bench.fill([
      ...good.slice(0, 20).map((n) => ({ n })),
      { n: 99, poison: true },
      ...good.slice(20).map((n) => ({ n })),
    ]);
    let deaths = 0;
    const startNext = () => startWorkerProcess(t, bench.url, { prefetch: 4, workMs: 20, ...options });
    const workers = [startNext(), startNext()];
    await eventually(
      'the poison is out of the way',
      async () => {
        for (const [n, worker] of workers.entries()) {
          const ended = await Promise.race([worker.ended, undefined]);
          if (ended === undefined) continue;
          assert.equal(ended.signal, 'SIGKILL');
          deaths += 1;
          workers[n] = startNext();
        }
        return (await bench.count('dead-worker.IN')) > 0;
      },
      { withinMs: 60_000 },
    );
    await eventually('nothing is left', async () => (await bench.count('worker.IN')) === 0);
    await drain(startNext());
    const dead = (await bench.take('dead-worker.IN')).map(({ content }) => JSON.parse(content.toString()).n);
    context.diagnostic(`${deaths} workers died; in the dead letters: ${dead.join(', ')}`);
    // RabbitMQ before 4 counts what is handed back, too: a neighbour may come to its limit there. It is told, and not lost.
    const { version } = (bench.channel.connection as unknown as { serverProperties: { version: string } })
      .serverProperties;
    if (Number.parseInt(version, 10) >= 4) assert.deepEqual(dead, [99]);
    assert.ok(dead.includes(99));
    await bench.heardAll(good.length + 1 - dead.length);
    assert.deepEqual(distinct([...bench.answers.map(({ n }) => n), ...dead]), [...good, 99]);
  });
}

for (const [kind, options] of [
  ['one at a time', { prefetch: 300, workMs: 1, termAt: 500 }],
  ['one at a time and ends them in no order', { prefetch: 300, workMs: 1, jitterMs: 100, termAt: 500 }],
  ['in batches of fifty', { prefetch: 300, workMs: 1, termAt: 500, batchSize: 50 }],
] as [string, WorkerOptions][]) {
  test(`a drain under load of a worker that takes messages ${kind} finishes what it began, and repeats and loses nothing`, async (context) => {
    const t = undoStack(context);
    const total = 3_000;
    const bench = await workbench(t);
    await bench.fill(upTo(total).map((n) => ({ n })));
    const worker = startWorkerProcess(t, bench.url, options);
    await endsInOrder(worker);
    const left = await bench.take('worker.IN');
    const leftNumbers = left.map(({ content }) => (JSON.parse(content.toString()) as { n: number }).n);
    // All that was answered is confirmed, but may still be on its way to us.
    await eventually('all that was done is heard', () => bench.answers.length >= worker.began().length);
    const done = bench.answers.map(({ n }) => n);
    assert.deepEqual(sorted(worker.began()), sorted(done), 'what was begun is what was done');
    const again = new Set(leftNumbers);
    assert.deepEqual(sorted(done.filter((n) => again.has(n))), [], 'nothing that was done is handed out again');
    assert.deepEqual(sorted([...done, ...leftNumbers]), upTo(total), 'each is either done or still there, once');
    assert.ok(left.length > 0, 'the drain came in the midst of the work');
    const setAside = left.filter(({ fields }) => fields.redelivered).length;
    assert.equal(setAside, 0, `${setAside} were handed out and not begun`);
    assert.ok(!worker.reports.some(({ event }) => event === 'aborted'), 'nothing was cut short');
  });
}

test('a drain hands back what does not end within its limit, after it fired its signal, and the process ends in order', async (context) => {
  const t = undoStack(context);
  const bench = await workbench(t);
  const worker = startWorkerProcess(t, bench.url, { does: 'hang', drainLimitMs: 200 });
  await worker.ready;
  await bench.fill([{ n: 1 }, { n: 2 }]);
  await eventually('both are in hand', () => worker.began().length === 2);
  worker.signal('SIGTERM');
  await endsInOrder(worker);
  const aborted = worker.reports.flatMap((report) => (report.event === 'aborted' ? [report.n] : []));
  assert.deepEqual(sorted(aborted), [1, 2]);
  const back = await bench.take('worker.IN');
  assert.deepEqual(
    back.map(({ fields }) => fields.redelivered),
    [true, true],
  );
});

for (const second of ['SIGTERM', 'SIGINT'] as const) {
  test(`${second} after SIGTERM ends a worker that still drains at once, and its work goes to another`, async (context) => {
    const t = undoStack(context);
    const bench = await workbench(t);
    const worker = startWorkerProcess(t, bench.url, { does: 'hang', drainLimitMs: 600_000 });
    await worker.ready;
    await bench.fill([{ n: 1 }]);
    await eventually('it is in hand', () => worker.began().length === 1);
    worker.signal('SIGTERM');
    await worker.told('draining');
    worker.signal(second);
    assert.deepEqual(await worker.ended, { code: 1, signal: null });
    assert.ok(!worker.reports.some(({ event }) => event === 'drained'));
    startWorkerProcess(t, bench.url);
    await bench.heardAll(1);
    assert.deepEqual(bench.answers, [{ n: 1, redelivered: true, attempt: 1 }]);
  });
}

test("a handler's signal fires when its time is up, and says so", async (context) => {
  const t = undoStack(context);
  const bench = await workbench(t);
  const fired = Promise.withResolvers<unknown>();
  await startWorker(
    t,
    bench.url,
    (_, { signal }) => {
      signal.addEventListener('abort', () => fired.resolve(signal.reason));
      return new Promise<never>(() => {});
    },
    { timeoutMs: 50, attempts: 1 },
  );
  await bench.fill([{ n: 1 }]);
  assert.match(String(await fired.promise), /took longer than 0.05 s/);
});

test("a handler's signal fires when a drain runs out of time, not when it begins", async (context) => {
  const t = undoStack(context);
  const bench = await workbench(t);
  const inHand = Promise.withResolvers<AbortSignal>();
  let firedAt: number | undefined;
  const worker = await startWorker(t, bench.url, (_, { signal }) => {
    signal.addEventListener('abort', () => {
      firedAt = performance.now();
    });
    inHand.resolve(signal);
    return new Promise<never>(() => {});
  });
  await bench.fill([{ n: 1 }]);
  await inHand.promise;
  const startedAt = performance.now();
  await worker.drain(300);
  assert.ok(firedAt !== undefined, 'it has fired');
  // Timers of node count whole milliseconds.
  assert.ok(firedAt - startedAt >= 299, `it fired after ${firedAt - startedAt} ms`);
  await eventually('it is back', async () => (await bench.count('worker.IN')) === 1);
});

test('attempts come further and further apart, none before its time, with ids and steps kept', async (context) => {
  const t = undoStack(context);
  const bench = await workbench(t);
  const attempts = 4;
  const seen: { at: number; delivery: Delivery<{ n: number }> }[] = [];
  await startWorker(
    t,
    bench.url,
    (delivery) => {
      seen.push({ at: Date.now(), delivery });
      throw new Error('the shelf is empty');
    },
    { attempts },
  );
  await bench.fill([{ n: 1 }], {
    'x-item': 'job.1',
    'x-job': 'job',
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  });
  await eventually('it has failed', async () => (await bench.count('heard.ERROR')) === 1);
  assert.deepEqual(
    seen.map(({ delivery }) => delivery.attempt),
    [1, 2, 3, 4],
  );
  for (const { delivery } of seen) {
    assert.equal(delivery.item, 'job.1');
    assert.equal(delivery.job, 'job');
    assert.equal(delivery.traceparent.slice(3, 35), 'a'.repeat(32));
    assert.deepEqual(
      delivery.steps.map(({ attempt }) => attempt),
      upTo(delivery.attempt - 1).map((n) => n + 1),
      'each attempt before it is a step',
    );
  }
  const gaps = seen.slice(1).map(({ at }, n) => at - seen[n]!.at);
  for (const [n, gap] of gaps.entries()) {
    // The broker's clock and ours are read to the millisecond, each for itself.
    const least = backoffMs(n + 1, () => 0) - 5;
    assert.ok(gap >= least, `attempt ${n + 2} came after ${gap} ms, not ${least}: ${gaps}`);
  }
  const [failed] = (await bench.failures()) as { item: string; job: string; error: Record<string, unknown> }[];
  assert.deepEqual(failed, {
    item: 'job.1',
    job: 'job',
    error: { code: 'out-of-attempts', reason: 'the shelf is empty (tried 4 times)', role: 'worker', attempts },
  });
});

test('a message that comes back carries its next attempt, its ids and its step in headers, and its body untouched', async (context) => {
  const t = undoStack(context);
  const bench = await workbench(t);
  let tried = false;
  const worker = await startWorker(t, bench.url, () => {
    tried = true;
    throw new RetryLater('not now', { delayMs: 2_000 }); // long enough for the worker to be gone when it comes back
  });
  const body = '{ "n": 1, "more": "as it was" }';
  bench.channel.sendToQueue('worker.IN', Buffer.from(body), { headers: { 'x-item': 'job.1', 'x-job': 'job' } });
  await eventually('it has been tried', () => tried);
  await worker.drain();
  const message = await eventually('it is back', () => bench.channel.get('worker.IN', { noAck: true }));
  const headers = message.properties.headers!;
  assert.equal(message.content.toString(), body);
  assert.equal(headers['x-item'], 'job.1');
  assert.equal(headers['x-job'], 'job');
  assert.equal(headers['x-attempt'], 2);
  const steps = readSteps(headers['x-steps']);
  assert.deepEqual(
    steps.map(({ role, replica, attempt }) => ({ role, replica, attempt })),
    [{ role: 'worker', replica: 'worker-1', attempt: 1 }],
  );
});

test('where there is no ERROR port, what is out of attempts goes to the dead letters with the reason in its headers', async (context) => {
  const t = undoStack(context);
  const bench = await workbench(t);
  await startWorker(
    t,
    bench.url,
    () => {
      throw new RetryLater('the shelf is empty', { delayMs: 250 });
    },
    { error: false, attempts: 2 },
  );
  await bench.fill([{ n: 1 }], { 'x-item': 'job.1', 'x-job': 'job' });
  const dead = await eventually('a dead letter', () => bench.channel.get('dead-worker.IN', { noAck: true }));
  assert.equal(dead.content.toString(), '{"n":1}');
  const headers = dead.properties.headers!;
  assert.equal(headers['x-dead-code'], 'out-of-attempts');
  assert.equal(headers['x-dead-reason'], 'the shelf is empty (tried 2 times)');
  assert.equal(headers['x-dead-from'], 'worker.IN');
  assert.equal(headers['x-item'], 'job.1');
  assert.equal(headers['x-job'], 'job');
  assert.equal(headers['x-attempt'], 2);
});

test('where nobody has declared the dead letters, what fails for good is there all the same, with its reason', async (context) => {
  const t = undoStack(context);
  const bench = await workbench(t, { deadLetters: false });
  await startWorker(
    t,
    bench.url,
    () => {
      throw new ItemError('broken', 'it is broken');
    },
    { error: false },
  );
  await bench.fill([{ n: 1 }]);
  const management = createManagement(bench.managementUrl, bench.vhost);
  // To ask for a queue that is not there would close the channel that asks.
  await eventually('there are dead letters', async () =>
    (await management.queues()).some(({ name }) => name === 'dead-worker.IN'),
  );
  const dead = await eventually('a dead letter', () => bench.channel.get('dead-worker.IN', { noAck: true }));
  assert.equal(dead.content.toString(), '{"n":1}');
  assert.equal(dead.properties.headers?.['x-dead-reason'], 'it is broken');
});

test('a delay queue that was deleted is made again for the next message that waits', async (context) => {
  const t = undoStack(context);
  const bench = await workbench(t);
  await startWorker(t, bench.url, ({ data, attempt }) => {
    if (attempt === 1) throw new RetryLater('not at the first attempt', { delayMs: 250 });
    return { port: 'out', data };
  });
  await bench.fill([{ n: 0 }]);
  await bench.heardAll(1);
  await bench.channel.deleteQueue('worker.IN.delay-250ms');
  await bench.fill([{ n: 1 }]);
  await bench.heardAll(2, 15_000);
});

test('a kill between the retry that is published and the message that is acked makes a copy, never a loss', async (context) => {
  const t = undoStack(context);
  const total = 100;
  const prefetch = 10;
  const bench = await workbench(t);
  await bench.fill(upTo(total).map((n) => ({ n })));
  // Ten messages new to it kill a worker, a little later each time: some die before the broker has the retry, some after.
  let deaths = 0;
  const startNext = () =>
    startWorkerProcess(t, bench.url, { does: 'retry-once', prefetch, dieAfterRetryMs: deaths * 2 });
  let worker = startNext();
  await eventually(
    'all have come back and are done',
    async () => {
      const ended = await Promise.race([worker.ended, undefined]);
      if (ended !== undefined) {
        assert.equal(ended.signal, 'SIGKILL');
        deaths += 1;
        worker = startNext();
      }
      return distinct(bench.answers.map(({ n }) => n)).length === total;
    },
    { withinMs: 60_000 },
  );
  assert.ok(deaths > 1, `${deaths} workers were killed`);
  assert.ok(
    bench.answers.every(({ attempt }) => attempt === 2),
    'each was done at its second attempt',
  );
  for (const queue of ['heard.ERROR', 'dead-worker.IN']) assert.equal(await bench.count(queue), 0, queue);
  const copies = bench.answers.length - total;
  context.diagnostic(`${copies} copies of ${total} messages after ${deaths} kills`);
  assert.ok(copies <= deaths * prefetch, `a kill repeats no more than was in hand, but there are ${copies} copies`);
});
