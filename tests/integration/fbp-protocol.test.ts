// Clients of the FBP protocol and the coordinator, on a real broker. Each test has its own coordinator, and every message that a client
// hears is checked against the schemas of the package fbp-protocol.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import amqp from 'amqplib';
import { createCoordinator } from '../../services/coordinator/coordinator.ts';
import { createFbpServer, type FbpServer, type FbpServerOptions } from '../../services/coordinator/fbp/server.ts';
import { readLibrary } from '../../services/coordinator/library.ts';
import { listen } from '../../services/shared/http.ts';
import { createLog } from '../../services/shared/log.ts';
import { TAP_PREFIX } from '../../services/shared/messaging/bindings.ts';
import { type Broker, openBroker, type Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { type FbpClient, type FbpClientOptions, openFbpClient } from '../helpers/fbp-client.ts';
import { undoStack } from '../helpers/undo.ts';

const SECRET = 'a secret for tests';
const log = createLog('test', 'test', process.env.LOG_LEVEL ?? 'silent');

interface Lab {
  /** Ends with the test, before its broker does. */
  scope: Scope;
  broker: Broker;
  url: string;
  fbp: FbpServer;
  /** A client whose messages are all found to be as the schemas say when the test ends. */
  client(options?: FbpClientOptions): Promise<FbpClient>;
}

async function openLab(t: TestContext, limits: FbpServerOptions['limits'] = {}): Promise<Lab> {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const { url, managementUrl } = broker;
  const folder = await mkdtemp(join(tmpdir(), 'fbp-'));
  scope.after(() => rm(folder, { recursive: true }));
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ msgflo: { namespace: 'photos', components: { Resize: 'resize.js' } } }),
  );
  await writeFile(join(folder, 'resize.js'), '// makes it smaller\n');
  const coordinator = createCoordinator({
    url,
    managementUrl,
    name: 'coordinator-test',
    library: readLibrary(join(folder, 'package.json')),
    log,
    onLost: () => {},
  });
  scope.after(() => coordinator.close());
  await eventually('the coordinator is at work', () => coordinator.ready().ok);
  const fbp = createFbpServer({
    coordinator,
    secret: SECRET,
    runtime: {
      id: 'f18a4924-9d4f-414d-a37c-cd24b39bba10',
      label: 'A lab under test',
      namespace: 'photos',
      repository: 'https://example.org/photos.git',
    },
    allowedOrigins: ['https://lab.example.org'],
    log,
    limits,
  });
  const page = await listen((_, response) => response.end(), { host: '127.0.0.1', port: 0 });
  scope.after(() => page.close());
  page.server.on('upgrade', fbp.handleUpgrade);
  scope.after(() => fbp.close());
  const address = `ws://127.0.0.1:${page.port}`;
  return {
    scope,
    broker,
    url: address,
    fbp,
    async client(options) {
      const client = await openFbpClient(scope, address, { secret: SECRET, ...options });
      scope.after(async () => assert.deepEqual(client.violations, []));
      return client;
    },
  };
}

/** `Hello() OUT -> IN World()`, with data for Hello when it starts. */
async function buildHello(client: FbpClient, graph = 'bar'): Promise<void> {
  await client.ask('graph', 'clear', { id: graph, main: true });
  await client.ask('graph', 'addnode', { id: 'Hello', component: 'core/Repeat', metadata: {}, graph });
  await client.ask('graph', 'addnode', { id: 'World', component: 'core/Drop', metadata: {}, graph });
  await client.ask('graph', 'addedge', { ...HELLO_EDGE, graph });
}
const HELLO_EDGE = { src: { node: 'Hello', port: 'out' }, tgt: { node: 'World', port: 'in' } };
const HELLO_IN = { node: 'Hello', port: 'in' };

/** A participant that takes its work whatever it is told. */
async function startStubborn({ scope, broker: { url } }: Lab): Promise<void> {
  const connection = await amqp.connect(url);
  scope.after(() => connection.close());
  const channel = await connection.createChannel();
  const queue = 'worker.IN';
  await channel.assertQueue(queue, { durable: true, arguments: { 'x-dead-letter-exchange': `dead-${queue}` } });
  await channel.assertExchange(queue, 'fanout', { durable: true });
  await channel.bindQueue(queue, queue, '');
  await channel.consume(queue, (message) => message && channel.ack(message));
  const payload = {
    id: 'worker-1',
    role: 'worker',
    component: 'Stubborn',
    inports: [{ id: 'in', queue }],
    outports: [],
  };
  const announcement = { protocol: 'discovery', command: 'participant', payload };
  channel.sendToQueue('fbp', Buffer.from(JSON.stringify(announcement)));
}

