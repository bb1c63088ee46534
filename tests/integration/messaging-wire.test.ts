// Participants whose wire is cut, stalled or blocked, and whose broker dies or refuses: nothing confirmed is lost, nothing hangs,
// and what is wrong is said once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type Channel, connect } from 'amqplib';
import { pino } from 'pino';
import { z } from 'zod';
import type { Log } from '../../services/shared/log.ts';
import { openConnection } from '../../services/shared/messaging/connection.ts';
import { managementApi } from '../../services/shared/messaging/management.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import {
  type Answer,
  type Delivery,
  type ParticipantDefinition,
  PublishError,
  type RunningParticipant,
  type SingleInPort,
} from '../../services/shared/messaging/types.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { type Broker, openBroker, type Scope, startBroker } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { undoStack } from '../helpers/undo.ts';
import { openWire, type Wire } from '../helpers/wire.ts';

const Numbered = z.object({ n: z.number(), padding: z.string().optional() });
type Numbers = z.infer<typeof Numbered>;
type Handle = (delivery: Delivery<Numbers>) => Promise<Answer> | Answer;

const inport = (handle: Handle, more: Partial<SingleInPort<Numbers>> = {}): SingleInPort<Numbers> => ({
  schema: Numbered,
  handle,
  ...more,
});

/** A worker that takes `{n}` on `worker.IN` and answers on `worker.OUT`. */
function worker(handle: Handle, more?: Partial<SingleInPort<Numbers>>): ParticipantDefinition {
  return {
    role: 'worker',
    component: 'Worker',
    label: 'A worker of a test',
    inports: { in: inport(handle, more) },
    outports: { out: {} },
  };
}

const passOn: Handle = ({ data: { n } }) => ({ port: 'out', data: { n } });

const sender: ParticipantDefinition = {
  role: 'sender',
  component: 'Sender',
  label: 'Sends',
  inports: {},
  outports: { out: {} },
};

interface Line {
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  msg: string;
}

/** A log, and what was written to it: as lines, and as text. */
function listen() {
  const written: string[] = [];
  const options = { level: 'trace', formatters: { level: (level: string) => ({ level }) } };
  const log: Log = pino(options, { write: (line: string) => void written.push(line) });
  const lines = (...levels: Line['level'][]) =>
    written.map((line) => JSON.parse(line) as Line).filter(({ level }) => levels.includes(level));
  return { log, lines, text: () => written.join('') };
}

/** Starts a participant; its log can be read. It may never be ready. */
function start(t: Scope, url: string, definition: ParticipantDefinition) {
  const replica = `${definition.role}-1`;
  const said = listen();
  const metrics = createMetrics({ role: definition.role, replica });
  const participant = startParticipant(definition, { url, replica, log: said.log, metrics });
  t.after(() => within(15_000, 'it is drained', participant.drain(1_000)));
  return { participant, said };
}

async function started(t: Scope, url: string, definition: ParticipantDefinition) {
  const running = start(t, url, definition);
  await running.participant.ready;
  return running;
}

/** A plain channel beside the wire, to arrange queues and to look into them. */
async function plainChannel(t: Scope, url: string) {
  const connection = await connect(url);
  connection.on('error', () => {}); // a broker that is stopped says so
  t.after(() => connection.close().catch(() => {})); // gone with its broker, in some tests
  return connection.createConfirmChannel();
}

/** The name that the broker has given to a replica's only connection. */
async function connectionOf({ managementUrl, vhost }: Broker, replica: string): Promise<string> {
  const api = managementApi(managementUrl, { timeoutMs: 10_000 });
  return eventually(`the broker lists the connection of ${replica}`, async () => {
    const all = await api.get<{ name: string; user_provided_name?: string }[]>(`vhosts/${vhost}/connections`);
    const names = all.filter((one) => one.user_provided_name === replica).map(({ name }) => name);
    return names.length === 1 && names[0];
  });
}

