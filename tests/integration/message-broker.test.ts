// The transport's MessageBroker against a real broker, reached as msgflo-nodejs reaches it: what it says about edges and the data
// on them is what the broker has.
import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { type Channel, connect } from 'amqplib';
import msgflo, { type Callback } from 'msgflo-nodejs';
import { pino } from 'pino';
import { listen } from '../../services/shared/http.ts';
import { createLog } from '../../services/shared/log.ts';
import { type Binding, edgesAmong, TAP_PREFIX } from '../../services/shared/messaging/bindings.ts';
import {
  type BrokerBinding,
  createManagement,
  managementApi,
  managementUrlFor,
} from '../../services/shared/messaging/management.ts';
import * as transport from '../../services/shared/messaging/transport.ts';
import { type Broker, openBroker } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { undoStack } from '../helpers/undo.ts';
import { openWire } from '../helpers/wire.ts';

type MessageBroker = transport.MessageBroker;
type Scope = ReturnType<typeof undoStack>;

msgflo.transport.register('amqp', transport);

const silent = createLog('test', 'test', 'silent');

/** Runs what takes a callback. */
function call<T = void>(run: (callback: (error?: Error | null, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => run((error, value) => (error ? reject(error) : resolve(value as T))));
}

/** Our broker under promises. */
function promised(broker: MessageBroker) {
  return {
    add: (binding: Binding) => call((done) => broker.addBinding(binding, done)),
    remove: (binding: Binding) => call((done) => broker.removeBinding(binding, done)),
    list: () => call<Binding[]>((done) => broker.listBindings(done)),
    subscribe: (binding: Binding, handler: (binding: Binding, data: unknown) => unknown) =>
      call((done) => broker.subscribeData(binding, handler, done)),
    unsubscribe: (binding: Binding, handler: (binding: Binding, data: unknown) => unknown) =>
      call((done) => broker.unsubscribeData(binding, handler, done)),
    subscriptions: () => call<Binding[]>((done) => broker.listSubscriptions(done)),
  };
}

async function openMessageBroker(t: Scope, { url, managementUrl }: Broker, options: object = {}) {
  const broker = msgflo.transport.getBroker(url, { managementUrl, log: silent, ...options }) as MessageBroker;
  t.after(() => call((done) => broker.disconnect(done)));
  await call((done) => broker.connect(done));
  return broker;
}

/** A client that knows nothing of ours, and declares ports as the wire contract says. */
async function openPlain(t: Scope, url: string) {
  const connection = await connect(url);
  t.after(() => connection.close());
  const channel = await connection.createConfirmChannel();
  return {
    channel,
    async inport(queue: string) {
      await channel.assertQueue(queue, { durable: true, deadLetterExchange: `dead-${queue}` });
      await channel.assertExchange(queue, 'fanout', { durable: true });
      await channel.bindQueue(queue, queue, '');
    },
    async outport(exchange: string) {
      await channel.assertExchange(exchange, 'fanout', { durable: true });
    },
    send: (exchange: string, data: unknown) => channel.publish(exchange, '', Buffer.from(JSON.stringify(data))),
    /** Whether a mandatory message finds a queue. */
    async routable(exchange: string): Promise<boolean> {
      let returned = false;
      const onReturn = () => {
        returned = true;
      };
      channel.once('return', onReturn);
      channel.publish(exchange, '', Buffer.from('"mandatory"'), { mandatory: true });
      await channel.waitForConfirms(); // a return comes before the confirm
      channel.off('return', onReturn);
      return !returned;
    },
  };
}

/** Ports `a.OUT`, `b.OUT`, `x.IN`, `y.IN`, a plain client, and our broker at the address that is given for it. */
async function openPorts(t: Scope, server: Broker, ours: Broker, options: object = {}) {
  const plain = await openPlain(t, server.url);
  for (const queue of ['x.IN', 'y.IN']) await plain.inport(queue);
  for (const exchange of ['a.OUT', 'b.OUT']) await plain.outport(exchange);
  const broker = await openMessageBroker(t, ours, options);
  const management = createManagement(server.managementUrl, server.vhost);
  const taps = async () =>
    (await management.bindings()).filter(
      ({ source, destination }) => source !== '' && destination.startsWith(TAP_PREFIX),
    );
  const exchanges = async () => {
    const api = managementApi(server.managementUrl);
    const all = await api.get<{ name: string }[]>(`exchanges/${encodeURIComponent(server.vhost)}`);
    return all.map(({ name }) => name);
  };
  return { t, server, plain, broker, ...promised(broker), management, taps, exchanges };
}

/** The same on a vhost of its own. */
async function openAll(context: TestContext, options: object = {}) {
  const t = undoStack(context);
  const server = await openBroker(t);
  return openPorts(t, server, server, options);
}

const received = (channel: Channel, queue: string) =>
  eventually(`a message in ${queue}`, async () => {
    const message = await channel.get(queue, { noAck: true });
    return message && { data: JSON.parse(message.content.toString()) };
  });

/** Closes a client's connection from the side of the broker. */
async function cut({ managementUrl, vhost }: Broker, name: string): Promise<void> {
  const api = managementApi(managementUrl);
  await eventually('the connection is listed and can be closed', async () => {
    type Listed = { name: string; client_properties: { connection_name?: string } };
    const all = await api.get<Listed[]>(`vhosts/${encodeURIComponent(vhost)}/connections`);
    const found = all.find(({ client_properties }) => client_properties?.connection_name === name);
    if (found === undefined) return false;
    await api.delete(`connections/${encodeURIComponent(found.name)}`);
    return true;
  });
}

/** The management API behind a door that can be shut: who knocks then is answered 503. */
async function openManagementGate(t: Scope, managementUrl: string) {
  const { origin, username, password } = new URL(managementUrl);
  let isOpen = true;
  let refused = 0;
  const forward: RequestListener = async (request, response) => {
    if (!isOpen) {
      refused += 1;
      response.writeHead(503).end();
      return;
    }
    const answer = await fetch(origin + request.url, { headers: { authorization: request.headers.authorization! } });
    response.writeHead(answer.status).end(await answer.text());
  };
  const { port, close } = await listen(forward, { host: '127.0.0.1', port: 0 });
  t.after(close);
  return {
    url: `http://${username}:${password}@127.0.0.1:${port}`,
    refused: () => refused,
    open(now: boolean) {
      isOpen = now;
    },
  };
}

const pubsub = (src: string, tgt: string) => ({ type: 'pubsub', src, tgt });
const roundrobin = (src: string, tgt: string, deadletter?: string) => ({
  type: 'roundrobin',
  src,
  tgt,
  ...(deadletter === undefined ? {} : { deadletter }),
});
const inOrder = (bindings: Binding[]) => bindings.map((binding) => inspect(binding, { sorted: true })).sort();
const assertEdges = (actual: Binding[], expected: Binding[]) => assert.deepEqual(inOrder(actual), inOrder(expected));

test('every method that msgflo-nodejs documents is there', () => {
  const documented = createRequire(import.meta.url)('msgflo-nodejs/lib/interfaces.js');
  const methods = (type: { prototype: object }): string[] => {
    const names: string[] = [];
    for (let at = type.prototype; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
      names.push(...Object.getOwnPropertyNames(at));
    }
    return names;
  };
  assert.ok(methods(documented.MessageBroker).includes('connect'), 'what both have is looked at too');
  const missing = [
    ...methods(documented.MessagingClient).filter((name) => !methods(transport.Client).includes(name)),
    ...methods(documented.MessageBroker).filter((name) => !methods(transport.MessageBroker).includes(name)),
  ];
  assert.deepEqual(missing, []);
});

test('both classes are what msgflo-nodejs hands out, for amqps too', () => {
  transport.registerTransport();
  for (const scheme of ['amqp', 'amqps']) {
    assert.ok(msgflo.transport.getClient(`${scheme}://localhost`) instanceof transport.Client);
    assert.ok(msgflo.transport.getBroker(`${scheme}://localhost`) instanceof transport.MessageBroker);
  }
});

test('a pubsub edge carries messages', async (context) => {
  const { plain, add } = await openAll(context);
  await add(pubsub('a.OUT', 'x.IN'));
  plain.send('a.OUT', 1);
  assert.deepEqual(await received(plain.channel, 'x.IN'), { data: 1 });
});

test('a roundrobin edge carries messages, and those that its target rejects reach the dead-letter queue', async (context) => {
  const { plain, add } = await openAll(context);
  await plain.channel.assertQueue('deadletter', { durable: true });
  await add(roundrobin('a.OUT', 'x.IN', 'deadletter'));
  plain.send('a.OUT', 1);
  const message = await eventually('a message to reject', () => plain.channel.get('x.IN'));
  plain.channel.nack(message, false, false);
  assert.deepEqual(await received(plain.channel, 'deadletter'), { data: 1 });
});

test('an edge is listed as soon as it is made, and no longer as soon as it is removed', async (context) => {
  const { plain, add, remove, list } = await openAll(context);
  for (let n = 0; n < 20; n += 1) {
    await plain.outport(`s${n}.OUT`);
    const edge = (n % 2 === 0 ? pubsub : roundrobin)(`s${n}.OUT`, 'x.IN');
    await add(edge);
    assertEdges(await list(), [edge]);
    await remove(edge);
    assertEdges(await list(), []);
  }
});

test('edges that others made are listed, and what belongs to declarations is not', async (context) => {
  const { t, server, plain, list } = await openAll(context);
  const { channel } = plain;
  await channel.bindQueue('x.IN', 'a.OUT', '');
  await plain.inport('dead-x.IN'); // as the lab declares where the dead letters of x.IN go
  await channel.bindQueue('y.IN', 'amq.topic', 'some.key'); // no edge of MsgFlo's: those have no key
  // The edges of msgflo-nodejs's own broker, by its own code.
  const { MessageBroker } = createRequire(import.meta.url)('msgflo-nodejs/lib/amqp.js');
  const stock = new MessageBroker(server.url, {});
  await call((done) => stock.connect(done));
  t.after(() => call((done) => stock.disconnect(done)));
  await channel.assertQueue('deadletter', { durable: true });
  await call((done) => stock.addBinding(roundrobin('b.OUT', 'y.IN', 'deadletter'), done));
  await call((done) => stock.subscribeData(pubsub('a.OUT', 'x.IN'), () => {}, done));
  assertEdges(await list(), [pubsub('a.OUT', 'x.IN'), roundrobin('b.OUT', 'y.IN', 'deadletter')]);
});

test('edges are read from the bindings by what they do, whatever their ports are called', () => {
  const queue = (source: string, destination: string): BrokerBinding => ({
    source,
    destination,
    destination_type: 'queue',
    routing_key: source === '' ? destination : '',
  });
  const edges = edgesAmong([
    queue('', 'x.IN'),
    queue('out-door.OUT', 'x.IN'), // of a role "out-door": no exchange door.OUT leads to it
    queue('dead-pool.OUT', 'x.IN'), // of a role "dead-pool": there is no queue pool.OUT
    queue('dead-x.IN', 'first'),
    queue('dead-x.IN', 'second'),
  ]);
  assertEdges(edges, [
    pubsub('out-door.OUT', 'x.IN'),
    pubsub('dead-pool.OUT', 'x.IN'),
    { type: 'roundrobin', tgt: 'x.IN', deadletter: 'first' },
    { type: 'roundrobin', tgt: 'x.IN', deadletter: 'second' },
  ]);
});

test('listBindings takes its callback alone or second', async (context) => {
  const { broker, add } = await openAll(context);
  await add(pubsub('a.OUT', 'x.IN'));
  assertEdges(await call<Binding[]>((done) => broker.listBindings(done)), [pubsub('a.OUT', 'x.IN')]);
  assertEdges(await call<Binding[]>((done) => broker.listBindings('anything', done)), [pubsub('a.OUT', 'x.IN')]);
});

test('dead letters can be bound without a source, and taken away', async (context) => {
  const { plain, add, remove, list } = await openAll(context);
  await plain.channel.assertQueue('deadletter', { durable: true });
  const binding = { type: 'roundrobin', tgt: 'x.IN', deadletter: 'deadletter' };
  await add(binding);
  assertEdges(await list(), [binding]);
  await remove(binding);
  assertEdges(await list(), []);
});

test('an edge that was removed carries nothing', async (context) => {
  const { plain, add, remove } = await openAll(context);
  for (const kind of [pubsub, roundrobin]) {
    await add(kind('a.OUT', 'x.IN'));
    assert.equal(await plain.routable('a.OUT'), true);
    await remove(kind('a.OUT', 'x.IN'));
    assert.equal(await plain.routable('a.OUT'), false);
  }
});

test('removing an edge that is not there, or whose ports are not, is no error', async (context) => {
  const { remove } = await openAll(context);
  for (const kind of [pubsub, roundrobin]) {
    await remove(kind('a.OUT', 'x.IN'));
    await remove(kind('nobody.OUT', 'x.IN'));
    await remove(kind('a.OUT', 'nobody.IN'));
  }
  await remove(roundrobin('nobody.OUT', 'nobody.IN', 'nobody'));
});

test('a roundrobin edge leaves nothing behind, and takes nothing from one that shares its source', async (context) => {
  const { plain, add, remove, list, exchanges } = await openAll(context);
  await add(roundrobin('a.OUT', 'x.IN'));
  await add(roundrobin('a.OUT', 'y.IN'));
  await remove(roundrobin('a.OUT', 'x.IN'));
  assertEdges(await list(), [roundrobin('a.OUT', 'y.IN')]);
  plain.send('a.OUT', 1);
  assert.deepEqual(await received(plain.channel, 'y.IN'), { data: 1 });
  await remove(roundrobin('a.OUT', 'y.IN'));
  const left = (await exchanges()).filter((name) => name.startsWith('out-'));
  assert.deepEqual(left, []);
});

test('dead letters stay while another edge to the target wants them, and go with the last', async (context) => {
  const { plain, add, remove, list } = await openAll(context);
  await plain.channel.assertQueue('deadletter', { durable: true });
  await add(roundrobin('a.OUT', 'x.IN', 'deadletter'));
  await add(roundrobin('b.OUT', 'x.IN', 'deadletter'));
  await remove(roundrobin('a.OUT', 'x.IN', 'deadletter'));
  assertEdges(await list(), [roundrobin('b.OUT', 'x.IN', 'deadletter')]);
  await remove(roundrobin('b.OUT', 'x.IN', 'deadletter'));
  assertEdges(await list(), []);
});

test('a dead-letter queue that is not there is an error that names it; nothing is made, and nobody else is harmed', async (context) => {
  const { plain, broker, add, list, subscribe, exchanges } = await openAll(context);
  const before = await exchanges();
  const heard: unknown[] = [];
  await add(pubsub('b.OUT', 'y.IN'));
  await subscribe(pubsub('b.OUT', 'y.IN'), (_, data) => heard.push(data));
  for (const src of ['a.OUT', undefined]) {
    await assert.rejects(
      add({ type: 'roundrobin', src, tgt: 'x.IN', deadletter: 'nowhere' }),
      (error: Error & { code?: number }) => error.code === 404 && /no queue 'nowhere'/.test(error.message),
    );
  }
  await assert.rejects(add(roundrobin('a.OUT', 'nobody.IN')), /no queue 'nobody.IN'/);
  await assert.rejects(add(roundrobin('nobody.OUT', 'x.IN')), /no exchange 'nobody.OUT'/);
  await assert.rejects(add(pubsub('a.OUT', 'nobody.IN')), /no queue 'nobody.IN'/);
  await assert.rejects(add(pubsub('nobody.OUT', 'x.IN')), /no exchange 'nobody.OUT'/);
  assertEdges(await list(), [pubsub('b.OUT', 'y.IN')]);
  assert.deepEqual(await exchanges(), before);
  plain.send('b.OUT', 1);
  await eventually('the data are heard as before', () => heard.length === 1);
  assert.deepEqual(broker.connection.state(), { up: true });
});

test('a binding that makes no sense is refused with what is wrong with it', async (context) => {
  const { add, remove } = await openAll(context);
  for (const change of [add, remove]) {
    await assert.rejects(
      change({ type: 'multicast', src: 'a.OUT', tgt: 'x.IN' }),
      /must be pubsub or roundrobin, got "multicast"/,
    );
    await assert.rejects(change({ type: 'pubsub', tgt: 'x.IN' }), /src/);
    await assert.rejects(change({ type: 'roundrobin', src: 'a.OUT', tgt: '' }), /tgt/);
  }
});

test('changes that nobody waits for are made in the order in which they were asked for', async (context) => {
  const { add, remove, list } = await openAll(context);
  const changes: Promise<unknown>[] = [];
  for (let n = 0; n < 10; n += 1) {
    for (const tgt of ['x.IN', 'y.IN']) changes.push(add(roundrobin('a.OUT', tgt)), remove(roundrobin('a.OUT', tgt)));
  }
  changes.push(add(roundrobin('a.OUT', 'x.IN')));
  await Promise.all(changes);
  assertEdges(await list(), [roundrobin('a.OUT', 'x.IN')]);
});

test('a management API that does not answer is an error, never an empty list, and no password is in it', async (context) => {
  const t = undoStack(context);
  const server = await openBroker(t);
  const nobody = 'http://lab:a-secret@127.0.0.1:1';
  const refused = server.managementUrl.replace(/:[^:@/]+@/, ':a-secret@');
  for (const managementUrl of [nobody, refused]) {
    const broker = await openMessageBroker(t, { ...server, managementUrl });
    const error = await promised(broker)
      .list()
      .then(() => assert.fail('an answer'))
      .catch((reason: unknown) => reason);
    assert.match(String(error), /management API at http:\/\/127.0.0.1:1 cannot be reached|answered 401/);
    assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /a-secret/);
  }
  assert.throws(
    () => msgflo.transport.getBroker(server.url, { managementUrl: 'http://lab:a-secret@host:port' }),
    (error) => !inspect(error, { depth: 9, showHidden: true }).includes('a-secret'),
  );
});

