// Rubbish of every kind against a real participant: each message ends somewhere with a reason, and nothing stops the participant.
//
// What is made is random but can be made again: a failure names its seed, and FUZZ_SEED=<seed> runs it once more.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type ConfirmChannel, connect, type Options } from 'amqplib';
import { type Logger, pino } from 'pino';
import { z } from 'zod';
import { ItemError } from '../../services/shared/errors.ts';
import { FailedItem } from '../../services/shared/messages.ts';
import { decodeData, readEnvelope, writeHeaders } from '../../services/shared/messaging/envelope.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import type { Answer, Envelope, OutPort } from '../../services/shared/messaging/types.ts';
import { RetryLater } from '../../services/shared/messaging/types.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { openBroker, type Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { undoStack } from '../helpers/undo.ts';

const SEED = Number(process.env.FUZZ_SEED || Date.now() % 2 ** 32);

interface Random {
  /** From 0 up to, not including, 1. */
  fraction(): number;
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
  bytes(count: number): Buffer;
}

/** Mulberry32: small, and the same everywhere. */
function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(fraction() * limit);
  return {
    fraction,
    below,
    chance: (probability) => fraction() < probability,
    pick: (choices) => choices[below(choices.length)]!,
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => below(256))),
  };
}

/** Random numbers for a test, with the seed in its output. */
function seeded(context: TestContext): Random {
  context.diagnostic(`to run it again: FUZZ_SEED=${SEED}`);
  return createRandom(SEED);
}

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

const ODD_TEXTS = [
  '',
  ' ',
  '\0',
  '\ufeff',
  '\ud800',
  '\u202e\u0000\uffff',
  '💥'.repeat(60),
  'Z̷̢̨a̶l̸g̵o̶',
  'NaN',
  '-0',
  '__proto__',
  'constructor',
  'é'.repeat(201),
  'x'.repeat(200),
  'x'.repeat(3_000),
] as const;

const ODD_NUMBERS = [
  0,
  -0,
  -1,
  1.5,
  1e-320,
  1e300,
  -1e300,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  2 ** 63,
  4_294_967_296,
] as const;

/** A JSON value of any type, as JSON text: some of it cannot be written by JSON.stringify. */
function oddJson(random: Random, depth = 0): string {
  const some = (make: () => string): string => Array.from({ length: random.below(4) }, make).join(',');
  switch (random.below(depth > 3 ? 5 : 9)) {
    case 0:
      return 'null';
    case 1:
      return random.pick(['true', 'false']);
    case 2:
      return random.pick(['1e999', '-1e999', '0.1e-999', '123456789012345678901234567890', '-0']);
    case 3:
      return String(random.pick(ODD_NUMBERS));
    case 4:
      return JSON.stringify(random.pick(ODD_TEXTS));
    case 5:
      return `[${some(() => oddJson(random, depth + 1))}]`;
    case 6:
      return random.chance(0.1) ? nested(10_000) : nested(random.below(50) + 1);
    default:
      return `{${some(() => `${JSON.stringify(random.pick([...ODD_TEXTS, 'n', 'item']))}:${oddJson(random, depth + 1)}`)}}`;
  }
}

const JOB = '7d9f8a52-3f1c-4c5e-9d55-0a4a3f8a8a01';

/** The parts of a message that the worker takes, as JSON texts. */
function goodParts(n: number): Map<string, string> {
  return new Map([
    ['item', JSON.stringify(`${JOB}.${n}`)],
    ['job', JSON.stringify(JOB)],
    ['index', String(n)],
    ['n', String(n)],
  ]);
}

