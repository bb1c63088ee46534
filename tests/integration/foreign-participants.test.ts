// Participants that others wrote: stock msgflo-nodejs, and programs that know only AMQP, beside ours in one graph.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Channel, connect, type Options } from 'amqplib';
import { Connection } from 'rabbitmq-client';
import { z } from 'zod';
import { createLog } from '../../services/shared/log.ts';
import { readSteps } from '../../services/shared/messaging/envelope.ts';
import { createManagement } from '../../services/shared/messaging/management.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import type { Answer, Delivery, ParticipantDefinition } from '../../services/shared/messaging/types.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { type Broker, openBroker, type Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { startCoordinator, startProgram, startStock } from '../helpers/processes.ts';
import { undoStack } from '../helpers/undo.ts';

const log = createLog('test', 'test', 'silent');
const LAB = fileURLToPath(new URL('../../lab', import.meta.url));
const CAPTION_YAML = 'examples/foreign/caption.yaml';
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

// biome-ignore lint/suspicious/noExplicitAny: whatever a foreign participant sends
type Anything = any;

/** A role of ours that takes anything on IN; it answers on OUT. */
function ours(role: string, handle: (delivery: Delivery<Anything>) => Answer): ParticipantDefinition {
  return {
    role,
    component: 'Ours',
    label: 'A role of a test',
    inports: { in: { schema: z.unknown(), handle } },
    outports: { out: {}, error: {} },
  };
}

async function start(t: Scope, url: string, definition: ParticipantDefinition) {
  const replica = `${definition.role}-1`;
  const metrics = createMetrics({ role: definition.role, replica });
  const participant = startParticipant(definition, { url, replica, log, metrics });
  t.after(() => participant.drain(1_000));
  await participant.ready;
  return participant;
}

async function plainChannel(t: Scope, url: string): Promise<Channel> {
  const connection = await connect(url);
  t.after(() => connection.close());
  return connection.createChannel();
}

/** A folder for the files of a test. */
async function folder(t: Scope): Promise<(name: string, text: string) => Promise<string>> {
  const dir = await mkdtemp(join(tmpdir(), 'queuelab-foreign-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return async (name, text) => {
    await writeFile(join(dir, name), text);
    return join(dir, name);
  };
}

/** A graph with `before` and `after`, both ours, around a role, wired by a real coordinator. `after` keeps what it gets. */
async function graphAround(t: Scope, role: string, broker: Broker) {
  const file = await folder(t);
  const graph = await file('test.fbp', `before(Ours) OUT -> IN ${role}(Foreign)\n${role} OUT -> IN after(Ours)\n`);
  const got: Delivery<Anything>[] = [];
  await startCoordinator(t, broker, graph);
  const before = await start(
    t,
    broker.url,
    ours('before', () => undefined),
  );
  await start(
    t,
    broker.url,
    ours('after', (delivery) => void got.push(delivery)),
  );
  const management = createManagement(broker.managementUrl, broker.vhost);
  // Both edges: what a stock participant answers before its own is bound is dropped, without a word.
  const wired = () =>
    eventually('both edges are bound', async () => {
      const bound = (await management.bindings()).map(({ source, destination }) => `${source} -> ${destination}`);
      return bound.includes(`before.OUT -> ${role}.IN`) && bound.includes(`${role}.OUT -> after.IN`);
    });
  return { graph, before, got, wired };
}

/** Runs `./lab` to its end. */
async function lab(t: Scope, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { child, output } = startProgram(t, [LAB, ...args], { env });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output: output() };
}

const at = ({ url, managementUrl }: Broker): string[] => ['--url', url, '--management', managementUrl];

const numbersOf = (values: readonly { data: { n: number } }[]): number[] =>
  values.map(({ data }) => data.n).sort((a, b) => a - b);

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

test('a stock participant in the middle of the graph gets all that ours send, and ours all that it answers', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const { before, got, wired } = await graphAround(t, 'stock', broker);
  await startStock(t, broker.url, 'stock');
  await wired();
  await Promise.all(upTo(300).map((n) => before.send('out', { n, item: `item-${n}` })));
  await eventually('all have come back', () => got.length >= 300, { withinMs: 60_000 });
  assert.deepEqual(numbersOf(got), upTo(300));
  for (const { data, item, attempt, traceparent } of got) {
    assert.deepEqual([data.by, item, attempt], ['stock', `item-${data.n}`, 1], 'ids come back in the data');
    assert.match(traceparent, TRACEPARENT);
  }
});

