// Taps on edges, against a real broker: a slow flow is heard whole, a fast one in part, and nobody's work depends on a listener.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConfirmChannel, connect } from 'amqplib';
import { pino } from 'pino';
import { createLog } from '../../services/shared/log.ts';
import { openConnection } from '../../services/shared/messaging/connection.ts';
import { type EdgeTapOptions, openEdgeTap, type TappedMessage } from '../../services/shared/messaging/edge-tap.ts';
import { createManagement } from '../../services/shared/messaging/management.ts';
import { type Broker, openBroker, type Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { undoStack } from '../helpers/undo.ts';
import { openWire } from '../helpers/wire.ts';

const silent = createLog('test', 'test', 'silent');

async function open(t: Scope, url: string) {
  const connection = openConnection({ url, name: 'tap', log: silent });
  t.after(() => connection.close());
  await connection.ready;
  return connection;
}

/** An exchange `a.OUT`, with nobody behind it, and a client that publishes to it. */
async function openSource(t: Scope, { url }: Broker) {
  const connection = await connect(url);
  t.after(() => connection.close());
  const channel = await connection.createConfirmChannel();
  await channel.assertExchange('a.OUT', 'fanout', { durable: true });
  return channel;
}

async function openAll(t: Scope, options: Partial<EdgeTapOptions> = {}) {
  const broker = await openBroker(t);
  const channel = await openSource(t, broker);
  const connection = await open(t, broker.url);
  const heard: TappedMessage[] = [];
  const tap = await openEdgeTap(connection, 'a.OUT', { log: silent, ...options }, (message) => heard.push(message));
  t.after(() => tap.close());
  return { broker, channel, connection, heard, tap };
}

const send = (channel: ConfirmChannel, n: number, headers = {}) =>
  channel.publish('a.OUT', '', Buffer.from(JSON.stringify({ n })), { headers });

/** Whether a mandatory message finds a queue. */
async function routable(channel: ConfirmChannel): Promise<boolean> {
  let returned = false;
  const onReturn = () => {
    returned = true;
  };
  channel.once('return', onReturn);
  channel.publish('a.OUT', '', Buffer.from('"mandatory"'), { mandatory: true });
  await channel.waitForConfirms(); // a return comes before the confirm
  channel.off('return', onReturn);
  return !returned;
}

/** Publishes until the signal fires, a few at a time, and answers how many there were. */
async function flow(channel: ConfirmChannel, signal: AbortSignal): Promise<number> {
  for (let n = 0; ; n += 1) {
    if (signal.aborted) return n;
    send(channel, n);
    if (n % 50 === 49) await channel.waitForConfirms();
  }
}

const numbers = (heard: readonly TappedMessage[]) => heard.map(({ data }) => (data as { n: number }).n);

test('a slow flow is heard whole and in order', async (context) => {
  const t = undoStack(context);
  const { channel, heard } = await openAll(t, { perSecond: 20 });
  for (let n = 0; n < 19; n += 1) send(channel, n);
  await eventually('all are heard', () => heard.length === 19);
  assert.deepEqual(numbers(heard), [...Array(19).keys()]);
  assert.ok(heard.every(({ sampled }) => !sampled));
});

test('a message is heard with its size, its data and what its headers say', async (context) => {
  const t = undoStack(context);
  const { channel, heard } = await openAll(t);
  const before = Date.now();
  send(channel, 7, { 'x-item': 'job.7', 'x-attempt': 3 });
  channel.publish('a.OUT', '', Buffer.from('no JSON'));
  await eventually('both are heard', () => heard.length === 2);
  const [first, second] = heard;
  assert.deepEqual(first!.data, { n: 7 });
  assert.equal(first!.size, 7);
  assert.equal(first!.envelope.item, 'job.7');
  assert.equal(first!.envelope.attempt, 3);
  assert.ok(first!.at >= before && first!.at <= Date.now());
  assert.equal(second!.data, 'no JSON');
});

test('a body larger than the limit is heard without its data', async (context) => {
  const t = undoStack(context);
  const { channel, heard } = await openAll(t, { maxBytes: 10 });
  channel.publish('a.OUT', '', Buffer.from('"123456789"'));
  channel.publish('a.OUT', '', Buffer.from('"12345678"'));
  await eventually('both are heard', () => heard.length === 2);
  assert.deepEqual(
    heard.map(({ data, size }) => [data, size]),
    [
      [undefined, 11],
      ['12345678', 10],
    ],
  );
});

test('of a fast flow no more is heard than the budget, in bursts that say that something is missing before them', async (context) => {
  const t = undoStack(context);
  const { channel, heard } = await openAll(t, { perSecond: 20 });
  const stop = new AbortController();
  const startedAt = performance.now();
  const flowing = flow(channel, stop.signal);
  await eventually('two bursts are heard', () => heard.length >= 80);
  const tookMs = performance.now() - startedAt;
  stop.abort();
  const sent = await flowing;
  assert.ok(sent > 200, `the flow was fast: ${sent}`);
  assert.ok(tookMs > 1_900, `the second burst was over after ${tookMs} ms`);
  const gaps = numbers(heard).flatMap((n, i, all) => (i > 0 && n !== all[i - 1]! + 1 ? [i] : []));
  const told = heard.flatMap(({ sampled }, i) => (sampled ? [i] : []));
  assert.deepEqual(told, gaps);
  assert.ok(gaps.length <= 2, `${gaps.length} gaps`);
});

test('between two bursts nothing is bound', async (context) => {
  const t = undoStack(context);
  const { broker, channel, heard } = await openAll(t, { perSecond: 1 });
  for (const n of [1, 2]) send(channel, n);
  await eventually('the budget is spent', () => heard.length === 2);
  const { bindings } = createManagement(broker.managementUrl, broker.vhost);
  await eventually('it is unbound', async () => (await bindings()).every(({ source }) => source !== 'a.OUT'));
  await eventually('it is bound again', async () => (await bindings()).some(({ source }) => source === 'a.OUT'));
  send(channel, 3);
  await eventually('the next one is heard', () => heard.length === 3);
});

test('without sampling a thousand messages at once are all heard', async (context) => {
  const t = undoStack(context);
  const { channel, heard } = await openAll(t, { all: true });
  for (let n = 0; n < 1_000; n += 1) send(channel, n);
  await eventually('all are heard', () => heard.length === 1_000);
  assert.deepEqual(numbers(heard), [...Array(1_000).keys()]);
});

test('once closed it makes nothing routable, whether it was open or shut', async (context) => {
  const t = undoStack(context);
  const { channel, connection, heard, tap } = await openAll(t);
  assert.ok(await routable(channel), 'while it is open');
  await tap.close();
  assert.equal(await routable(channel), false);

  const other = await openEdgeTap(connection, 'a.OUT', { perSecond: 1, log: silent }, (message) => heard.push(message));
  for (const n of [1, 2]) send(channel, n);
  await eventually('its budget is spent', () => heard.length >= 2);
  await other.close();
  assert.equal(await routable(channel), false);
});

test('closing it twice, or many at once under a fast flow, leaves neither binding nor queue', async (context) => {
  const t = undoStack(context);
  const { broker, channel, connection, tap } = await openAll(t);
  const stop = new AbortController();
  const flowing = flow(channel, stop.signal);
  const taps = await Promise.all(
    Array.from({ length: 10 }, () => openEdgeTap(connection, 'a.OUT', { perSecond: 5, log: silent }, () => {})),
  );
  await Promise.all([tap, tap, ...taps].map((one) => one.close()));
  stop.abort();
  await flowing;
  const management = createManagement(broker.managementUrl, broker.vhost);
  // The default exchange lists each queue as long as it is there: they go with their consumers, a moment later.
  assert.deepEqual(
    (await management.bindings()).filter(({ source }) => source !== ''),
    [],
  );
  await eventually('no queue is left', async () => (await management.queues()).length === 0);
});

test('a tap on a source that is not there is refused with 404, and others go on', async (context) => {
  const t = undoStack(context);
  const { channel, connection, heard } = await openAll(t);
  await assert.rejects(
    openEdgeTap(connection, 'nobody.OUT', { log: silent }, () => {}),
    { code: 404 },
  );
  send(channel, 1);
  await eventually('the other one hears', () => heard.length === 1);
});

for (const perSecond of [1, 50]) {
  test(`a tap ends with a line in the log when its source goes, ${perSecond === 1 ? 'shut' : 'open'} as it is`, async (context) => {
    const t = undoStack(context);
    const written: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void written.push(line) });
    const { channel, heard, tap } = await openAll(t, { perSecond, log });
    for (const n of [1, 2]) send(channel, n);
    await eventually('it hears', () => heard.length === 2);
    await channel.deleteExchange('a.OUT');
    await eventually('it says so', () => written.some((line) => /the source of a tap is gone/.test(line)));
    await tap.close();
  });
}