const objectOf = (parts: Iterable<readonly [string, string]>): string =>
  `{${[...parts].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;

function oddBody(random: Random, n: number): Buffer {
  const parts = goodParts(n);
  const good = objectOf(parts);
  switch (random.below(12)) {
    case 0:
      return random.bytes(random.below(300));
    case 1:
      return Buffer.from(good.slice(0, random.below(good.length)));
    case 2: {
      const broken = Buffer.from(good);
      broken[random.below(broken.length)] = random.below(256);
      return broken;
    }
    case 3:
      return Buffer.from(nested(random.pick([1, 100, 10_000])));
    case 4:
      return Buffer.from('['.repeat(10_000)); // never closed
    case 5:
      return Buffer.from(oddJson(random));
    case 6:
      parts.delete(random.pick([...parts.keys()]));
      return Buffer.from(objectOf(parts));
    case 7:
      return Buffer.from(JSON.stringify(random.pick(ODD_TEXTS)));
    case 8:
      parts.set(random.pick(['__proto__', 'constructor', 'toString', 'hasOwnProperty']), oddJson(random));
      return Buffer.from(objectOf(parts));
    case 9:
      return Buffer.from(
        random.pick(['', ' ', 'NaN', 'undefined', '\ufeff{}', good.repeat(2), "{'n':1}", `${good}\0`]),
      );
    default:
      parts.set(random.pick([...parts.keys()]), oddJson(random));
      if (random.chance(0.3)) parts.set(random.pick([...parts.keys()]), oddJson(random));
      return Buffer.from(objectOf(parts));
  }
}

/**
 * A header value of any type that AMQP has; `{'!': type}` is how amqplib is told which. No NaN and no Infinity: on these RabbitMQ
 * closes the connection that sends them (541).
 */
function oddHeader(random: Random, depth = 0): unknown {
  const typed = (type: string, value: unknown) => ({ '!': type, value });
  switch (random.below(depth > 3 ? 14 : 16)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return typed('byte', random.below(256) - 128);
    case 3:
      return typed('unsignedbyte', random.below(256));
    case 4:
      return typed('short', random.below(2 ** 16) - 2 ** 15);
    case 5:
      return typed('unsignedshort', random.below(2 ** 16));
    case 6:
      return typed('int', random.below(2 ** 32) - 2 ** 31);
    case 7:
      return typed('unsignedint', random.below(2 ** 32));
    case 8:
      return typed('long', random.pick([-(2n ** 63n), 2n ** 63n - 1n, 0n, 2n ** 53n + 1n, -1n]));
    case 9:
      return typed('float', random.pick([1.5, -0, 1e30]));
    case 10:
      return typed('double', random.pick([-1e300, 1e300, 0.1]));
    case 11:
      return typed('timestamp', random.pick([0n, 1n, 2n ** 40n, 2n ** 63n - 1n]));
    case 12:
      return typed('decimal', { places: random.below(10), digits: random.below(2 ** 31) });
    case 13:
      return random.chance(0.5) ? random.pick(ODD_TEXTS) : random.bytes(random.below(100));
    case 14:
      return Array.from({ length: random.below(5) }, () => oddHeader(random, depth + 1));
    default: {
      const table: Record<string, unknown> = {};
      for (let count = random.below(5); count > 0; count -= 1) {
        table[random.pick(['a', 'x-item', 'é', '', 'constructor', 'x'.repeat(100)])] = oddHeader(random, depth + 1);
      }
      return table;
    }
  }
}

/** Role, replica, when it started, how long it took, its attempt, how long it had waited. */
const STEP = ['before', 'before-1', 2, 1, 1, 1];
const ODD_STEPS = [
  '',
  'null',
  '{}',
  '[',
  '[1,null,"x",[],{}]',
  nested(1_000),
  JSON.stringify([STEP, STEP.with(0, 7), STEP.with(2, '2'), ['x'], { role: 'x' }]),
  JSON.stringify([STEP.with(1, 7), STEP.with(4, 'one'), [...STEP.slice(0, 5), {}], STEP.with(5, 9)]),
  `[["x","x-1",1e999,1,1],["x","x-1",${Number.MAX_SAFE_INTEGER},${Number.MAX_SAFE_INTEGER},1]]`,
  JSON.stringify(Array.from({ length: 120 }, () => STEP)),
  JSON.stringify([[...STEP, 'x'.repeat(5_000)]]),
];
const ODD_TRACES = [
  '',
  '00',
  `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00`,
  `00-${'A'.repeat(32)}-${'b'.repeat(16)}-01`,
  `00-${'a'.repeat(31)}-${'b'.repeat(16)}-01`,
  `ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01-more`,
  `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01\n`,
  `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
];