const errorText = ({ command, payload }: { command: string; payload: { message?: string } }): string =>
  command === 'error' ? (payload.message ?? '') : `no error, but ${command}`;

// -- getting to know each other ----------------------------------------------------------------------------------------

test('a client with the secret is told that it may do all, one without that it may look', async (t) => {
  const lab = await openLab(t);
  const [owner, guest] = [await lab.client(), await lab.client({ secret: 'a guess' })];
  const { payload: all } = await owner.ask('runtime', 'getruntime');
  const { payload: some } = await guest.ask('runtime', 'getruntime');
  assert.deepEqual(
    [all.id, all.type, all.version, all.namespace, all.repository],
    ['f18a4924-9d4f-414d-a37c-cd24b39bba10', 'msgflo', '0.8', 'photos', 'https://example.org/photos.git'],
  );
  assert.deepEqual(all.capabilities, all.allCapabilities);
  assert.deepEqual(some.capabilities, ['protocol:runtime', 'graph:readonly', 'network:status', 'protocol:component']);
  assert.deepEqual(some.allCapabilities, all.allCapabilities);
});

test('the secret is also taken from the payload, where older clients put it, and never comes back', async (t) => {
  const lab = await openLab(t);
  const client = await lab.client({ secret: 'wrong' });
  const made = await client.ask('graph', 'clear', { id: 'foo', main: true, secret: SECRET, baseDir: '/tmp' });
  assert.deepEqual(made.payload, { id: 'foo', main: true });
  assert.equal(JSON.stringify(client.messages).includes(SECRET), false);
});

test('without the secret nothing can be changed, and no data and sources are shown', async (t) => {
  const lab = await openLab(t);
  const owner = await lab.client();
  await buildHello(owner);
  const guest = await lab.client({ secret: undefined });
  const graph = 'bar';
  const refused: [string, string, object][] = [
    ['graph', 'clear', { id: 'bar', main: true }],
    ['graph', 'addnode', { id: 'More', component: 'core/Drop', graph }],
    ['graph', 'removeedge', { ...HELLO_EDGE, graph }],
    ['network', 'start', { graph }],
    ['network', 'stop', { graph }],
    ['network', 'edges', { graph, edges: [HELLO_EDGE] }],
    ['network', 'persist', {}],
    ['network', 'debug', { graph, enable: true }],
    ['runtime', 'packet', { graph, port: 'in', event: 'data', payload: 1 }],
    ['component', 'getsource', { name: 'photos/Resize' }],
    ['component', 'source', { name: 'Resize', language: 'javascript', code: '' }],
    ['trace', 'start', { graph }],
    ['trace', 'dump', { graph, type: 'flowtrace.json' }],
  ];
  for (const [protocol, command, payload] of refused) {
    const answer = await guest.ask(protocol, command, payload);
    assert.equal(answer.protocol, protocol);
    assert.match(errorText(answer), /wants the secret/, `${protocol}:${command}`);
  }
  assert.equal((await guest.ask('network', 'getstatus', { graph })).command, 'status');
  assert.equal((await guest.ask('component', 'list')).command, 'component');
});

test('a client that has just come learns the live graph as the source of its id', async (t) => {
  const lab = await openLab(t);
  await buildHello(await lab.client(), 'photos/main');
  const guest = await lab.client({ secret: undefined });
  const runtime = await guest.ask('runtime', 'getruntime');
  assert.equal(runtime.payload.graph, 'photos/main');
  const { payload } = await guest.ask('component', 'getsource', { name: 'photos/main' });
  assert.deepEqual([payload.name, payload.library, payload.language], ['main', 'photos', 'json']);
  const graph = JSON.parse(payload.code);
  assert.deepEqual(Object.keys(graph.processes), ['Hello', 'World']);
  assert.deepEqual(graph.connections, [
    { src: { process: 'Hello', port: 'out' }, tgt: { process: 'World', port: 'in' } },
  ]);
});