test('the management API is looked for where RabbitMQ has it, as the user of the AMQP address', () => {
  assert.equal(managementUrlFor('amqp://lab:p%40ss@broker:5673/jobs'), 'http://lab:p%40ss@broker:15672/');
  assert.equal(managementUrlFor('amqps://lab:lab@broker'), 'https://lab:lab@broker:15671/');
  assert.equal(managementUrlFor('amqp://[::1]'), 'http://guest:guest@[::1]:15672/');
  assert.equal(managementUrlFor('amqp://lab:lab@broker', 'http://other:8080'), 'http://lab:lab@other:8080/');
  assert.equal(managementUrlFor('amqp://lab:lab@broker', 'http://me:mine@other:8080'), 'http://me:mine@other:8080/');
});

test('the data on an edge are heard as JSON or as text, with the binding that was subscribed to', async (context) => {
  const { plain, add, subscribe, subscriptions } = await openAll(context);
  const edge = roundrobin('a.OUT', 'x.IN');
  await add(edge);
  const heard: unknown[] = [];
  await subscribe(edge, (binding, data) => heard.push(binding === edge, data));
  plain.send('a.OUT', { n: 1 });
  plain.channel.publish('a.OUT', '', Buffer.from('plain text'));
  await eventually('both are heard', () => heard.length === 4);
  assert.deepEqual(heard, [true, { n: 1 }, true, 'plain text']);
  assert.deepEqual(await subscriptions(), [edge]);
  assert.deepEqual(await received(plain.channel, 'x.IN'), { data: { n: 1 } });
});