function oddHeaders(random: Random): Record<string, unknown> {
  const headers: Record<string, unknown> = {};
  for (const name of ['x-item', 'x-job', 'x-attempt', 'x-steps', 'x-sent-at', 'traceparent']) {
    if (random.chance(0.4)) headers[name] = random.chance(0.5) ? oddHeader(random) : random.pick(ODD_TEXTS);
  }
  if (random.chance(0.2)) headers['x-steps'] = random.pick(ODD_STEPS);
  if (random.chance(0.2)) headers.traceparent = random.pick(ODD_TRACES);
  for (const name of ['x-attempt', 'x-sent-at']) {
    const number = random.pick(ODD_NUMBERS);
    const type = Number.isSafeInteger(number) ? 'long' : 'double';
    if (random.chance(0.2)) headers[name] = { '!': type, value: number };
  }
  for (let count = random.below(4); count > 0; count -= 1) {
    headers[random.pick(['', 'a', 'x-dead-code', 'x-dead-reason', 'é', 'constructor', 'x'.repeat(255)])] =
      oddHeader(random);
  }
  return headers;
}

/** Properties that lie about the body; none that the broker itself refuses or acts on. */
function oddProperties(random: Random): Options.Publish {
  const text = (): string => random.pick(ODD_TEXTS.filter((odd) => Buffer.byteLength(odd) < 256));
  const maybe = <T>(make: () => T): T | undefined => (random.chance(0.3) ? make() : undefined);
  return {
    headers: random.chance(0.8) ? oddHeaders(random) : undefined,
    persistent: random.chance(0.5),
    contentType: maybe(() => random.pick(['image/png', 'application/json; charset=utf-16', text()])),
    contentEncoding: maybe(() => random.pick(['gzip', 'br', 'identity', text()])),
    correlationId: maybe(text),
    replyTo: maybe(text),
    messageId: maybe(text),
    type: maybe(text),
    appId: maybe(text),
    timestamp: maybe(() => random.below(2 ** 40)),
    priority: maybe(() => random.below(256)),
  };
}

const Task = z.object({ item: z.string().min(1), job: z.uuid(), index: z.int().min(0), n: z.number() });

/** What the worker should do with a body, found without the code under test. */
function isGood(body: Buffer): boolean {
  try {
    return Task.safeParse(JSON.parse(body.toString('utf8'))).success;
  } catch {
    return false;
  }
}

const digest = (body: Buffer): string => createHash('sha1').update(body).digest('hex');