for (const first of ['stock', 'ours'] as const) {
  test(`a role's queue is shared by stock and ours, each message once, where ${first} starts first`, async (context) => {
    const t = undoStack(context);
    const { url } = await openBroker(t);
    const channel = await plainChannel(t, url);
    await channel.assertQueue('fbp', { durable: true });
    const startOurs = () =>
      start(
        t,
        url,
        ours('shared', ({ data }) => ({ port: 'out', data: { ...data, by: 'ours' } })),
      );
    const starts = [() => startStock(t, url, 'shared'), startOurs];
    for (const run of first === 'stock' ? starts : starts.reverse()) await run();
    await channel.assertQueue('heard', { durable: true });
    await channel.bindQueue('heard', 'shared.OUT', '');
    await eventually('both consume', async () => (await channel.checkQueue('shared.IN')).consumerCount === 2);

    const heard: { n: number; by: string }[] = [];
    await channel.consume('heard', (message) => heard.push(JSON.parse(message!.content.toString())), { noAck: true });
    for (const n of upTo(200)) channel.sendToQueue('shared.IN', Buffer.from(JSON.stringify({ n })));
    await eventually('all are done', () => heard.length >= 200, { withinMs: 60_000 });
    await eventually('all are acked', async () => {
      const { messageCount } = await channel.checkQueue('shared.IN');
      return messageCount === 0;
    });
    assert.deepEqual(
      heard.map(({ n }) => n).sort((a, b) => a - b),
      upTo(200),
    );
    for (const by of ['stock', 'ours'])
      assert.ok(
        heard.some((one) => one.by === by),
        `${by} had a part`,
      );
  });
}

test('what a stock participant answers with an error alone goes to the dead letters, with an error and data to its port, too', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const { before, got, wired } = await graphAround(t, 'stock', broker);
  await startStock(t, broker.url, 'stock');
  await wired();
  const channel = await plainChannel(t, broker.url);
  await channel.assertQueue('heard.ERROR', { durable: true });
  await channel.bindQueue('heard.ERROR', 'stock.ERROR', '');
  await before.send('out', { n: 1, refuse: true });
  await before.send('out', { n: 2, fail: true });
  await before.send('out', { n: 3 });

  const dead = [];
  for (const _ of upTo(2)) {
    dead.push(await eventually('a dead letter', () => channel.get('dead-stock.IN', { noAck: true })));
  }
  assert.deepEqual(dead.map(({ content }) => JSON.parse(content.toString()).n).sort(), [1, 2]);
  for (const { properties } of dead) {
    const headers: Anything = properties.headers;
    const [death] = headers['x-death'];
    assert.deepEqual([death.reason, death.queue], ['rejected', 'stock.IN']);
  }
  const failed = await eventually('the data of the failure', () => channel.get('heard.ERROR', { noAck: true }));
  assert.equal(JSON.parse(failed.content.toString()).n, 2);
  await eventually('it goes on', () => got.length === 1);
  assert.deepEqual(numbersOf(got), [3]);
});

/** What others may put beside a message; ours must do the work whatever it is. */
const foreignMessages: [string, Options.Publish, Buffer?][] = [
  ['no headers at all', {}],
  ['no properties that fit', { contentType: 'image/png', contentEncoding: 'gzip', type: 'x'.repeat(255), priority: 9 }],
  ['ids of the wrong types', { headers: { 'x-item': 7, 'x-job': { a: 1 }, 'x-attempt': 'many', 'x-steps': 7 } }],
  ['ids that are binary', { headers: { 'x-item': Buffer.from([0xff, 0]), 'x-steps': Buffer.from('[]') } }],
  ['ids that are empty or null', { headers: { 'x-item': '', 'x-job': null, 'x-attempt': null, traceparent: '' } }],
  ['an item id of 10,000 characters', { headers: { 'x-item': 'i'.repeat(10_000) } }],
  ['an attempt below one', { headers: { 'x-attempt': -3 } }],
  ['an attempt that is no whole number', { headers: { 'x-attempt': 1.5 } }],
  ['an attempt beyond whole numbers', { headers: { 'x-attempt': 1e300 } }],
  ['a time that is none', { headers: { 'x-sent-at': 'yesterday' } }],
  ['steps that are no JSON', { headers: { 'x-steps': '[{' } }],
  ['steps that are no steps', { headers: { 'x-steps': '[1,null,{"role":1},[],[1,2,3,4,5],{"__proto__":{}}]' } }],
  ['a trace that is none', { headers: { traceparent: 'rubbish' } }],
  [
    'headers with odd names',
    { headers: { '': 1, ' ': 2, 'x-é-ü': 3, __proto__x: 4, constructor: 'c', ['k'.repeat(255)]: 5 } },
  ],
  [
    'headers within headers',
    { headers: { a: { b: { c: [1, [2, { d: null }]] } }, when: { '!': 'timestamp', value: 1 } } },
  ],
  ['60 kB of headers', { headers: { blob: 'y'.repeat(60_000) } }],
  ['a body that is no JSON', {}, Buffer.from('plain text')],
  ['a body that is binary', {}, Buffer.from([0xff, 0xfe, 0x00, 0x80])],
  ['an empty body', {}, Buffer.alloc(0)],
];