test('components are listed with their ports, and counted', async (t) => {
  const client = await (await openLab(t)).client();
  client.send('component', 'list', {}, 'list');
  const { payload: count } = await client.heard('component:componentsready');
  const listed = client.messages.filter(({ command }) => command === 'component').map(({ payload }) => payload);
  assert.equal(listed.length, count);
  const repeat = listed.find(({ name }) => name === 'core/Repeat');
  assert.deepEqual(
    [repeat.inPorts, repeat.outPorts].map((ports) => ports.map(({ id }: { id: string }) => id)),
    [['in'], ['out']],
  );
});

test('the source of a component is shown to who has the secret, and cannot be set', async (t) => {
  const client = await (await openLab(t)).client();
  const { payload } = await client.ask('component', 'getsource', { name: 'photos/Resize' });
  assert.deepEqual(payload, {
    name: 'Resize',
    library: 'photos',
    language: 'javascript',
    code: '// makes it smaller\n',
  });
  assert.match(errorText(await client.ask('component', 'getsource', { name: 'Nobody' })), /no such component/);
  const set = await client.ask('component', 'source', { name: 'Resize', language: 'javascript', code: '' });
  assert.match(errorText(set), /cannot be set/);
});

// -- changing graphs ---------------------------------------------------------------------------------------------------

test('every change of a graph is answered by itself, with what it says and nothing else', async (t) => {
  const lab = await openLab(t);
  const client = await lab.client();
  await buildHello(client, 'foo');
  const graph = 'foo';
  const initial = { src: { data: { a: [1, null] } }, tgt: HELLO_IN };
  const told = async (command: string, payload: object, expected: object = payload): Promise<void> => {
    const answer = await client.ask('graph', command, { ...payload, graph });
    assert.deepEqual(answer.payload, { ...expected, graph });
    assert.equal(answer.command, command);
  };
  await told('changenode', { id: 'World', metadata: { x: 1, tag: 'a' } });
  await told('changenode', { id: 'World', metadata: { tag: null } }, { id: 'World', metadata: { x: 1 } });
  await told('changeedge', { ...HELLO_EDGE, metadata: { route: 5 } });
  await told('addinitial', { ...initial, metadata: {} });
  await told('removeinitial', { tgt: HELLO_IN }, initial);
  await told('renamenode', { from: 'World', to: 'Earth' });
  await told('addinport', { public: 'words', node: 'Hello', port: 'in' });
  await told('renameinport', { from: 'words', to: 'text' });
  await told('removeinport', { public: 'text' });
  await told('addoutport', { public: 'out', node: 'Hello', port: 'out', metadata: { x: 2 } });
  await told('renameoutport', { from: 'out', to: 'said' });
  await told('removeoutport', { public: 'said' });
  await told('addgroup', { name: 'both', nodes: ['Hello', 'Earth'], metadata: { description: 'two' } });
  await told('changegroup', { name: 'both', metadata: { description: 'a pair' } });
  await told('renamegroup', { from: 'both', to: 'pair' });
  await told('removegroup', { name: 'pair' });
  await told('removeedge', { src: HELLO_EDGE.src, tgt: { node: 'Earth', port: 'in' } });
  await told('removenode', { id: 'Earth' });
});

test('a removed node takes its edges with it: they are told before it, and only it is the answer', async (t) => {
  const lab = await openLab(t);
  const client = await lab.client();
  await buildHello(client);
  const before = client.messages.length;
  const answer = await client.ask('graph', 'removenode', { id: 'World', graph: 'bar' });
  assert.deepEqual(
    client.messages.slice(before).map(({ command, responseTo }) => [command, responseTo]),
    [
      ['removeedge', undefined],
      ['removenode', answer.responseTo],
    ],
  );
});

test('a change that one client makes is heard by all, once by each', async (t) => {
  const lab = await openLab(t);
  const [one, other, guest] = [await lab.client(), await lab.client(), await lab.client({ secret: undefined })];
  await buildHello(one);
  for (const client of [other, guest]) {
    await client.heard('graph:addedge');
    assert.deepEqual(client.names(), ['graph:clear', 'graph:addnode', 'graph:addnode', 'graph:addedge']);
    assert.ok(client.messages.every((message) => !('responseTo' in message)));
  }
  assert.deepEqual(one.names(), other.names());
});