test('a listener that throws is logged, and hears on', async (context) => {
  const t = undoStack(context);
  const written: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void written.push(line) });
  const broker = await openBroker(t);
  const channel = await openSource(t, broker);
  const connection = await open(t, broker.url);
  let calls = 0;
  const tap = await openEdgeTap(connection, 'a.OUT', { log }, () => {
    calls += 1;
    throw new Error('cannot listen');
  });
  t.after(() => tap.close());
  for (const n of [1, 2]) send(channel, n);
  await eventually('both are heard', () => calls === 2);
  assert.equal(written.filter((line) => /cannot listen/.test(line)).length, 2);
});

test('a tap hears on after its connection was lost, and says that something may be missing', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const channel = await openSource(t, broker);
  const wire = await openWire(t, broker.url);
  const connection = await open(t, wire.url);
  const heard: TappedMessage[] = [];
  const tap = await openEdgeTap(connection, 'a.OUT', { log: silent }, (message) => heard.push(message));
  t.after(() => tap.close());
  send(channel, 1);
  await eventually('the first is heard', () => heard.length === 1);
  wire.cut();
  await eventually('the old binding is gone', async () => !(await routable(channel)));
  await eventually('it is bound again', () => routable(channel));
  await eventually('it hears', () => heard.at(-1)!.data === 'mandatory');
  assert.ok(heard.some(({ sampled, data }) => sampled && data === 'mandatory'));
});

test('a tap whose queue is deleted makes a new one', async (context) => {
  const t = undoStack(context);
  const { broker, channel, connection, heard } = await openAll(t);
  const { bindings } = createManagement(broker.managementUrl, broker.vhost);
  const { destination } = (await bindings()).find(({ source }) => source === 'a.OUT')!;
  await connection.withChannel((same) => same.deleteQueue(destination));
  await eventually('it hears again', async () => {
    send(channel, 1);
    await channel.waitForConfirms();
    return heard.length > 0;
  });
});