test('a message with no headers, or with any that others made up, is handled and passed on with headers of ours', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const given: Delivery<Anything>[] = [];
  await start(
    t,
    url,
    ours('ours', (delivery) => {
      given.push(delivery);
      return { port: 'out', data: delivery.data };
    }),
  );
  const channel = await plainChannel(t, url);
  for (const port of ['OUT', 'ERROR']) {
    await channel.assertQueue(`heard.${port}`, { durable: true });
    await channel.bindQueue(`heard.${port}`, `ours.${port}`, '');
  }
  for (const [what, properties, body] of foreignMessages) {
    channel.sendToQueue('ours.IN', body ?? Buffer.from(JSON.stringify({ what })), properties);
    const message = await eventually(`${what}: passed on`, () => channel.get('heard.OUT', { noAck: true }));
    const delivery = given.at(-1)!;
    assert.ok(delivery.item.length > 0 && delivery.item.length <= 200, `${what}: item`);
    assert.ok(Number.isInteger(delivery.attempt) && delivery.attempt >= 1, `${what}: attempt`);
    assert.ok(Array.isArray(delivery.steps), `${what}: steps`);
    const headers = message.properties.headers ?? {};
    assert.equal(headers['x-item'], delivery.item, what);
    assert.equal(headers['x-attempt'], undefined, `${what}: the first attempt is not written`);
    assert.match(headers.traceparent, TRACEPARENT, what);
    assert.equal(readSteps(headers['x-steps']).at(-1)?.role, 'ours', what);
    if (body === undefined) assert.deepEqual(JSON.parse(message.content.toString()), { what });
  }
  assert.equal(given.length, foreignMessages.length, 'each was handled once');
  const { messageCount } = await channel.checkQueue('heard.ERROR');
  assert.equal(messageCount, 0);
});

test('headers that are too large to pass on cost their contents, not the work', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  await start(
    t,
    url,
    ours('ours', ({ data }) => ({ port: 'out', data })),
  );
  const channel = await plainChannel(t, url);
  await channel.assertQueue('heard', { durable: true });
  await channel.bindQueue('heard', 'ours.OUT', '');
  // Just what fits into the headers of one message, but not with a step of ours behind it.
  const headers = { 'x-steps': JSON.stringify([['r', 'y'.repeat(65_350), 1, 1, 1]]) };
  channel.sendToQueue('ours.IN', Buffer.from('{"n":1}'), { headers });
  const message = await eventually('it is passed on', () => channel.get('heard', { noAck: true }));
  assert.equal(message.content.toString(), '{"n":1}');
});

test('100 kB of headers, more than amqplib itself would send, are no hindrance', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const given: unknown[] = [];
  await start(
    t,
    url,
    ours('ours', ({ data }) => void given.push(data)),
  );
  const other = new Connection({ url, frameMax: 131_072 });
  t.after(() => other.close());
  const publisher = other.createPublisher({ confirm: true });
  t.after(() => publisher.close());
  const headers = { blob: 'y'.repeat(50_000), 'x-steps': 's'.repeat(50_000) };
  await publisher.send({ routingKey: 'ours.IN', headers }, { n: 1 });
  await eventually('it is handled', () => given.length === 1);
  assert.deepEqual(given, [{ n: 1 }]);
});