test('answers come in the order of the requests, however long each takes', async (t) => {
  const client = await (await openLab(t)).client();
  const graph = 'foo';
  client.send('graph', 'clear', { id: graph, main: true }, '0');
  for (let n = 1; n <= 40; n += 1) {
    client.send('graph', 'addnode', { id: `node${n}`, component: 'core/Drop', graph }, `${n}a`);
    client.send('graph', 'addnode', { id: `node${n}`, component: 'core/Drop', graph }, `${n}b`);
    client.send('network', 'getstatus', { graph }, `${n}c`);
  }
  await eventually('the last answer', () => client.messages.some(({ responseTo }) => responseTo === '40c'));
  const answers = client.messages.flatMap(({ responseTo }) => responseTo ?? []);
  const wanted = Array.from({ length: 40 }, (_, n) => [`${n + 1}a`, `${n + 1}b`, `${n + 1}c`]).flat();
  assert.deepEqual(answers, ['0', ...wanted]);
});

test('a change that cannot be made is answered with an error that names the reason', async (t) => {
  const client = await (await openLab(t)).client();
  await buildHello(client, 'foo');
  const said = async (command: string, payload: object): Promise<string> =>
    errorText(await client.ask('graph', command, payload));
  const drop = { id: 'Hello', component: 'core/Drop' };
  assert.equal(await said('addnode', { ...drop, graph: 'another' }), 'Requested graph not found');
  assert.equal(await said('addnode', drop), 'No graph specified');
  assert.match(await said('addnode', { ...drop, graph: 'foo' }), /Hello is there already/);
  assert.match(await said('removenode', { id: 'Nobody', graph: 'foo' }), /no node Nobody/);
  assert.match(await said('addnode', { ...drop, id: 'a\nb', graph: 'foo' }), /payload: id: no control characters/);
  assert.match(await said('changenode', { id: 'Hello', metadata: { x: 1.5 }, graph: 'foo' }), /payload: metadata\.x/);
  assert.match(await said('addinitial', { src: {}, tgt: HELLO_IN, graph: 'foo' }), /payload: src\.data/);
});

// -- running networks --------------------------------------------------------------------------------------------------

test('a client that starts a network sees its data: the initial packet first, then what it causes', async (t) => {
  const client = await (await openLab(t)).client();
  await buildHello(client);
  await client.ask('graph', 'addinitial', { src: { data: 'Hello, world!' }, tgt: HELLO_IN, graph: 'bar' });
  const started = await client.ask('network', 'start', { graph: 'bar' });
  assert.deepEqual([started.command, started.payload.started, started.payload.graph], ['started', true, 'bar']);
  await client.heard('network:data', ({ payload }) => payload.src !== undefined);
  const since = client.messages.slice(client.messages.indexOf(started) + 1);
  const shown = since.filter(({ command }) => command === 'data').map(({ payload }) => payload);
  assert.deepEqual(shown, [
    { id: 'DATA -> IN Hello()', graph: 'bar', tgt: HELLO_IN, data: 'Hello, world!' },
    { id: 'Hello() OUT -> IN World()', graph: 'bar', ...HELLO_EDGE, data: 'Hello, world!' },
  ]);
  const stopped = await client.ask('network', 'stop', { graph: 'bar' });
  assert.deepEqual([stopped.command, stopped.payload.started], ['stopped', false]);
  assert.ok(stopped.payload.uptime > 0);
  const status = await client.ask('network', 'getstatus', { graph: 'bar' });
  assert.deepEqual(status.payload, { graph: 'bar', started: false, running: false });
});

test('a client sees the edges that it chose, and nobody else does', async (t) => {
  const lab = await openLab(t);
  const [starter, watcher, other] = [await lab.client(), await lab.client(), await lab.client()];
  await buildHello(starter);
  const edges = { graph: 'bar', edges: [HELLO_EDGE] };
  assert.deepEqual((await watcher.ask('network', 'edges', edges)).payload, edges);
  assert.deepEqual((await starter.ask('network', 'edges', { graph: 'bar', edges: [] })).payload.edges, []);
  await starter.ask('network', 'start', { graph: 'bar' });
  await starter.ask('graph', 'addinport', { public: 'words', node: 'Hello', port: 'in', graph: 'bar' });
  const packet = { graph: 'bar', port: 'words', event: 'data', payload: { n: 1 } };
  const { payload } = await starter.ask('runtime', 'packet', packet);
  assert.deepEqual(payload, { graph: 'bar', port: 'words', event: 'data' });
  const shown = await watcher.heard('network:data');
  assert.deepEqual(shown.payload.data, { n: 1 });
  await other.ask('network', 'getstatus', { graph: 'bar' });
  for (const client of [starter, other]) assert.equal(client.names().includes('network:data'), false);
});