/** How often each text comes. */
function tally(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/** A log whose lines of level error and above are kept. */
function keepErrors(): { log: Logger; errors: string[] } {
  const errors: string[] = [];
  return { log: pino({ level: 'error' }, { write: (line: string) => void errors.push(line) }), errors };
}

interface Heard {
  body: Buffer;
  headers: Record<string, unknown>;
}

/** A worker on a vhost of its own, with everything heard that leaves it. */
async function underTest(
  t: Scope,
  handle: (data: z.infer<typeof Task>) => Answer | Promise<Answer>,
  outports: Record<string, OutPort>,
  { schema = Task as z.ZodType, attempts = 5 } = {},
) {
  const { url } = await openBroker(t);
  const metrics = createMetrics({ role: 'worker', replica: 'worker-1' });
  const { log, errors } = keepErrors();
  const inport = { schema, prefetch: 50, attempts, handle: ({ data }: { data: unknown }) => handle(data as never) };
  const worker = startParticipant(
    { role: 'worker', component: 'Worker', label: 'A worker of a test', inports: { in: inport }, outports },
    { url, replica: 'worker-1', log, metrics },
  );
  t.after(() => worker.drain(1_000));
  await worker.ready;

  const connection = await connect(url);
  t.after(() => connection.close());
  const channel: ConfirmChannel = await connection.createConfirmChannel();
  await channel.assertExchange('dead-worker.IN', 'fanout', { durable: true });
  const listen = async (queue: string, exchange: string): Promise<Heard[]> => {
    const heard: Heard[] = [];
    await channel.assertQueue(queue, { durable: true });
    await channel.bindQueue(queue, exchange, '');
    const hear = (body: Buffer, headers: Record<string, unknown> = {}) => heard.push({ body, headers });
    await channel.consume(queue, (message) => void (message && hear(message.content, message.properties.headers)), {
      noAck: true,
    });
    return heard;
  };
  const out = outports.out ? await listen('heard.OUT', 'worker.OUT') : [];
  const failed = outports.error ? await listen('heard.ERROR', 'worker.ERROR') : [];
  const dead = await listen('dead-worker.IN', 'dead-worker.IN');
  const settled = (): number => out.length + failed.length + dead.length;
  return {
    worker,
    channel,
    errors,
    out,
    failed,
    dead,
    send: (body: Buffer, properties?: Options.Publish) => void channel.sendToQueue('worker.IN', body, properties),
    /** Resolves when so many messages have come out somewhere; fails when more do. */
    allSettled: async (total: number): Promise<void> => {
      await channel.waitForConfirms();
      await eventually(`${total} messages have come to an end`, () => settled() >= total, { withinMs: 30_000 });
      assert.equal(settled(), total, 'each came to one end');
    },
    reconnects: async () => (await metrics.reconnects.get()).values[0]?.value ?? 0,
    inHand: async () => (await metrics.inHand.get()).values[0]?.value ?? 0,
  };
}
type UnderTest = Awaited<ReturnType<typeof underTest>>;

async function assertHealthy(lab: UnderTest): Promise<void> {
  assert.deepEqual(lab.worker.health().ok, true);
  assert.equal(await lab.reconnects(), 0, 'the connection was never lost');
  const troubles = lab.errors.filter((line) => !line.includes('"to the dead letters"'));
  assert.deepEqual(troubles, []);
  await eventually('nothing is in hand', async () => (await lab.inHand()) === 0);
  assert.equal((await lab.channel.checkQueue('worker.IN')).messageCount, 0);
}

function assertBuried(dead: readonly Heard[]): void {
  for (const { headers } of dead) {
    const { 'x-dead-code': code, 'x-dead-reason': reason, 'x-dead-from': from } = headers;
    assert.ok(typeof code === 'string' && code.length > 0, `a dead letter without a code: ${JSON.stringify(headers)}`);
    assert.ok(typeof reason === 'string' && reason.length > 0, 'a dead letter without a reason');
    assert.equal(from, 'worker.IN');
  }
}

function assertFailed(failed: readonly Heard[]): void {
  for (const { body } of failed) {
    const { error } = FailedItem.parse(JSON.parse(body.toString()));
    assert.equal(error.code, 'invalid-message');
    assert.ok(error.reason.length > 0);
  }
}

/** Sends thousands of odd messages in rounds; returns the bodies that were good and those that were not. */
async function bombard(lab: UnderTest, random: Random, rounds: number, afterRound?: () => void) {
  const good: Buffer[] = [];
  const bad: Buffer[] = [];
  const send = (body: Buffer): void => {
    (isGood(body) ? good : bad).push(body);
    lab.send(body, oddProperties(random));
  };
  for (let round = 0; round < rounds; round += 1) {
    for (let n = 0; n < 1_000; n += 1) {
      send(random.chance(0.2) ? Buffer.from(objectOf(goodParts(n))) : oddBody(random, n));
    }
    const megabytes = 'x'.repeat(4_000_000);
    send(Buffer.from(JSON.stringify({ n: megabytes })));
    send(Buffer.from(objectOf([...goodParts(round), ['more', JSON.stringify(megabytes)]])));
    send(Buffer.from(megabytes));
    await lab.allSettled(good.length + bad.length);
    afterRound?.();
  }
  return { good, bad };
}

test('of thousands of odd messages each is done, failed or dead with its reason, and the participant stays well', async (context) => {
  const t = undoStack(context);
  const random = seeded(context);
  const lab = await underTest(t, (data) => ({ port: 'out', data }), { out: {}, error: { schema: FailedItem } });
  const { good, bad } = await bombard(lab, random, 3);
  const parse = (body: Buffer): string => JSON.stringify(Task.parse(JSON.parse(body.toString())));
  assert.deepEqual(tally(lab.out.map(({ body }) => parse(body))), tally(good.map(parse)), 'what is good is done');
  assert.equal(lab.failed.length + lab.dead.length, bad.length, 'what is not ends with a reason');
  assertFailed(lab.failed);
  assertBuried(lab.dead);
  const sent = tally(bad.map(digest));
  for (const [body, times] of tally(lab.dead.map(({ body }) => digest(body)))) {
    assert.ok(times <= (sent.get(body) ?? 0), 'a dead letter is what was sent, byte for byte');
  }
  assert.ok(lab.failed.length > 0 && lab.dead.length > 0, 'both ends were met');
  await assertHealthy(lab);
  context.diagnostic(`${good.length} done, ${lab.failed.length} failed, ${lab.dead.length} dead`);
});

test('without an ERROR port every odd message lies in the dead letters, byte for byte, with its reason', async (context) => {
  const t = undoStack(context);
  const lab = await underTest(t, (data) => ({ port: 'out', data }), { out: {} });
  const { good, bad } = await bombard(lab, seeded(context), 2);
  assert.equal(lab.out.length, good.length);
  assert.deepEqual(tally(lab.dead.map(({ body }) => digest(body))), tally(bad.map(digest)));
  assertBuried(lab.dead);
  await assertHealthy(lab);
});

test('odd messages leave nothing behind in memory', async (context) => {
  const t = undoStack(context);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const random = seeded(context);
  const lab = await underTest(t, () => undefined, {});
  const sendRound = async (): Promise<void> => {
    let bad = 0;
    for (let n = 0; n < 1_000; n += 1) {
      const body = oddBody(random, n);
      if (!isGood(body)) bad += 1;
      lab.send(body, oddProperties(random));
    }
    await lab.allSettled(bad);
    // What the test keeps for itself goes.
    lab.dead.length = 0;
    lab.errors.length = 0;
  };
  await sendRound();
  const before = used();
  for (let round = 0; round < 3; round += 1) await sendRound();
  // Each of 3,000 messages is a kilobyte at the least while it is in hand: were they kept, it would show.
  await eventually('the memory is what it was', () => {
    const grown = used() - before;
    if (grown > 2e6) throw new Error(`it has grown by ${(grown / 1e6).toFixed(1)} megabytes`);
    return true;
  });
});

test('a hundred thousand odd envelopes are read without an error, and what is read is always valid', (context) => {
  const random = seeded(context);
  // A hundred thousand pairs of a thousand bodies and ten thousand sets of headers.
  const contents = Array.from({ length: 1_000 }, (_, n) =>
    random.chance(0.5) ? oddBody(random, n) : Buffer.from(objectOf([['item', oddJson(random, 3)]])),
  );
  const headerSets = Array.from({ length: 10_000 }, () => {
    const headers = Object.entries(oddHeaders(random)).map(([name, value]) => [name, asReceived(value)]);
    return random.chance(0.9) ? (Object.fromEntries(headers) as Record<string, unknown>) : undefined;
  });
  const bodies = contents.map(decodeData);
  for (let count = 0; count < 100_000; count += 1) {
    const n = random.below(contents.length);
    const content = contents[n]!;
    const envelope = readEnvelope({ content, properties: { headers: random.pick(headerSets) } }, bodies[n]);
    assertValid(envelope);
    assertValid(readEnvelope({ content, properties: { headers: writeHeaders(envelope, {}) } }, {}));
  }
});

/** A header value as amqplib hands it out. */
function asReceived(value: unknown): unknown {
  const { '!': type, value: inner } = (value ?? {}) as { '!'?: string; value?: unknown };
  if (type === undefined) return value;
  if (type === 'decimal') return value;
  const number = typeof inner === 'bigint' ? Number(inner) : inner;
  return type === 'timestamp' ? { '!': type, value: number } : number;
}

function assertValid(envelope: Envelope): void {
  const say = (): string => JSON.stringify(envelope).slice(0, 2_000);
  const { item, job, attempt, steps, traceparent, sentAt } = envelope;
  assert.ok(typeof item === 'string' && item.length > 0 && item.length <= 200, say());
  assert.ok(job === undefined || (typeof job === 'string' && job.length > 0 && job.length <= 200), say());
  assert.ok(Number.isSafeInteger(attempt) && attempt >= 1, say());
  assert.ok(sentAt === undefined || (Number.isSafeInteger(sentAt) && sentAt >= 0), say());
  if (!/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent)) assert.fail(`no W3C trace context: ${say()}`);
  assert.ok(Array.isArray(steps) && steps.length <= 50, say());
  for (const step of steps) {
    assert.ok(typeof step.role === 'string' && typeof step.replica === 'string', `a step without names: ${say()}`);
    for (const time of [step.startedAt, step.finishedAt, step.attempt]) {
      assert.ok(Number.isFinite(time), `a step without times: ${say()}`);
    }
    assert.ok(step.queuedAt === undefined || Number.isFinite(step.queuedAt), `a step with an odd time: ${say()}`);
  }
}