test('each handler hears its own edge alone, where edges share a source or a target', async (context) => {
  const { plain, add, subscribe } = await openAll(context);
  const edges = [pubsub('a.OUT', 'x.IN'), roundrobin('a.OUT', 'y.IN'), pubsub('b.OUT', 'x.IN')];
  const heard: string[] = [];
  for (const edge of edges) {
    await add(edge);
    await subscribe(edge, ({ src, tgt }, data) => heard.push(`${data}: ${src} → ${tgt}`));
  }
  plain.send('a.OUT', 1);
  plain.send('b.OUT', 2);
  await eventually('three edges have data', () => heard.length === 3);
  assert.deepEqual(heard.sort(), ['1: a.OUT → x.IN', '1: a.OUT → y.IN', '2: b.OUT → x.IN']);
});

test('unsubscribing ends one handler, and unbinds its tap', async (context) => {
  const { plain, add, subscribe, unsubscribe, subscriptions, taps } = await openAll(context);
  const edge = pubsub('a.OUT', 'x.IN');
  await add(edge);
  const first: unknown[] = [];
  const second: unknown[] = [];
  const one = (_: Binding, data: unknown) => first.push(data);
  const two = (_: Binding, data: unknown) => second.push(data);
  await subscribe(edge, one);
  await subscribe(edge, two);
  await subscribe(edge, two); // once is enough
  plain.send('a.OUT', 1);
  await eventually('both have heard it', () => first.length === 1 && second.length === 1);
  assert.deepEqual(await subscriptions(), [edge]);

  await unsubscribe({ ...edge }, one);
  assert.equal((await taps()).length, 1);
  plain.send('a.OUT', 2);
  await eventually('the other goes on', () => second.length === 2);
  assert.deepEqual(first, [1]);
  assert.deepEqual(second, [1, 2]);

  await unsubscribe(edge, two);
  assert.deepEqual(await taps(), []);
  assert.deepEqual(await subscriptions(), []);
  await unsubscribe(edge, two); // not subscribed: no error
});