test('an edge that is chosen before it is there is shown when it has come', async (t) => {
  const client = await (await openLab(t)).client();
  await buildHello(client);
  await client.ask('graph', 'removeedge', { ...HELLO_EDGE, graph: 'bar' });
  await client.ask('network', 'edges', { graph: 'bar', edges: [HELLO_EDGE] });
  await client.ask('graph', 'addinport', { public: 'words', node: 'Hello', port: 'in', graph: 'bar' });
  await client.ask('network', 'start', { graph: 'bar' });
  await client.ask('graph', 'addedge', { ...HELLO_EDGE, graph: 'bar' });
  await eventually('data on the edge', async () => {
    await client.ask('runtime', 'packet', { graph: 'bar', port: 'words', event: 'data', payload: 1 });
    return client.names().includes('network:data');
  });
});

test('large data are shown by their size, and long texts are cut', async (t) => {
  const client = await (await openLab(t)).client();
  await buildHello(client);
  await client.ask('graph', 'addinport', { public: 'words', node: 'Hello', port: 'in', graph: 'bar' });
  await client.ask('network', 'start', { graph: 'bar' });
  const put = (payload: unknown) =>
    client.ask('runtime', 'packet', { graph: 'bar', port: 'words', event: 'data', payload });
  await put('x'.repeat(70_000));
  await put({ text: 'y'.repeat(3_000) });
  await client.heard('network:data', ({ payload }) => payload.data === '[70002 bytes]');
  const { payload } = await client.heard('network:data', ({ payload: { data } }) => data.text !== undefined);
  assert.match(payload.data.text, /^y{2000}… \[3000 characters\]$/);
});

test('a component that joins is told to all, and who does not stop when told to is named', async (t) => {
  const lab = await openLab(t);
  const [client, guest] = [await lab.client(), await lab.client({ secret: undefined })];
  await buildHello(client);
  await startStubborn(lab);
  const { payload } = await guest.heard('component:component');
  assert.deepEqual([payload.name, payload.inPorts.length], ['Stubborn', 1]);
  await client.ask('graph', 'addnode', { id: 'worker', component: 'Stubborn', graph: 'bar' });
  const edge = { src: HELLO_EDGE.src, tgt: { node: 'worker', port: 'in' } };
  await client.ask('graph', 'addedge', { ...edge, graph: 'bar' });
  await client.ask('network', 'start', { graph: 'bar' });
  assert.equal((await client.ask('network', 'stop', { graph: 'bar' })).command, 'stopped');
  const output = await client.heard('network:output');
  assert.match(output.payload.message, /still takes work from worker\.IN/);
  assert.equal(guest.names().includes('network:output'), false);
});

test('debug mode shows in the status', async (t) => {
  const client = await (await openLab(t)).client();
  await buildHello(client);
  const { payload } = await client.ask('network', 'debug', { graph: 'bar', enable: true });
  assert.equal(payload.debug, true);
  await client.ask('network', 'debug', { graph: 'bar', enable: false });
  assert.equal('debug' in (await client.ask('network', 'getstatus', { graph: 'bar' })).payload, false);
});

test('a graph that has no file cannot be persisted, and the error says so', async (t) => {
  const client = await (await openLab(t)).client();
  assert.match(errorText(await client.ask('network', 'persist')), /no main graph/);
  await buildHello(client);
  assert.match(errorText(await client.ask('network', 'persist')), /no file/);
});

// -- exported ports ----------------------------------------------------------------------------------------------------

test('exported ports are told after the runtime, and again when they change', async (t) => {
  const lab = await openLab(t);
  const client = await lab.client();
  await buildHello(client);
  await client.ask('graph', 'addinport', { public: 'words', node: 'Hello', port: 'in', graph: 'bar' });
  const watcher = await lab.client({ secret: undefined });
  await watcher.ask('runtime', 'getruntime');
  const { payload } = await watcher.heard('runtime:ports');
  const port = (id: string) => ({ id, type: 'all', addressable: false, required: false });
  assert.deepEqual(payload, { graph: 'bar', inPorts: [port('words')], outPorts: [] });
  await client.ask('graph', 'addoutport', { public: 'said', node: 'Hello', port: 'out', graph: 'bar' });
  await watcher.heard('runtime:ports', ({ payload: { outPorts } }) => outPorts[0]?.id === 'said');
  assert.equal(client.names().includes('runtime:ports'), false, 'who has not asked is not told');
});