test('what a stock participant passes on without headers has its ids from the data, and where it has none, new ones', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const given: Delivery<Anything>[] = [];
  await start(
    t,
    url,
    ours('ours', (delivery) => void given.push(delivery)),
  );
  const channel = await plainChannel(t, url);
  for (const body of [{ item: 'job.7', job: 'job' }, {}, {}])
    channel.sendToQueue('ours.IN', Buffer.from(JSON.stringify(body)));
  await eventually('all are handled', () => given.length === 3);
  const [named, one, other] = given.sort((a, b) => (b.job ?? '').localeCompare(a.job ?? ''));
  assert.deepEqual([named?.item, named?.job, named?.attempt], ['job.7', 'job', 1]);
  assert.notEqual(one?.item, other?.item);
  assert.notEqual(one?.traceparent, other?.traceparent);
});

/** A resized image, as the role `caption` takes it. */
const resized = (n: number) => ({
  n,
  item: `job.${n}`,
  job: 'job',
  index: n,
  image: { contentType: 'image/png', width: 320, height: 240, bytes: 'AAAA' },
});

/** A Python that has pika: that of the distribution may not be the first on the PATH. */
const python = ['python3', '/usr/bin/python3'].find((one) => spawnSync(one, ['-c', 'import pika']).status === 0);

const examples: { language: string; command: string[] | undefined; missing: string }[] = [
  { language: 'Python', command: python && [python, 'examples/foreign/caption.py'], missing: 'needs python3-pika' },
  { language: 'JavaScript', command: [process.execPath, 'examples/foreign/caption.js'], missing: '' },
].map((one) => ({ ...one, command: one.command || undefined }));

for (const { language, command, missing } of examples) {
  test(`a plain AMQP program in ${language}, registered by ./lab register, takes a role in the graph`, async (context) => {
    if (command === undefined) return context.skip(missing);
    const t = undoStack(context);
    const broker = await openBroker(t);
    const { graph, before, got } = await graphAround(t, 'caption', broker);
    const { code, output } = await lab(t, ['register', CAPTION_YAML, '--graph', graph, ...at(broker)]);
    assert.equal(code, 0, output);
    assert.match(output, /^announced caption \(CaptionImage\)$/m);
    assert.match(output, /^ +in +IN +queue caption\.IN$/m);
    assert.match(output, /^ +out +OUT +exchange caption\.OUT$/m);
    assert.match(output, /^ +before OUT -> IN caption +bound$/m);
    assert.match(output, /^ +caption OUT -> IN after +bound$/m);
    assert.match(output, /^2 of 2 edges bound$/m);

    // Its queue is there already: what is sent before the program starts waits for it.
    await Promise.all(upTo(100).map((n) => before.send('out', resized(n))));
    const program = startProgram(t, [...command, broker.url]);
    await Promise.all(
      upTo(200)
        .slice(100)
        .map((n) => before.send('out', resized(n))),
    );
    await eventually('all are captioned', () => got.length >= 200, { withinMs: 60_000 });
    assert.deepEqual(numbersOf(got), upTo(200));
    for (const { data, item, steps } of got) {
      assert.match(data.caption.text, new RegExp(`described by ${language}`));
      assert.equal(item, `job.${data.n}`);
      assert.deepEqual(steps, [], 'it adds none of its own');
    }

    await before.send('out', { n: 'no picture' });
    const channel = await plainChannel(t, broker.url);
    const dead = await eventually('what it cannot read', () => channel.get('dead-caption.IN', { noAck: true }));
    assert.equal(dead.content.toString(), '{"n":"no picture"}');
    assert.equal(await program.end('SIGTERM'), 0, program.output());
  });

  test(`a program in ${language} ends when it is told to, with a backlog before it, and what it did not take stays`, async (context) => {
    if (command === undefined) return context.skip(missing);
    const t = undoStack(context);
    const broker = await openBroker(t);
    const { graph, before, got, wired } = await graphAround(t, 'caption', broker);
    await lab(t, ['register', CAPTION_YAML, '--graph', graph, ...at(broker)]);
    await wired();
    const backlog = 3_000;
    await Promise.all(upTo(backlog).map((n) => before.send('out', resized(n))));
    const program = startProgram(t, [...command, broker.url]);
    await eventually('it is at work', () => got.length > 10);
    assert.equal(await program.end('SIGTERM'), 0, program.output());
    assert.ok(got.length < backlog, 'it did not wait for the end of its queue');
    const channel = await plainChannel(t, broker.url);
    await eventually('what is left waits', async () => {
      const { messageCount } = await channel.checkQueue('caption.IN');
      return messageCount === backlog - got.length;
    });
  });

  test(`a program in ${language} and ours share a role's queue, each message once`, async (context) => {
    if (command === undefined) return context.skip(missing);
    const t = undoStack(context);
    const broker = await openBroker(t);
    const { before, got, wired } = await graphAround(t, 'caption', broker);
    await start(
      t,
      broker.url,
      ours('caption', ({ data }) => ({ port: 'out', data: { ...data, caption: { text: 'described by ours' } } })),
    );
    startProgram(t, [...command, broker.url]);
    const channel = await plainChannel(t, broker.url);
    await eventually('both consume', async () => (await channel.checkQueue('caption.IN')).consumerCount === 2);
    await wired();
    await Promise.all(upTo(200).map((n) => before.send('out', resized(n))));
    await eventually('all are captioned', () => got.length >= 200, { withinMs: 60_000 });
    assert.deepEqual(numbersOf(got), upTo(200));
    for (const by of [language, 'ours']) {
      assert.ok(
        got.some(({ data }) => data.caption.text.endsWith(`by ${by}`)),
        `${by} had a part`,
      );
    }
  });
}