const circular: Record<string, unknown> = {};
circular.self = circular;

/** What a handler may answer by mistake, and a part of the reason that the dead letter then carries. */
const cannotBeSent: Record<string, () => Answer> = {
  'circular data': () => ({ port: 'out', data: circular }),
  'a BigInt': () => ({ port: 'out', data: { n: 1n } }),
  'undefined data': () => ({ port: 'out', data: undefined }),
  'a function for data': () => ({ port: 'out', data: () => 1 }),
  'data that throws when it is written': () => ({
    port: 'out',
    data: {
      toJSON() {
        throw new Error('not me');
      },
    },
  }),
  'data that is nested too deep to be written': () => ({ port: 'out', data: JSON.parse(nested(100_000)) }),
  'a port that does not exist': () => ({ port: 'nowhere', data: 1 }),
  'a port named like a part of every object': () => ({ port: 'constructor', data: 1 }),
  'the port __proto__': () => ({ port: '__proto__', data: 1 }),
  'data that does not fit the port': () => ({ port: 'strict', data: { n: 'one' } }),
  'an item id too large for a header': () => ({ port: 'out', data: 1, envelope: { item: 'x'.repeat(200_000) } }),
  'a second output that cannot be sent': () => [
    { port: 'out', data: 1 },
    { port: 'out', data: circular },
  ],
  'nothing where an output should be': () => [undefined] as unknown as Answer,
};