test('what is put in at an exported in-port comes out at an exported out-port', async (t) => {
  const lab = await openLab(t);
  const [client, other] = [await lab.client(), await lab.client()];
  await buildHello(client);
  await client.ask('graph', 'addinport', { public: 'words', node: 'Hello', port: 'in', graph: 'bar' });
  await client.ask('graph', 'addoutport', { public: 'said', node: 'Hello', port: 'out', graph: 'bar' });
  await client.ask('network', 'edges', { graph: 'bar', edges: [] });
  await client.ask('network', 'start', { graph: 'bar' });
  await client.ask('runtime', 'packet', { graph: 'bar', port: 'words', event: 'data', payload: { n: 7 } });
  const { payload } = await client.heard('runtime:packet');
  assert.deepEqual(payload, { graph: 'bar', port: 'said', event: 'data', payload: { n: 7 } });
  await other.ask('network', 'getstatus', { graph: 'bar' });
  assert.equal(other.names().includes('runtime:packet'), false);
  const wrong = await client.ask('runtime', 'packet', { graph: 'bar', port: 'none', event: 'data', payload: 1 });
  assert.match(errorText(wrong), /no exported in-port "none"/);
});

// -- traces ------------------------------------------------------------------------------------------------------------

test('a trace keeps the last data of a network, for every client with the secret', async (t) => {
  const lab = await openLab(t);
  const [client, other] = [await lab.client(), await lab.client()];
  await buildHello(client);
  const graph = 'bar';
  assert.match(errorText(await client.ask('trace', 'dump', { graph, type: 'flowtrace.json' })), /no trace/);
  assert.deepEqual((await client.ask('trace', 'start', { graph, buffersize: 4_000 })).payload, {
    graph,
    buffersize: 4_000,
  });
  await client.ask('graph', 'addinport', { public: 'words', node: 'Hello', port: 'in', graph });
  await client.ask('network', 'start', { graph });
  for (let n = 1; n <= 30; n += 1) {
    await client.ask('runtime', 'packet', { graph, port: 'words', event: 'data', payload: { n } });
  }
  await client.heard('network:data', ({ payload }) => payload.data.n === 30);
  const { payload } = await other.ask('trace', 'dump', { graph, type: 'flowtrace.json' });
  assert.equal(payload.type, 'flowtrace.json');
  const { header, events } = JSON.parse(payload.flowtrace);
  assert.deepEqual([header.main, Object.keys(header.graphs)], [graph, [graph]]);
  assert.equal(events.at(-1).payload.data.n, 30);
  assert.ok(events.length < 30 && JSON.stringify(events).length <= 4_100);
  assert.deepEqual((await client.ask('trace', 'clear', { graph })).payload, { graph });
  assert.deepEqual((await client.ask('trace', 'stop', { graph })).payload, { graph });
  const cleared = await client.ask('trace', 'dump', { graph, type: 'flowtrace.json' });
  assert.deepEqual(JSON.parse(cleared.payload.flowtrace).events, []);
});

// -- who may connect ---------------------------------------------------------------------------------------------------

test('pages of other sites, and names that somebody else may own, are turned away with 403', async (t) => {
  const lab = await openLab(t);
  const refused: Record<string, string>[] = [
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Host: 'evil.example:3569' },
  ];
  for (const headers of refused) {
    await assert.rejects(lab.client({ headers }), /403/);
  }
  for (const headers of [{ Origin: 'https://lab.example.org' }, { Origin: 'http://localhost:8080' }]) {
    assert.equal((await (await lab.client({ headers })).ask('runtime', 'getruntime')).command, 'runtime');
  }
});

test('a client that asks for no sub-protocol, or for another, is served the same', async (t) => {
  const lab = await openLab(t);
  for (const subprotocols of [[], ['noflo'], ['other'], ['other', 'noflo']]) {
    const client = await lab.client({ subprotocols });
    assert.equal((await client.ask('runtime', 'getruntime')).command, 'runtime');
    assert.equal(client.socket.protocol, subprotocols.includes('noflo') ? 'noflo' : (subprotocols[0] ?? ''));
  }
});