/** A queue that hears an exchange. */
async function hear(channel: Channel, exchange: string): Promise<void> {
  await channel.assertExchange(exchange, 'fanout', { durable: true });
  await channel.assertQueue(`heard.${exchange}`, { durable: true });
  await channel.bindQueue(`heard.${exchange}`, exchange, '');
}

/** Collects what a queue holds and gets: how often each n came. */
async function collect(channel: Channel, queue: string): Promise<Map<number, number>> {
  const times = new Map<number, number>();
  const count = (n: number): void => void times.set(n, (times.get(n) ?? 0) + 1);
  await channel.consume(queue, (message) => count((JSON.parse(String(message!.content)) as Numbers).n), {
    noAck: true,
  });
  return times;
}

const isPublishError =
  (code: PublishError['code']) =>
  (error: unknown): boolean =>
    error instanceof PublishError && error.code === code && error.safeToRetry === (code !== 'unconfirmed');

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const isUp = (participant: RunningParticipant) => (): boolean => participant.health().ok;
const message = (n: number, bytes = 0): Buffer => Buffer.from(JSON.stringify({ n, padding: 'x'.repeat(bytes) }));
/** Watches for a time: what must not happen can only be seen not to have happened. */
const watch = (ms: number): Promise<unknown> => {
  const end = Date.now() + ms;
  return eventually('the time is up', () => Date.now() >= end, { withinMs: 2 * ms });
};

/** Waits for what must end by itself, but not longer than this. */
async function within(limitMs: number, what: string, work: Promise<void>): Promise<void> {
  let ended = false;
  const ending = work.then(() => {
    ended = true;
  });
  await Promise.race([ending, eventually(what, () => ended, { withinMs: limitMs })]);
}

async function isEmpty(channel: Channel, queue: string): Promise<boolean> {
  return (await channel.checkQueue(queue)).messageCount === 0;
}

/**
 * Sends 2000 messages, up to 100 at a time, over a wire that `harm` is called to cut before each hundredth; then holds what each
 * send answered against what is in the queue.
 */
async function sendsAgainstCuts(t: Scope, harm: (wire: Wire, time: number) => void): Promise<void> {
  const { url } = await openBroker(t);
  const wire = await openWire(t, url);
  const { participant } = await started(t, wire.url, sender);
  const channel = await plainChannel(t, url);
  await hear(channel, 'sender.OUT');
  const confirmed = new Set<number>();
  const failed = new Map<number, unknown>();
  const todo = numbers(2_000).values();
  const lane = async (): Promise<void> => {
    for (const n of todo) {
      if (n % 100 === 99) harm(wire, (n + 1) / 100);
      try {
        await participant.send('out', { n });
        confirmed.add(n);
      } catch (error) {
        failed.set(n, error);
        await eventually('it is connected again', () => participant.connected());
      }
    }
  };
  await Promise.all(numbers(100).map(lane));
  assert.equal(confirmed.size + failed.size, 2_000);
  assert.ok(wire.cuts() >= 10 && failed.size > 0, `${wire.cuts()} cuts, ${failed.size} failed`);

  await eventually('a send after the last cut succeeds', async () => {
    await participant.send('out', { n: -1 });
    return true;
  });
  const inQueue = await collect(channel, 'heard.sender.OUT');
  await eventually('the last one has come', () => inQueue.has(-1));
  for (const n of confirmed) assert.ok(inQueue.has(n), `${n} was confirmed and is lost`);
  for (const [n, error] of failed) {
    assert.ok(error instanceof PublishError, `${n} failed with ${error}`);
    assert.ok(
      !error.safeToRetry || !inQueue.has(n),
      `${n} arrived, but its sender was told that it did not (${error.code})`,
    );
  }
}

test('while the wire is cut again and again, each send tells the truth about its message', async (context) => {
  await sendsAgainstCuts(undoStack(context), (wire) => wire.cut());
});

test('a cut inside a frame of what is published changes nothing in what a send promises', async (context) => {
  await sendsAgainstCuts(undoStack(context), (wire, time) => wire.cutAfter(1 + ((time * 997) % 5_000)));
});