test('a program that is killed at its work loses none: another, in another language, does what it had in hand', async (context) => {
  const [one, other] = examples;
  if (one?.command === undefined || other?.command === undefined) return context.skip(one?.missing);
  const t = undoStack(context);
  const broker = await openBroker(t);
  const { graph, before, got } = await graphAround(t, 'caption', broker);
  const registered = await lab(t, ['register', CAPTION_YAML, '--graph', graph, ...at(broker)]);
  assert.equal(registered.code, 0, registered.output);
  const killed = startProgram(t, [...one.command, broker.url]);
  await Promise.all(upTo(500).map((n) => before.send('out', resized(n))));
  await eventually('it is at work', () => got.length > 0);
  await killed.end('SIGKILL');
  startProgram(t, [...other.command, broker.url]);
  await eventually('all are captioned', () => new Set(got.map(({ data }) => data.n)).size === 500, {
    withinMs: 60_000,
  });
});

test('./lab register refuses a bad file with exit code 2 and one line that names the file and the field', async (context) => {
  const t = undoStack(context);
  const file = await folder(t);
  const cases: [string, RegExp][] = [
    ['', /bad\.yaml: expected a map with component, role, .*, got nothing$/],
    ['just text', /bad\.yaml: expected a map with component, role, .*, got "just text"$/],
    ['inports: { in: }', /bad\.yaml: component: expected text, got nothing$/],
    ['component: c\ninports: { in: { queue: 7 } }', /bad\.yaml: inports\.in\.queue: expected text, got 7$/],
    [
      'component: c\ninports: { in: { que: q } }',
      /bad\.yaml: inports\.in\.que: there is no such field, expected id, type, /,
    ],
    ['component: c', /bad\.yaml: inports, outports: expected at least one port/],
    ['component: c\n  in: [', /bad\.yaml: this is no YAML: .* at line \d+, column \d+$/],
  ];
  const check = async ([yaml, expected]: (typeof cases)[number], n: number): Promise<void> => {
    const bad = await file(`${n}-bad.yaml`, yaml);
    const { code, output } = await lab(t, ['register', bad]);
    assert.deepEqual([code, output.trim().split('\n').length], [2, 1], output);
    assert.match(output.trim(), expected);
    assert.ok(output.startsWith(`lab: ${bad}: `), output);
  };
  await Promise.all(cases.map(check));
});