test('subscribing to an edge that is not bound is an error that names it, and taps nothing', async (context) => {
  const { plain, add, subscribe, subscriptions, taps } = await openAll(context);
  await add(pubsub('a.OUT', 'y.IN'));
  const wrong = [pubsub('a.OUT', 'x.IN'), pubsub('b.OUT', 'x.IN'), roundrobin('a.OUT', 'y.IN')];
  for (const edge of wrong) {
    await assert.rejects(subscribe(edge, assert.fail), new RegExp(`${edge.src} → ${edge.tgt} is not bound`));
  }
  assert.deepEqual([await taps(), await subscriptions()], [[], []]);
  assert.equal(await plain.routable('b.OUT'), false);
});

test('when an edge is removed its subscriptions end with it, and those of other edges do not', async (context) => {
  const { plain, add, remove, subscribe, subscriptions, taps } = await openAll(context);
  const heard: unknown[] = [];
  const edges = [pubsub('a.OUT', 'x.IN'), pubsub('b.OUT', 'x.IN')] as const;
  for (const edge of edges) {
    await add(edge);
    await subscribe(edge, ({ src }) => heard.push(src));
  }
  await remove(edges[0]);
  assert.deepEqual(await subscriptions(), [edges[1]]);
  assert.deepEqual(
    (await taps()).map(({ source }) => source),
    ['b.OUT'],
  );
  assert.equal(await plain.routable('a.OUT'), false, 'a tap must not pass for the edge');
  plain.send('b.OUT', 1);
  await eventually('the other edge is heard', () => heard.length === 1);
  assert.deepEqual(heard, ['b.OUT']);
});