test('a worker whose wire is cut again and again passes on every message, twice only those whose answer was cut', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const wire = await openWire(t, url);
  const handedOutAgain = new Set<number>();
  let handled = 0;
  const handle: Handle = (delivery) => {
    handled += 1;
    if (handled % 100 === 0 && wire.cuts() < 18) wire.cut();
    if (delivery.redelivered) handedOutAgain.add(delivery.data.n);
    return passOn(delivery);
  };
  const prefetch = 20;
  const { participant } = await started(t, wire.url, worker(handle, { prefetch }));
  const channel = await plainChannel(t, url);
  await channel.assertQueue('dead-worker.IN', { durable: true });
  await channel.assertExchange('dead-worker.IN', 'fanout', { durable: true });
  await channel.bindQueue('dead-worker.IN', 'dead-worker.IN', '');
  await hear(channel, 'worker.OUT');
  const out = await collect(channel, 'heard.worker.OUT');
  for (const n of numbers(2_000)) channel.sendToQueue('worker.IN', message(n), { persistent: true });
  await eventually('all have come out', () => out.size === 2_000, { withinMs: 60_000 });
  await eventually('it is up', isUp(participant));
  await participant.drain(5_000);
  assert.ok(await isEmpty(channel, 'worker.IN'));
  assert.ok(await isEmpty(channel, 'dead-worker.IN'));
  assert.equal(wire.cuts(), 18);
  const twice = [...out].filter(([, times]) => times > 1).map(([n]) => n);
  for (const n of twice) assert.ok(handedOutAgain.has(n), `${n} came twice, and its answer was not cut`);
  assert.ok(twice.length <= wire.cuts() * prefetch, `${twice.length} came twice`);
});

test('what is done once on a channel of its own ends, whether or not its connection goes while the channel is closed', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const wire = await openWire(t, broker.url);
  const connection = openConnection({ url: wire.url, name: 'once', log: pino({ level: 'silent' }) });
  t.after(() => connection.close());
  await connection.ready;
  const done = connection.withChannel(async (channel) => {
    await channel.checkExchange('amq.fanout');
    wire.stall(); // the goodbye to the channel is not answered any more
    setImmediate(() => setImmediate(() => wire.cut())); // when it has been said
  });
  const limit = new AbortController();
  const late = pause(5_000, 'late', { signal: limit.signal }).catch(() => 'ended');
  assert.notEqual(await Promise.race([done.catch(() => 'ended'), late]), 'late');
  limit.abort();
});

test('a cut inside a frame, whichever way it was going and however big it was, loses nothing', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const wire = await openWire(t, url);
  const { participant } = await started(
    t,
    wire.url,
    worker(({ data }) => ({ port: 'out', data })),
  );
  const channel = await plainChannel(t, url);
  await hear(channel, 'worker.OUT');
  const out = await collect(channel, 'heard.worker.OUT');
  let sent = 0;
  const sendTen = (bytes: number): void => {
    for (const end = sent + 10; sent < end; sent += 1) channel.sendToQueue('worker.IN', message(sent, bytes));
  };
  for (const from of ['client', 'broker'] as const) {
    for (const bytes of [1, 6, 7, 8, 11, 30, 200, 1_500, 5_000, 20_001, 150_000]) {
      const cuts = wire.cuts();
      await eventually('it is up', isUp(participant));
      wire.cutAfter(bytes, from);
      sendTen(bytes);
      await eventually(`the wire is cut after ${bytes} bytes from the ${from}`, () => wire.cuts() > cuts);
    }
  }
  await eventually('all have come out', () => out.size === sent);
});

test('a network that swallows packets is noticed by the heartbeats, and work goes on when it is over', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const wire = await openWire(t, url);
  const { participant } = await started(t, `${wire.url}?heartbeat=1`, worker(passOn));
  const channel = await plainChannel(t, url);
  await hear(channel, 'worker.OUT');
  const out = await collect(channel, 'heard.worker.OUT');
  channel.sendToQueue('worker.IN', message(1));
  await eventually('the first is done', () => out.has(1));
  wire.stall();
  channel.sendToQueue('worker.IN', message(2));
  await eventually('it knows', () => !participant.health().ok, { withinMs: 10_000 });
  const before = wire.connections();
  await eventually('it tries another connection', () => wire.connections() > before);
  wire.flow();
  await eventually('it is back', isUp(participant));
  await eventually('the second is done', () => out.has(2));
});