test('./lab register refuses options that make no sense with exit code 2 and one line, without a password in it', async (context) => {
  const t = undoStack(context);
  const file = await folder(t);
  const cases: [string[], RegExp, NodeJS.ProcessEnv?][] = [
    [['no-such.yaml'], /\/no-such\.yaml cannot be read: ENOENT/],
    [[], /expected <file\.yaml>/],
    [[CAPTION_YAML, '--role', 'a.b'], /role: expected a role's name in letters, digits, _, - and \/, got "a\.b"/],
    [[CAPTION_YAML, '--graph', 'no-such.fbp'], /the graph file no-such\.fbp cannot be read/],
    [[CAPTION_YAML, '--graph', await file('bad.fbp', 'a ->')], /bad\.fbp:1:/],
    [
      [CAPTION_YAML, '--url', 'http://lab:secret@here'],
      /--url must be an address such as amqp:\/\/user:password@host:port$/,
    ],
    [
      [CAPTION_YAML, '--url', 'amqp://h', '--management', 'h:15672'],
      /--management must be an address such as http:\/\/user:password@host:port$/,
    ],
    [[CAPTION_YAML], /MSGFLO_DISCOVERY_PERIOD.*"often"/, { MSGFLO_DISCOVERY_PERIOD: 'often' }],
    [
      [CAPTION_YAML, '--url', 'amqp://lab:secret@127.0.0.1:1/'],
      /cannot reach the broker at 127\.0\.0\.1:1: .*ECONNREFUSED/,
    ],
  ];
  const check = async ([args, expected, env]: (typeof cases)[number]): Promise<void> => {
    const { code, output } = await lab(t, ['register', ...args], env);
    assert.deepEqual([code, output.trim().split('\n').length], [2, 1], output);
    assert.match(output.trim(), expected);
    assert.doesNotMatch(output, /secret/);
  };
  await Promise.all(cases.map(check));
});

test('where no coordinator listens ./lab register says so, and how to start it', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const channel = await plainChannel(t, broker.url);
  const refused = async (): Promise<void> => {
    const { code, output } = await lab(t, ['register', CAPTION_YAML, ...at(broker)]);
    assert.deepEqual([code, output.trim().split('\n').length], [2, 1], output);
    assert.match(output, /the coordinator is not running; \.\/lab up coordinator starts it/);
  };
  await refused();
  await channel.assertQueue('fbp', { durable: true }); // as a coordinator leaves it
  await refused();
  const { messageCount } = await channel.checkQueue('fbp');
  assert.equal(messageCount, 0, 'nothing was announced to nobody');
});

test('a password or a vhost that the broker refuses is said at once, and no password is printed', async (context) => {
  const t = undoStack(context);
  const { url } = await openBroker(t);
  const wrongPassword = new URL(url);
  wrongPassword.password = 'not-the-password';
  const wrongVhost = new URL(url);
  wrongVhost.pathname = '/no-such-vhost';
  const cases: [URL, RegExp][] = [
    [wrongPassword, /^lab: the broker at \S+ refused the user or the password$/],
    [wrongVhost, /^lab: the broker at \S+ has no vhost no-such-vhost, or its user may not use it$/],
  ];
  for (const [wrong, expected] of cases) {
    const { code, output } = await lab(t, ['register', CAPTION_YAML, '--url', wrong.href]);
    assert.equal(code, 2);
    assert.match(output.trim(), expected);
    assert.ok(!output.includes(`:${wrong.password}@`) && !output.includes('not-the-password'));
  }
});

/** Takes what is announced, as a coordinator does. */
async function listen(channel: Channel): Promise<Anything[]> {
  const announced: Anything[] = [];
  await channel.assertQueue('fbp', { durable: true });
  await channel.consume('fbp', (message) => announced.push(JSON.parse(message!.content.toString())), { noAck: true });
  return announced;
}

test('what is announced is what a participant of MsgFlo announces, and its queues are declared alike', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const channel = await plainChannel(t, broker.url);
  const announced = await listen(channel);
  const { code, output } = await lab(t, ['register', CAPTION_YAML, '--role', 'describe', ...at(broker)]);
  assert.equal(code, 0, output);
  assert.match(output, /^no edge of service\.fbp names describe yet$/m);
  assert.doesNotMatch(output, /lab:lab/);
  const [message] = await eventually('it is heard', () => announced.length > 0 && announced);
  assert.deepEqual([message.protocol, message.command], ['discovery', 'participant']);
  const { id, role, component, label, icon, inports, outports } = message.payload;
  assert.deepEqual([id, role, component, icon], ['describe-CaptionImage', 'describe', 'CaptionImage', 'comment']);
  assert.equal(typeof label, 'string');
  assert.deepEqual([inports[0].id, inports[0].type, inports[0].queue], ['in', 'object', 'describe.IN']);
  assert.deepEqual([outports[0].id, outports[0].type, outports[0].queue], ['out', 'object', 'describe.OUT']);
  await startStock(t, broker.url, 'describe');
  await channel.assertQueue('describe.IN', { durable: true, deadLetterExchange: 'dead-describe.IN' });
});