test('an edge that somebody else removes is missed within seconds: its subscription ends, and the log says so', async (context) => {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const { plain, add, subscribe, subscriptions, taps } = await openAll(context, { log });
  const edges = [pubsub('a.OUT', 'x.IN'), pubsub('b.OUT', 'y.IN')] as const;
  for (const edge of edges) {
    await add(edge);
    await subscribe(edge, () => {});
  }
  await plain.channel.unbindQueue('x.IN', 'a.OUT', '');
  await eventually('it is listed no longer', async () => (await subscriptions()).length === 1, { withinMs: 6_000 });
  assert.deepEqual(await subscriptions(), [edges[1]]);
  await eventually('its tap is gone', async () => (await taps()).length === 1);
  assert.ok(
    lines.some((line) => line.includes('a.OUT → x.IN')),
    `in the log: ${lines}`,
  );
  assert.equal(await plain.routable('a.OUT'), false);
});

test('a source that is deleted and comes back with its edge is heard again', async (context) => {
  const { plain, add, subscribe } = await openAll(context);
  const heard: unknown[] = [];
  await add(pubsub('a.OUT', 'x.IN'));
  await subscribe(pubsub('a.OUT', 'x.IN'), (_, data) => heard.push(data));
  // In one go, so that no look at the bindings falls between.
  await Promise.all([
    plain.channel.deleteExchange('a.OUT'),
    plain.outport('a.OUT'),
    plain.channel.bindQueue('x.IN', 'a.OUT', ''),
  ]);
  await eventually('its data are heard', () => plain.send('a.OUT', 1) && heard.length > 0);
});