test('a send into a network that swallows packets fails within its time and does not claim to be safe to repeat', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const wire = await openWire(t, url);
  const { participant } = await started(t, wire.url, sender);
  const channel = await plainChannel(t, url);
  await hear(channel, 'sender.OUT');
  wire.stall();
  await assert.rejects(participant.send('out', { n: 1 }, {}, { timeoutMs: 300 }), isPublishError('unconfirmed'));
  wire.flow();
  await participant.send('out', { n: 2 });
});

test('a drain in a network that swallows packets ends within its limit, and the message in hand is not lost', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const wire = await openWire(t, url);
  let begun = false;
  const handle: Handle = () => {
    begun = true;
    return new Promise(() => {});
  };
  const definition = worker(handle);
  definition.inports.topic = { schema: z.unknown(), perReplica: true, handle: () => undefined }; // has a queue to remove
  const { participant } = await started(t, wire.url, definition);
  t.after(async () => wire.flow());
  const channel = await plainChannel(t, url);
  channel.sendToQueue('worker.IN', message(1));
  await eventually('it is in hand', () => begun);
  wire.stall();
  await within(8_000, 'it is drained', participant.drain(500));
  wire.flow();
  await eventually('it is back', async () => !(await isEmpty(channel, 'worker.IN')));
});

test('publishing while the broker is away fails within its limit, and says that sending again is safe', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const wire = await openWire(t, url);
  const { participant } = await started(t, wire.url, sender);
  const channel = await plainChannel(t, url);
  await hear(channel, 'sender.OUT');
  wire.refuse(true);
  wire.cut();
  await eventually('it knows', () => !participant.connected());
  const failing = participant.send('out', { n: 1 }, {}, { timeoutMs: 500 });
  await within(2_000, 'it fails', assert.rejects(failing, isPublishError('disconnected')));
  wire.refuse(false);
  await eventually('it is connected', () => participant.connected());
  await participant.send('out', { n: 2 });
  const heard = await collect(channel, 'heard.sender.OUT');
  await eventually('the second has come', () => heard.has(2));
  assert.ok(!heard.has(1));
});

test('whether the broker is stopped or killed, nothing confirmed is lost, and consuming is back within 2 s of it', async (context) => {
  const t = undoStack(context);
  const broker = await startBroker(t);
  const { participant: consumer } = await started(t, broker.url, worker(passOn));
  const { participant: source } = await started(t, broker.url, sender);
  const arranging = await plainChannel(t, broker.url);
  await hear(arranging, 'worker.OUT');
  await arranging.bindQueue('worker.IN', 'sender.OUT', '');
  const declaredAt = Date.now();
  const confirmed: number[] = [];
  let next = 0;
  let flowing = true;
  t.after(async () => {
    flowing = false;
  });
  const flow = async (): Promise<void> => {
    while (flowing) {
      const n = next++;
      try {
        await source.send('out', { n });
        confirmed.push(n);
      } catch (error) {
        assert.ok(error instanceof PublishError);
        await eventually('the sender is connected', () => source.connected() || !flowing, { withinMs: 120_000 });
      }
    }
  };
  const lanes = Promise.all([flow(), flow(), flow()]);
  const hundredMore = (): Promise<unknown> => {
    const enough = confirmed.length + 100;
    return eventually('a hundred more are confirmed', () => confirmed.length >= enough);
  };
  for (const end of [broker.stop, broker.kill]) {
    await hundredMore();
    // A SIGKILL sooner after a queue was declared loses its messages: see helpers/broker.ts.
    await eventually('the queues are on the disk', () => Date.now() - declaredAt > 5_000);
    await end();
    await eventually('it knows', () => !consumer.health().ok);
    const starting = broker.start();
    const takesConnections = async (): Promise<boolean> => {
      const connection = await connect(broker.url, { timeout: 1_000 });
      connection.on('error', () => {});
      await connection.close();
      return true;
    };
    await eventually('the broker takes connections', takesConnections, { withinMs: 120_000 });
    const takesSince = Date.now();
    await eventually('consuming is back', isUp(consumer), { everyMs: 5 });
    const backAfterMs = Date.now() - takesSince;
    assert.ok(backAfterMs < 2_000, `it was back after ${backAfterMs} ms`);
    await starting;
  }
  await hundredMore();
  flowing = false;
  await lanes;
  const out = await collect(await plainChannel(t, broker.url), 'heard.worker.OUT');
  const missing = (): number[] => confirmed.filter((n) => !out.has(n));
  await eventually('all that was confirmed has come out', () => missing().length === 0, { withinMs: 30_000 });
});