for (const [what, answer] of Object.entries(cannotBeSent)) {
  test(`a handler that answers with ${what} crashes nothing, and its message goes to the dead letters with a reason`, async (context) => {
    const t = undoStack(context);
    const lab = await underTest(t, ({ n }) => (n === 0 ? answer() : { port: 'strict', data: { n } }), {
      out: { unroutable: 'drop' },
      strict: { schema: z.object({ n: z.number() }), unroutable: 'drop' },
      error: {},
    });
    const body = Buffer.from(objectOf(goodParts(0)));
    lab.send(body);
    await eventually('it is dead', () => lab.dead.length > 0);
    assert.equal(lab.dead.length, 1);
    assert.deepEqual(lab.dead[0]?.body, body);
    assertBuried(lab.dead);
    assert.equal(lab.dead[0]?.headers['x-dead-code'], 'cannot-send');
    assert.equal(lab.dead[0]?.headers['x-item'], `${JOB}.0`);
    assert.deepEqual(lab.failed, []);
    await assertHealthy(lab);
  });
}

/** What a handler may throw, or answer, that is no message at all: a failed attempt like any other. */
const failsTheAttempt: Record<string, () => Answer> = {
  'throws nothing': () => {
    throw undefined;
  },
  'throws an object that cannot be a text': () => {
    throw Object.create(null);
  },
  'throws an error without a message': () => {
    throw Object.assign(new Error(), { message: undefined });
  },
  'answers with null': () => null as unknown as Answer,
  'answers with a text': () => 'done' as unknown as Answer,
  'answers with a number': () => 7 as unknown as Answer,
  'answers with an object that is no output': () => ({ data: 1 }) as unknown as Answer,
};