test('a handler that never comes back holds up neither the flow nor other handlers, and fills nothing', async (context) => {
  const { plain, broker, add, subscribe, taps } = await openAll(context);
  const edge = pubsub('a.OUT', 'x.IN');
  const COUNT = 5_000;
  await add(edge);
  let stuck = 0;
  let last = -1;
  let flowed = 0;
  await subscribe(edge, () => {
    stuck += 1;
    return new Promise(() => {});
  });
  const [tap] = await taps();
  await subscribe(edge, (_, data) => {
    last = (data as { n: number }).n;
  });
  const onFlowed = (): void => {
    flowed += 1;
  };
  await plain.channel.consume('x.IN', onFlowed, { noAck: true });

  const deepest = async () => {
    const { messageCount } = await broker.connection.withChannel((channel) => channel.checkQueue(tap!.destination));
    assert.ok(messageCount <= 1_000, `${messageCount} messages in the tap`);
    return messageCount;
  };
  for (let sent = 0; sent < COUNT; sent += 500) {
    for (let n = sent; n < sent + 500; n += 1) plain.send('a.OUT', { n, padding: 'x'.repeat(1_000) });
    await plain.channel.waitForConfirms();
    await deepest();
  }
  await eventually('all have come through the edge', () => flowed === COUNT);
  assert.equal(await eventually('the tap is full', deepest), 1_000);
  assert.ok(stuck <= 50, `${stuck} were handed to a handler that never comes back`);
  await eventually('the other handler has heard the last', () => last === COUNT - 1);
});

test('a handler that comes back after it was unsubscribed harms nobody', async (context) => {
  const { plain, add, subscribe, unsubscribe, taps } = await openAll(context);
  const edge = pubsub('a.OUT', 'x.IN');
  await add(edge);
  const heard: unknown[] = [];
  await subscribe(edge, (_, data) => heard.push(data));
  const [tap] = await taps();
  const { promise, resolve } = Promise.withResolvers<void>();
  let started = 0;
  const late = () => {
    started += 1;
    return promise;
  };
  await subscribe(edge, late);
  for (let n = 0; n < 5; n += 1) plain.send('a.OUT', n);
  await eventually('the handler is at it', () => started > 0 && heard.length === 5);
  await unsubscribe(edge, late);
  resolve();
  for (let n = 5; n < 50; n += 1) plain.send('a.OUT', n);
  await eventually('the other hears on', () => heard.length === 50);
  assert.deepEqual(await taps(), [tap], 'on the same tap: its channel was not closed');
});