test('while the broker takes no messages, publishing says so and waits up to its limit, and consuming goes on', async (context) => {
  const t = undoStack(context);
  const broker = await startBroker(t);
  const gate = Promise.withResolvers<void>();
  const done = new Set<number>();
  const handle: Handle = async ({ data }) => {
    await gate.promise;
    done.add(data.n);
  };
  await started(t, broker.url, worker(handle, { prefetch: 5 }));
  const { participant, said } = await started(t, broker.url, sender);
  const channel = await plainChannel(t, broker.url);
  await hear(channel, 'sender.OUT');
  for (const n of numbers(30)) channel.sendToQueue('worker.IN', message(n), { persistent: true });
  await channel.waitForConfirms();

  t.after(() => broker.alarm(false)); // or the participants could not be drained
  await broker.alarm(true);
  const patient = { timeoutMs: 60_000 };
  let confirmed = 0;
  const count = (): void => {
    confirmed += 1;
  };
  const waiting = [participant.send('out', { n: 1 }, {}, patient).then(count)];
  await eventually('it says so', () => said.lines('warn').some(({ msg }) => /takes no messages now/.test(msg)));
  for (const n of [2, 3, 4]) waiting.push(participant.send('out', { n }, {}, patient).then(count));
  await assert.rejects(participant.send('out', { n: 5 }, {}, { timeoutMs: 300 }), isPublishError('refused'));
  gate.resolve();
  await eventually('what was queued is worked off', () => done.size === 30);
  assert.equal(confirmed, 0);
  assert.equal(said.lines('warn', 'error').length, 1);

  await broker.alarm(false);
  await Promise.all(waiting);
  assert.ok(said.lines('info').some(({ msg }) => /takes messages again/.test(msg)));
  await participant.send('out', { n: 6 });
  const heard = await collect(channel, 'heard.sender.OUT');
  await eventually('the last has come', () => heard.has(6));
  assert.deepEqual([...heard.keys()].sort(), [1, 2, 3, 4, 6]);
});

test('a drain while the broker takes no messages ends within its limit, and loses nothing', async (context) => {
  const t = undoStack(context);
  const broker = await startBroker(t);
  const gate = Promise.withResolvers<void>();
  const handle: Handle = async (delivery) => {
    await gate.promise;
    return passOn(delivery);
  };
  const { participant, said } = await started(t, broker.url, worker(handle));
  const channel = await plainChannel(t, broker.url);
  await hear(channel, 'worker.OUT');
  for (const n of numbers(5)) channel.sendToQueue('worker.IN', message(n), { persistent: true });
  await channel.waitForConfirms();
  t.after(() => broker.alarm(false));
  await broker.alarm(true);
  gate.resolve();
  await eventually('it publishes, and is blocked', () => said.lines('warn').length > 0);
  await within(5_000, 'it is drained', participant.drain(500));
  await broker.alarm(false);
  const [left, out] = [await collect(channel, 'worker.IN'), await collect(channel, 'heard.worker.OUT')];
  await eventually('each is in its queue or has come out', () => numbers(5).every((n) => left.has(n) || out.has(n)));
});