for (const [what, answer] of Object.entries(failsTheAttempt)) {
  test(`a handler that ${what} has failed, with a reason`, async (context) => {
    const t = undoStack(context);
    const lab = await underTest(t, answer, { out: {}, error: {} }, { attempts: 1 });
    lab.send(Buffer.from(objectOf(goodParts(0))));
    await eventually('it has failed', () => lab.failed.length + lab.dead.length > 0);
    assert.deepEqual(lab.dead, []);
    const { error } = FailedItem.parse(JSON.parse(lab.failed[0]!.body.toString()));
    assert.equal(error.code, 'out-of-attempts');
    assert.ok(error.reason.length > 0);
    await eventually('nothing is in hand', async () => (await lab.inHand()) === 0);
    assert.equal(await lab.reconnects(), 0);
  });
}

for (const delayMs of [Number.NaN, Number.NEGATIVE_INFINITY, -1, 0.5]) {
  test(`a delay of ${delayMs} ms is as short as can be, and the message comes back`, async (context) => {
    const t = undoStack(context);
    let attempts = 0;
    const again = (): Answer => {
      attempts += 1;
      if (attempts === 1) throw new RetryLater('at once', { delayMs });
      return { port: 'out', data: 1 };
    };
    const lab = await underTest(t, again, { out: {}, error: {} });
    lab.send(Buffer.from(objectOf(goodParts(0))));
    await lab.allSettled(1);
    assert.equal(lab.out.length, 1);
    await assertHealthy(lab);
  });
}

test('a reason of any length and of any letters fits into the message that carries it', async (context) => {
  const t = undoStack(context);
  const lab = await underTest(
    t,
    ({ n }) => {
      throw new ItemError('broken', '💥'.repeat(n));
    },
    { out: {} },
  );
  const lengths = [1, 499, 500, 501, 200_000];
  for (const n of lengths) lab.send(Buffer.from(objectOf(goodParts(n))));
  await lab.allSettled(lengths.length);
  assertBuried(lab.dead);
  await assertHealthy(lab);
});

test('a message whose headers leave no room for a reason is dead with its reason all the same', async (context) => {
  const t = undoStack(context);
  const lab = await underTest(
    t,
    () => {
      throw new ItemError('broken', 'it is broken');
    },
    { out: {} },
  );
  const steps = JSON.stringify([STEP.with(1, 'x'.repeat(65_300))]); // amqplib writes 65,536 bytes of headers
  const body = Buffer.from(objectOf(goodParts(0)));
  lab.send(body, { headers: { 'x-item': `${JOB}.0`, 'x-steps': steps } });
  await lab.allSettled(1);
  assert.deepEqual(lab.dead[0]?.body, body);
  assertBuried(lab.dead);
  assert.equal(lab.dead[0]?.headers['x-dead-code'], 'broken');
  await assertHealthy(lab);
});