test('one client too many is turned away, and the next is welcome when one has left', async (t) => {
  const lab = await openLab(t, { clients: 3 });
  const clients = [await lab.client(), await lab.client(), await lab.client()];
  await assert.rejects(lab.client(), /503/);
  clients[0]!.socket.close();
  await eventually('one has left', () => lab.fbp.clients() === 2);
  await lab.client();
});

/** The queues that listen in on edges. */
async function tapsOn({ managementUrl, vhost }: Broker): Promise<string[]> {
  const { username, password, origin } = new URL(managementUrl);
  const response = await fetch(`${origin}/api/queues/${vhost}?columns=name`, {
    headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
  });
  const queues = (await response.json()) as { name: string }[];
  return queues.map(({ name }) => name).filter((name) => name.startsWith(TAP_PREFIX));
}

test('clients that come and go leave nothing behind, their taps neither', async (t) => {
  const lab = await openLab(t);
  const owner = await lab.client();
  await buildHello(owner);
  for (let round = 0; round < 20; round += 1) {
    const clients = await Promise.all(Array.from({ length: 5 }, () => lab.client()));
    for (const client of clients) client.send('network', 'edges', { graph: 'bar', edges: [HELLO_EDGE] });
    await clients[0]!.heard('network:edges');
    for (const client of clients) client.socket.terminate();
  }
  await eventually('only the first is left', () => lab.fbp.clients() === 1);
  await eventually('no tap is left', async () => (await tapsOn(lab.broker)).length === 0);
  assert.equal((await owner.ask('network', 'getstatus', { graph: 'bar' })).command, 'status');
});

// -- clients that misbehave --------------------------------------------------------------------------------------------