test('a consuming channel that the broker closes is opened again, reported once, and nobody else notices', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const { url } = broker;
  const wire = await openWire(t, url);
  const gate = Promise.withResolvers<void>();
  const begun: number[] = [];
  const handle: Handle = async (delivery) => {
    begun.push(delivery.data.n);
    await gate.promise;
    return passOn(delivery);
  };
  const definition = worker(handle, { prefetch: 5 });
  definition.outports.beside = {};
  const { participant, said } = await started(t, wire.url, definition);
  const channel = await plainChannel(t, url);
  await hear(channel, 'worker.OUT');
  await hear(channel, 'worker.BESIDE');
  const out = await collect(channel, 'heard.worker.OUT');
  const before = await connectionOf(broker, 'worker-1');
  for (const n of numbers(20)) channel.sendToQueue('worker.IN', message(n), { persistent: true });
  await eventually('five are in hand', () => begun.length === 5);
  let sent = 0;
  let beside = true;
  const sending = (async () => {
    while (beside) {
      await participant.send('beside', { n: 1 });
      sent += 1;
    }
  })();
  assert.equal(wire.badAck(), 1);
  await eventually('those in hand are handed out again', () => begun.length >= 10);
  const sentThen = sent;
  gate.resolve();
  await eventually('all have come out', () => out.size === 20);
  await eventually('sending goes on', () => sent > sentThen);
  beside = false;
  await sending; // none of them failed
  assert.deepEqual([...out.values()], Array(20).fill(1), 'what was in hand is passed on by its second delivery alone');
  assert.equal(wire.connections(), 1);
  assert.equal(await connectionOf(broker, 'worker-1'), before);
  assert.ok(participant.health().ok);
  const errors = said.lines('error', 'fatal');
  assert.equal(errors.length, 1, JSON.stringify(errors));
  assert.match(errors[0]!.msg, /the broker closed the consuming channel/);
  assert.match(JSON.stringify(errors[0]), /PRECONDITION.FAILED/);
  assert.deepEqual(said.lines('warn'), []);
});

test('a queue deleted under load is declared again and worked off, and its neighbour loses nothing', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const wire = await openWire(t, url);
  const definition = worker(passOn);
  const seen = new Set<number>();
  const slow = async ({ data }: { data: { n: number } }): Promise<undefined> => {
    await pause(2); // so that some are in hand whenever the queue goes
    seen.add(data.n);
  };
  definition.inports = { in: inport(passOn), doomed: inport(slow) };
  const { participant } = await started(t, wire.url, definition);
  const channel = await plainChannel(t, url);
  await hear(channel, 'worker.OUT');
  const out = await collect(channel, 'heard.worker.OUT');
  let next = 0;
  // Confirmed: RabbitMQ 3.10 never again reads from a channel whose messages were on their way into a queue that is deleted.
  const feed = async (count: number): Promise<void> => {
    for (const end = next + count; next < end; next += 1) {
      for (const queue of ['worker.IN', 'worker.DOOMED'])
        channel.sendToQueue(queue, message(next), { persistent: true });
    }
    await channel.waitForConfirms();
  };
  for (let time = 0; time < 5; time += 1) {
    await feed(200);
    await channel.deleteQueue('worker.DOOMED');
    await eventually('what is sent to it is worked off again', async () => {
      await feed(1);
      return seen.has(next - 2);
    });
  }
  await feed(200);
  await eventually('all has come out beside it', () => out.size === next);
  await eventually('and through it', () => seen.has(next - 1));
  assert.equal(wire.connections(), 1);
  assert.ok(participant.health().ok);
});

test('an exchange deleted under its publisher is declared again, and what waits goes out once somebody is bound to it', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const wire = await openWire(t, url);
  const { participant } = await started(t, wire.url, worker(passOn));
  const channel = await plainChannel(t, url);
  await hear(channel, 'worker.OUT');
  const out = await collect(channel, 'heard.worker.OUT');
  await channel.deleteExchange('worker.OUT');
  for (const n of numbers(20)) channel.sendToQueue('worker.IN', message(n), { persistent: true });
  const isUnroutable = isPublishError('unroutable');
  await eventually('it is there, and leads nowhere', () =>
    participant.send('out', { n: -1 }, {}, { timeoutMs: 1_000 }).then(() => false, isUnroutable),
  );
  await channel.bindQueue('heard.worker.OUT', 'worker.OUT', '');
  await eventually('all have come out', () => out.size === 20);
  assert.equal(wire.connections(), 1);
});