test('edges that cannot be bound are named, with the reason', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const file = await folder(t);
  const graph = await file('g.fbp', 'web(W) OUT -> IN caption(C)\nweb CANCEL -> CANCEL caption\n');
  await startCoordinator(t, broker, graph);
  const { code, output } = await lab(t, ['register', CAPTION_YAML, '--graph', graph, ...at(broker)]);
  assert.equal(code, 0, output);
  assert.match(output, /^ +web OUT -> IN caption +not bound yet$/m);
  assert.match(output, /^ +web CANCEL -> CANCEL caption +the file has no such port$/m);
  assert.match(output, /^0 of 2 edges bound; an edge is bound once both of its ends have announced themselves/m);
});

test('where the management API does not answer, the announcement stands, and what is not known is said', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  await listen(await plainChannel(t, broker.url));
  const args = ['register', CAPTION_YAML, '--url', broker.url, '--management', 'http://lab:secret@127.0.0.1:1'];
  const { code, output } = await lab(t, args);
  assert.equal(code, 0, output);
  assert.match(
    output,
    /which edges are bound is not known: the management API at http:\/\/127\.0\.0\.1:1 cannot be reached/,
  );
  assert.doesNotMatch(output, /secret/);
});

test('a queue that the program declared in its own way is refused with what to do, and --no-declare takes it as it is', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const { graph, before, got } = await graphAround(t, 'python', broker);
  const file = await folder(t);
  const yaml = await file(
    'python.yaml',
    "component: c\ninports: { in: { queue: '#ROLE/in' } }\noutports: { out: { queue: '#ROLE/out' } }\n",
  );
  // As msgflo-python declares: no dead letters.
  const channel = await plainChannel(t, broker.url);
  await channel.assertQueue('python/in', { durable: true });
  await channel.assertExchange('python/out', 'fanout', { durable: true });

  const args = ['register', yaml, '--graph', graph, ...at(broker)];
  const refused = await lab(t, args);
  assert.deepEqual([refused.code, refused.output.trim().split('\n').length], [2, 1], refused.output);
  assert.match(refused.output, /queue python\/in is there already.*; --no-declare leaves it as it is/);

  const taken = await lab(t, [...args, '--no-declare']);
  assert.equal(taken.code, 0, taken.output);
  assert.match(taken.output, /^2 of 2 edges bound$/m);
  await before.send('out', { n: 7 });
  const message = await eventually('it is routed by the announced name', () =>
    channel.get('python/in', { noAck: true }),
  );
  channel.publish('python/out', '', message.content);
  await eventually('and back', () => got.length === 1);
});

test('./lab register --forever announces again and again, says so, and ends with 0 when it is asked to', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const channel = await plainChannel(t, broker.url);
  const announced = await listen(channel);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    announced.length = 0;
    const program = startProgram(t, [LAB, 'register', CAPTION_YAML, '--role', 'describe', '--forever', ...at(broker)], {
      env: { MSGFLO_DISCOVERY_PERIOD: '1' },
    });
    await eventually('it is heard three times', () => announced.length >= 3);
    assert.match(program.output(), /^announcing describe every 0\.5 s, until Ctrl-C$/m);
    assert.equal(await program.end(signal), 0, program.output());
    assert.match(program.output(), /describe is no longer announced: the coordinator forgets it after ten minutes/);
    assert.equal(new Set(announced.map(({ payload }) => payload.id)).size, 1, 'one participant');
  }
});

test('./lab register --forever outlives the coordinator, and announces to the next one', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const first = await connect(broker.url);
  await listen(await first.createChannel());
  const args = [LAB, 'register', CAPTION_YAML, '--role', 'describe', '--forever', ...at(broker)];
  const program = startProgram(t, args, { env: { MSGFLO_DISCOVERY_PERIOD: '1' } });
  await eventually('it announces', () => program.output().includes('until Ctrl-C'));
  await first.close();
  await eventually('it says that nobody listens', () =>
    /could not announce describe, trying on: /.test(program.output()),
  );
  const announced = await listen(await plainChannel(t, broker.url));
  await eventually('the next one hears it', () => announced.length > 0);
  await eventually('it says so', () => /describe is announced again/.test(program.output()));
  assert.equal(program.output().match(/could not announce/g)?.length, 1, 'said once');
  assert.equal(await program.end('SIGTERM'), 0);
});