/** Numbers between 0 and 1 that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const ODD_VALUES = [null, true, -1, 1.5, '', 'text', 'x'.repeat(5_000), [], [[]], {}, { a: 1 }, '__proto__', '\u0000'];
const ODD_FRAMES = [
  '',
  ' ',
  '{',
  'null',
  '7',
  '"text"',
  '[]',
  '{}',
  '{"protocol":"graph"}',
  '{"protocol":"graph","command":"addnode"}',
  '{"protocol":"graph","command":"addnode","payload":[]}',
  '{"protocol":"graph","command":"constructor","payload":{}}',
  '{"protocol":"__proto__","command":"toString","payload":{}}',
  '{"protocol":7,"command":{},"payload":"x","requestId":{},"secret":[]}',
  '{"protocol":"runtime","command":"getruntime","payload":{},"requestId":7}',
  '{"protocol":"graph","command":"clear","payload":{"id":"__proto__"}}',
  '['.repeat(100_000),
  `{"protocol":"graph","command":"addinitial","payload":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`,
];
const COMMANDS = [
  'getruntime',
  'packet',
  'clear',
  'addnode',
  'addedge',
  'start',
  'edges',
  'list',
  'getsource',
  'dump',
  'x',
];
const KEYS = ['id', 'graph', 'name', 'src', 'tgt', 'node', 'port', 'edges', 'metadata', 'main', 'public', 'data'];

function oddFrame(random: () => number): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const kind = random();
  if (kind < 0.3) return pick(ODD_FRAMES);
  const payload = Object.fromEntries(KEYS.filter(() => random() < 0.4).map((key) => [key, pick(ODD_VALUES)]));
  const frame = JSON.stringify({
    protocol: pick(['runtime', 'graph', 'network', 'component', 'trace', 'x', null]),
    command: pick(COMMANDS),
    payload: random() < 0.1 ? pick(ODD_VALUES) : payload,
    secret: pick([SECRET, 'wrong', undefined, null]),
    requestId: pick(['id', undefined, 7]),
  });
  return kind < 0.8 ? frame : frame.slice(0, Math.floor(random() * frame.length));
}

test('5000 malformed frames are answered with errors, and the next client is served', async (t) => {
  const lab = await openLab(t);
  const random = seeded(20_261_122);
  const clients = await Promise.all(Array.from({ length: 5 }, () => lab.client()));
  for (let n = 0; n < 5_000; n += 1) {
    const { socket } = clients[n % clients.length]!;
    if (random() < 0.02) socket.send(Buffer.from([0xff, 0xfe, n & 0xff]), { binary: true });
    else socket.send(oddFrame(random));
  }
  for (const client of clients) {
    client.socket.send('{"protocol":"runtime","command":"getruntime","payload":{},"requestId":"the last"}');
  }
  for (const client of clients) {
    await client.heard('runtime:runtime', ({ responseTo }) => responseTo === 'the last');
    assert.ok(client.messages.filter(({ command }) => command === 'error').length > 500);
  }
  const normal = await lab.client();
  await buildHello(normal, 'afterwards');
  assert.equal((await normal.ask('network', 'getstatus', { graph: 'afterwards' })).payload.started, false);
});

test('a frame of more than 1 MiB ends its connection with code 1009, and no other', async (t) => {
  const lab = await openLab(t);
  const [large, normal] = [await lab.client(), await lab.client()];
  large.socket.send('x'.repeat(1024 * 1024 + 1));
  assert.equal((await large.closed).code, 1009);
  assert.equal((await normal.ask('runtime', 'getruntime')).command, 'runtime');
});

test('bytes that are no WebSocket end their connection, and no other', async (t) => {
  const lab = await openLab(t);
  const normal = await lab.client();
  const { hostname, port } = new URL(lab.url);
  const random = seeded(7);
  for (let n = 0; n < 50; n += 1) {
    const socket = connect(Number(port), hostname);
    t.after(() => socket.destroy());
    const ended = new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13';
    socket.write(`GET / HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n\r\n`);
    socket.resume();
    socket.write(Buffer.from(Array.from({ length: 300 }, () => Math.floor(random() * 256))));
    socket.end();
    await ended;
  }
  await eventually('only the normal client is left', () => lab.fbp.clients() === 1);
  assert.equal((await normal.ask('runtime', 'getruntime')).command, 'runtime');
});

test('every command, known or not, gets an answer, an error of its protocol where there is nothing better', async (t) => {
  const client = await (await openLab(t)).client();
  for (const protocol of ['runtime', 'graph', 'network', 'component', 'trace']) {
    const answer = await client.ask(protocol, 'nonsense');
    assert.deepEqual([answer.protocol, answer.command], [protocol, 'error']);
    assert.match(errorText(answer), /has no command "nonsense"/);
  }
  const unknown = await client.ask('nonsense', 'getruntime');
  assert.deepEqual([unknown.protocol, errorText(unknown)], ['runtime', 'there is no protocol "nonsense"']);
});

test('a client that asks and does not read what it asked for is cut off, and the others are served', async (t) => {
  const lab = await openLab(t, { cutOffBeyond: 512 * 1024 });
  const [greedy, normal] = [await lab.client(), await lab.client()];
  greedy.socket.pause();
  const list = JSON.stringify({ protocol: 'component', command: 'list', payload: {} });
  await eventually('it is cut off', () => {
    for (let n = 0; n < 500; n += 1) greedy.socket.send(list);
    return lab.fbp.clients() === 1;
  });
  assert.equal((await normal.ask('runtime', 'getruntime')).command, 'runtime');
});

test('a client that does not read while data flow loses data, then its connection, and the others see on', async (t) => {
  const lab = await openLab(t, { heartbeatMs: 500 });
  const [owner, deaf, reader] = [await lab.client(), await lab.client(), await lab.client()];
  await buildHello(owner);
  await owner.ask('graph', 'addinport', { public: 'words', node: 'Hello', port: 'in', graph: 'bar' });
  for (const client of [deaf, reader]) await client.ask('network', 'edges', { graph: 'bar', edges: [HELLO_EDGE] });
  await owner.ask('network', 'edges', { graph: 'bar', edges: [] });
  await owner.ask('network', 'start', { graph: 'bar' });
  deaf.socket.pause();
  const payload = { parts: Array.from({ length: 30 }, (_, n) => `${n} ${'x'.repeat(1_900)}`) };
  await eventually('it is cut off', async () => {
    await owner.ask('runtime', 'packet', { graph: 'bar', port: 'words', event: 'data', payload });
    return lab.fbp.clients() === 2;
  });
  assert.ok(reader.names().includes('network:data'));
  assert.ok((await reader.ask('network', 'getstatus', { graph: 'bar' })).payload.started);
});

test('clients are told goodbye when the server ends', async (t) => {
  const lab = await openLab(t);
  const client = await lab.client();
  await lab.fbp.close();
  assert.deepEqual(await client.closed, { code: 1001, reason: 'the coordinator ends' });
  assert.equal(lab.fbp.clients(), 0);
});