test('a connection that an operator closes at the broker comes back, and what was in hand is done', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const gate = Promise.withResolvers<void>();
  let begun = 0;
  const handle: Handle = async (delivery) => {
    begun += 1;
    await gate.promise;
    return passOn(delivery);
  };
  const { participant, said } = await started(t, broker.url, worker(handle, { prefetch: 5 }));
  const channel = await plainChannel(t, broker.url);
  await hear(channel, 'worker.OUT');
  for (const n of numbers(10)) channel.sendToQueue('worker.IN', message(n), { persistent: true });
  await eventually('five are in hand', () => begun === 5);
  const name = await connectionOf(broker, 'worker-1');
  await managementApi(broker.managementUrl, { timeoutMs: 10_000 }).delete(`connections/${encodeURIComponent(name)}`);
  await eventually('those in hand are handed out again', () => begun === 10);
  gate.resolve();
  const out = await collect(channel, 'heard.worker.OUT');
  await eventually('all have come out', () => out.size === 10);
  await eventually('it is up', isUp(participant));
  assert.deepEqual(
    said.lines('warn', 'error', 'fatal').map(({ msg }) => msg),
    ['lost the connection to the broker'],
  );
});

test('a queue that exists with other arguments is reported once, asked for with pauses, and taken when it is gone', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const wire = await openWire(t, url);
  const channel = await plainChannel(t, url);
  await channel.assertQueue('worker.IN', { durable: true, arguments: { 'x-max-length': 7 } });
  const done: number[] = [];
  const { participant, said } = start(
    t,
    wire.url,
    worker(({ data }) => void done.push(data.n)),
  );
  const reason = await eventually('it says what is wrong', () => {
    const health = participant.health();
    return !health.ok && /PRECONDITION.FAILED/.test(health.reason) && health.reason;
  });
  assert.match(reason, /worker\.IN/);
  await watch(3_000);
  assert.ok(!participant.health().ok);
  assert.ok(wire.connections() <= 10, `${wire.connections()} connections`);
  const complaints = said.lines('warn', 'error', 'fatal');
  assert.equal(complaints.length, 1, JSON.stringify(complaints));
  assert.match(JSON.stringify(complaints[0]), /PRECONDITION.FAILED.*worker\.IN/);
  await channel.deleteQueue('worker.IN');
  await eventually('it comes up', isUp(participant));
  channel.sendToQueue('worker.IN', message(1));
  await eventually('it works', () => done.length === 1);
});

for (const { what, password, vhost, says } of [
  { what: 'a wrong password', password: 'sesame-open', says: /ACCESS.REFUSED/ },
  { what: 'a wrong vhost', vhost: '/nowhere', says: /nowhere/ },
]) {
  test(`${what} is named by the health and once in the log, without the password, and tried with pauses`, async (context) => {
    const t = undoStack(context);
    const wire = await openWire(t, (await openBroker(t)).url);
    const address = new URL(wire.url);
    if (password) address.password = password;
    if (vhost) address.pathname = vhost;
    const { participant, said } = start(t, address.href, worker(passOn));
    await eventually('it was refused', () => said.lines('warn', 'error', 'fatal').length > 0);
    await watch(3_000);
    const health = participant.health();
    assert.ok(!health.ok);
    assert.ok(wire.connections() <= 10, `${wire.connections()} connections`);
    const complaints = said.lines('warn', 'error', 'fatal');
    assert.equal(complaints.length, 1, JSON.stringify(complaints));
    assert.match(JSON.stringify(complaints[0]), says);
    assert.match(health.reason, says);
    for (const text of [said.text(), health.reason]) assert.ok(!text.includes(`:${address.password}@`), text);
    if (password) assert.ok(!said.text().includes(password));
  });
}