test('a handler that throws is logged, and hears on', async (context) => {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const { plain, add, subscribe } = await openAll(context, { log });
  await add(pubsub('a.OUT', 'x.IN'));
  const COUNT = 100; // more than are handed out unanswered
  let heard = 0;
  await subscribe(pubsub('a.OUT', 'x.IN'), () => {
    heard += 1;
    if (heard % 2 === 0) throw new Error('thrown by a handler');
    return Promise.reject(new Error('rejected by a handler'));
  });
  for (let n = 0; n < COUNT; n += 1) plain.send('a.OUT', n);
  await eventually('all are heard', () => heard === COUNT);
  assert.ok(lines.some((line) => line.includes('thrown by a handler')));
  assert.ok(lines.some((line) => line.includes('rejected by a handler')));
});

test('after a reconnect data are heard again, but only of edges that are still bound', async (context) => {
  const { server, plain, add, subscribe, subscriptions, taps } = await openAll(context, { name: 'ours' });
  const edges = [pubsub('a.OUT', 'x.IN'), pubsub('b.OUT', 'y.IN')] as const;
  const heard: string[] = [];
  for (const edge of edges) {
    await add(edge);
    await subscribe(edge, ({ src }) => heard.push(src!));
  }
  const old = await taps();
  await plain.channel.unbindQueue('y.IN', 'b.OUT', '');
  await cut(server, 'ours');
  await eventually('one edge is tapped again, and one subscription is left', async () => {
    const [made, ...more] = await taps();
    const anew = old.every(({ destination }) => destination !== made?.destination);
    return made?.source === 'a.OUT' && anew && more.length === 0 && (await subscriptions()).length === 1;
  });
  assert.equal(await plain.routable('b.OUT'), false);
  plain.send('a.OUT', 1);
  await eventually('the data are heard', () => heard.length === 1);
  assert.deepEqual(heard, ['a.OUT']);
});

test('while the management API does not answer nothing is tapped again; when it does, data are heard', async (context) => {
  const t = undoStack(context);
  const server = await openBroker(t);
  const management = await openManagementGate(t, server.managementUrl);
  const ours = { ...server, managementUrl: management.url };
  const { plain, add, subscribe, subscriptions } = await openPorts(t, server, ours, { name: 'ours' });
  await add(pubsub('a.OUT', 'x.IN'));
  const heard: unknown[] = [];
  await subscribe(pubsub('a.OUT', 'x.IN'), (_, data) => heard.push(data));

  management.open(false);
  await cut(server, 'ours');
  await eventually('it has been asked in vain', () => management.refused() > 0);
  assert.equal((await subscriptions()).length, 1);
  await plain.channel.unbindQueue('x.IN', 'a.OUT', '');
  assert.equal(await plain.routable('a.OUT'), false, 'no tap stands in for an edge that was not seen');
  await plain.channel.bindQueue('x.IN', 'a.OUT', '');
  management.open(true);
  await eventually('the data are heard', () => plain.send('a.OUT', 1) && heard.length > 0);
});

test('whatever is asked for at once, in the end there is one tap for each subscription, and each on an edge', async (context) => {
  const { add, remove, subscribe, unsubscribe, subscriptions, list, taps } = await openAll(context);
  const edges = [pubsub('a.OUT', 'x.IN'), roundrobin('a.OUT', 'y.IN'), roundrobin('b.OUT', 'y.IN')];
  const handler = () => {};
  // Each edge is left in another state than its neighbours at most times; what is refused here was asked for too late.
  const asked = Array.from({ length: 8 }, (_, round) =>
    edges.map((edge, n) => {
      const steps = [add, subscribeTo, remove, subscribeTo, add, subscribeTo, unsubscribeFrom, subscribeTo];
      return steps[(round + 3 * n) % steps.length]!(edge);
    }),
  );
  function subscribeTo(edge: Binding) {
    return subscribe(edge, handler);
  }
  function unsubscribeFrom(edge: Binding) {
    return unsubscribe(edge, handler);
  }
  await Promise.allSettled(asked.flat());
  const heard = await subscriptions();
  assert.equal((await taps()).length, heard.length);
  const bound = inOrder(await list());
  for (const edge of inOrder(heard)) assert.ok(bound.includes(edge), `${edge} is bound`);
});

test('when the broker closes the channel of the taps, data are heard again on the next one', async (context) => {
  const t = undoStack(context);
  const server = await openBroker(t);
  const wire = await openWire(t, server.url);
  const { plain, add, subscribe, taps } = await openPorts(t, server, { ...server, url: wire.url });
  const heard: unknown[] = [];
  await add(pubsub('a.OUT', 'x.IN'));
  await subscribe(pubsub('a.OUT', 'x.IN'), (_, data) => heard.push(data));
  const [first] = await taps();
  assert.equal(wire.badAck(), 1);
  await eventually('there is another tap', async () => {
    const [made] = await taps();
    return made !== undefined && made.destination !== first!.destination;
  });
  plain.send('a.OUT', 1);
  await eventually('the data are heard', () => heard.length === 1);
  assert.equal(wire.connections(), 1, 'on the same connection');
});

test('a tap that the broker takes away is made anew', async (context) => {
  const { plain, broker, add, subscribe, taps } = await openAll(context);
  const heard: unknown[] = [];
  await add(pubsub('a.OUT', 'x.IN'));
  await subscribe(pubsub('a.OUT', 'x.IN'), (_, data) => heard.push(data));
  const [first] = await taps();
  await broker.connection.withChannel((channel) => channel.deleteQueue(first!.destination));
  await eventually('there is another', async () =>
    (await taps()).some(({ destination }) => destination !== first!.destination),
  );
  plain.send('a.OUT', 1);
  await eventually('the data are heard', () => heard.length === 1);
});

test('without a connection, edges and subscriptions are refused at once', async (context) => {
  const t = undoStack(context);
  const broker = msgflo.transport.getBroker('amqp://lab:lab@127.0.0.1:1', {
    log: silent,
    background: true,
  }) as MessageBroker;
  t.after(() => call((done) => broker.disconnect(done)));
  const { add, remove, subscribe, unsubscribe } = promised(broker);
  await assert.rejects(add(pubsub('a.OUT', 'x.IN')), /connect/, 'before connect()');
  await call((done) => broker.connect(done));
  await assert.rejects(add(pubsub('a.OUT', 'x.IN')), /not connected/);
  await assert.rejects(remove(pubsub('a.OUT', 'x.IN')), /not connected/);
  await assert.rejects(
    subscribe(pubsub('a.OUT', 'x.IN'), () => {}),
    /no connection/,
  );
  await unsubscribe(pubsub('a.OUT', 'x.IN'), () => {});
});

test('a subscription leaves nothing on the broker when its broker disconnects', async (context) => {
  const { t, server, add, management, taps } = await openAll(context);
  await add(pubsub('a.OUT', 'x.IN'));
  const other = await openMessageBroker(t, server);
  await promised(other).subscribe(pubsub('a.OUT', 'x.IN'), () => {});
  assert.equal((await taps()).length, 1);
  await call((done) => other.disconnect(done));
  await eventually('no tap is left', async () => {
    const queues = await management.queues();
    return (await taps()).length === 0 && !queues.some(({ name }) => name.startsWith(TAP_PREFIX));
  });
});

test('a stock participant starts, works and stops on this transport, and a broker hears of it', async (context) => {
  const { t, server, plain, broker, add } = await openAll(context);
  // stop() leaves its timer for announcements running, which would keep this process alive.
  const every = globalThis.setInterval;
  const timers: NodeJS.Timeout[] = [];
  context.mock.method(globalThis, 'setInterval', (work: () => void, ms: number) => {
    const timer = every(work, ms);
    timers.push(timer);
    return timer;
  });
  t.after(async () => timers.forEach(clearInterval));

  const announced: unknown[] = [];
  broker.subscribeParticipantChange((message) => {
    announced.push((message.data as { payload: { role: string } }).payload.role);
    broker.ackMessage(message);
  });
  const stock = new msgflo.participant.Participant(
    server.url as string,
    { component: 'Double', inports: [{ id: 'in' }], outports: [{ id: 'out' }] },
    (_port, data, done) => done('out', null, { n: (data as { n: number }).n * 2 }),
    'stock',
  );
  await call((done) => stock.start(done as Callback));
  await add(pubsub('a.OUT', 'stock.IN'));
  await add(roundrobin('stock.OUT', 'x.IN'));
  plain.send('a.OUT', { n: 21 });
  assert.deepEqual(await received(plain.channel, 'x.IN'), { data: { n: 42 } });
  await eventually('its announcement is heard', () => announced.includes('stock'));
  await call((done) => stock.stop(done as Callback));
  await eventually('it consumes no more', async () => (await plain.channel.checkQueue('stock.IN')).consumerCount === 0);
});
