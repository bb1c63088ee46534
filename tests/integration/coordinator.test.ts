// The coordinator as a process, on a real broker: what it shows is what the broker has, whatever happens to either.
import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { test } from 'node:test';
import { z } from 'zod';
import { createLog } from '../../services/shared/log.ts';
import { defineParticipant } from '../../services/shared/messaging/define-participant.ts';
import { createManagement } from '../../services/shared/messaging/management.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { type Broker, openBroker, type Scope, startBroker } from '../helpers/broker.ts';
import { startCoordinator } from '../helpers/coordinator.ts';
import { eventually } from '../helpers/eventually.ts';
import { openFbpClient } from '../helpers/fbp-client.ts';
import { type Foreign, openForeign } from '../helpers/foreign.ts';
import { undoStack } from '../helpers/undo.ts';

const GRAPH = '# The test.\na(A) OUT -> IN b(B)\nb OUT -> IN c(C)\n';

/** Whether the broker has a binding, as it says itself. */
async function isBound({ managementUrl, vhost }: Broker, source: string, queue: string): Promise<boolean> {
  const bindings = await createManagement(managementUrl, vhost).bindings();
  return bindings.some((binding) => binding.source === source && binding.destination === queue);
}

/** Participants a, b and c: from a's OUT over b to c, which says what it has taken. */
async function openRoles(scope: Scope, url: string): Promise<Record<'a' | 'b' | 'c', Foreign>> {
  const pass = (data: unknown) => ({ port: 'out', data });
  return {
    a: await openForeign(scope, url, { role: 'a', outports: ['out'] }),
    b: await openForeign(scope, url, { role: 'b', inports: ['in'], outports: ['out'], handle: pass }),
    c: await openForeign(scope, url, { role: 'c', inports: ['in'] }),
  };
}

const numbers = (foreign: Foreign): number[] => foreign.taken.map(({ data }) => (data as { n: number }).n);

test('edges are made when both of their ends have announced themselves, and messages pass', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  assert.deepEqual(
    (await coordinator.graph()).edges.map(({ edge, state }) => [edge, state]),
    [
      ['a OUT -> IN b', 'waiting'],
      ['b OUT -> IN c', 'waiting'],
    ],
  );
  const { status, body } = await coordinator.ask('GET', '/healthz');
  assert.equal(status, 503);
  assert.match(String(body.reason), /a has not announced itself/);

  const { a, c } = await openRoles(scope, broker.url);
  await coordinator.bound('a OUT -> IN b');
  await coordinator.bound('b OUT -> IN c');
  assert.ok(await isBound(broker, 'a.OUT', 'b.IN'));
  assert.equal((await coordinator.ask('GET', '/healthz')).status, 200);
  await a.send('out', { n: 1 });
  await eventually('the message arrives', () => c.taken.length === 1);
});

test('a queue that is wired has dead letters', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  await openRoles(scope, broker.url);
  await coordinator.bound('b OUT -> IN c');
  assert.ok(await isBound(broker, 'dead-c.IN', 'dead-c.IN'));
});

test('a binding that somebody takes away on the broker is made again', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  const { a } = await openRoles(scope, broker.url);
  await coordinator.bound('a OUT -> IN b');
  await a.channel.unbindQueue('b.IN', 'a.OUT', '');
  await eventually('it is bound again', () => isBound(broker, 'a.OUT', 'b.IN'));
});

test('a swap while messages flow loses none and doubles none, and what was queued is worked', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  const { a, b, c } = await openRoles(scope, broker.url);
  await coordinator.bound('a OUT -> IN b');
  await coordinator.bound('b OUT -> IN c');
  let sent = 0;
  let sending = true;
  const flow = (async () => {
    while (sending) {
      await Promise.all(Array.from({ length: 5 }, () => a.send('out', { n: sent++ })));
    }
  })();
  const away = { connect: ['a OUT -> IN c'], disconnect: ['a OUT -> IN b'] };
  const back = { connect: ['a OUT -> IN b'], disconnect: ['a OUT -> IN c'] };
  for (let n = 0; n < 10; n += 1) {
    assert.equal((await coordinator.change(n % 2 === 0 ? away : back)).swapped, true);
  }
  sending = false;
  await flow;
  await eventually('all messages arrive', () => c.taken.length >= sent);
  assert.deepEqual(
    numbers(c).sort((x, y) => x - y),
    Array.from({ length: sent }, (_, n) => n),
  );
  assert.ok(b.taken.length > 0 && b.taken.length < sent, `both ways were gone, b took ${b.taken.length} of ${sent}`);
});

test('routes changed by hand outlive the coordinator', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  const { a, c } = await openRoles(scope, broker.url);
  await coordinator.bound('b OUT -> IN c');
  await coordinator.change({ connect: ['a OUT -> IN c'], disconnect: ['a OUT -> IN b'] });
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    await coordinator.stop(signal);
    await a.send('out', { n: 1 }); // the flow does not notice
    await coordinator.start();
    const edges = (await coordinator.graph()).edges.map(({ edge, state }) => `${edge} ${state}`);
    assert.deepEqual(edges, ['b OUT -> IN c bound', 'a OUT -> IN c bound']);
  }
  await eventually('both messages arrived', () => c.taken.length === 2);
});

test('after a restart the participants are known at once, from the broker, before they announce themselves', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  await openRoles(scope, broker.url);
  await coordinator.bound('b OUT -> IN c');
  // The broker shows a new consumer up to 5 s late.
  const management = createManagement(broker.managementUrl, broker.vhost);
  await eventually('the broker shows the consumers', async () => (await management.consumers()).length >= 3);
  await coordinator.stop();
  await coordinator.start();
  const roles = (await coordinator.participants()).map(({ role, announced }) => [role, announced]);
  assert.deepEqual(roles, [
    ['b', false],
    ['c', false],
  ]);
});

test('an edit of the file re-routes what runs, a syntax error is told with its line and changes nothing', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  await openRoles(scope, broker.url);
  await coordinator.bound('b OUT -> IN c');
  const before = await coordinator.graph();

  await coordinator.write('a(A) OUT -> IN b(B)\nb OUT => IN c(C)\n');
  const { problem } = await eventually('the error is told', async () => {
    const graph = await coordinator.graph();
    return graph.problem ? { problem: graph.problem } : undefined;
  });
  assert.match(problem, /test\.fbp:2:/);
  assert.deepEqual((await coordinator.graph()).edges, before.edges);

  await coordinator.write(''); // an editor that writes in place empties the file first
  await eventually('the empty file is told', async () => (await coordinator.graph()).problem?.includes('empty'));
  assert.deepEqual((await coordinator.graph()).edges, before.edges);

  await coordinator.write(`${GRAPH}a OUT -> IN c\n`);
  await coordinator.bound('a OUT -> IN c');
  assert.equal((await coordinator.graph()).problem, undefined);
  await coordinator.write('a(A) OUT -> IN b(B)\n');
  await eventually('what the file no longer has is unbound', async () => !(await isBound(broker, 'b.OUT', 'c.IN')));
  assert.deepEqual(
    (await coordinator.graph()).edges.map(({ edge }) => edge),
    ['a OUT -> IN b'],
  );
});

test('a file that was edited while the coordinator was away counts, and what it no longer has is unbound', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  await openRoles(scope, broker.url);
  await coordinator.bound('b OUT -> IN c');
  await coordinator.stop();
  await coordinator.write('a(A) OUT -> IN c(C)\n');
  await coordinator.start();
  await coordinator.bound('a OUT -> IN c');
  assert.deepEqual(await isBound(broker, 'a.OUT', 'b.IN'), false);
  assert.deepEqual(await isBound(broker, 'b.OUT', 'c.IN'), false);
});

test('a second coordinator says so, stands by, and takes over when the first ends', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const first = await startCoordinator(scope, broker, { graph: GRAPH });
  const second = await startCoordinator(scope, broker, { graph: GRAPH, wait: false });
  await eventually('it stands by', () => second.output().includes('standing by'));
  const { status, body } = await second.ask('GET', '/participants');
  assert.equal(status, 503);
  assert.match(String(body.detail), /another coordinator is at work/);
  assert.equal((await second.ask('GET', '/healthz')).status, 200);
  await first.stop('SIGKILL');
  await eventually('it has taken over', async () => (await second.ask('GET', '/participants')).status === 200);
});

test('after the broker was away, everything is bound as before', async (t) => {
  const scope = undoStack(t);
  const broker = await startBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  await openRoles(scope, broker.url);
  await coordinator.bound('a OUT -> IN b');
  await broker.stop();
  await eventually('it says so', async () => (await coordinator.ask('GET', '/graph')).status === 503);
  await broker.start();
  await coordinator.bound('a OUT -> IN b');
  assert.ok(await isBound(broker, 'a.OUT', 'b.IN'));
});

test('initial packets are sent once: when their port is there, and not again after a restart', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const graph = `'hello' -> IN c(C)\n{ "deep": [1] } -> IN c\n`;
  const coordinator = await startCoordinator(scope, broker, { graph });
  const c = await openForeign(scope, broker.url, { role: 'c', inports: ['in'] });
  await eventually('both are there', () => c.taken.length === 2);
  await coordinator.stop();
  await coordinator.start();
  await coordinator.write(`${graph}'more' -> IN c\n`);
  await eventually('the new one is there', () => c.taken.length > 2);
  assert.deepEqual(
    c.taken.map(({ data }) => data),
    ['hello', { deep: [1] }, 'more'],
  );
});

test('a roundrobin edge deals messages out, and what is refused goes where its dead letters lead', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const graph = 'a(A) OUT -> IN deal(msgflo/RoundRobin)\ndeal OUT -> IN b(B)\ndeal DEADLETTER -> IN c(C)\n';
  const coordinator = await startCoordinator(scope, broker, { graph });
  const a = await openForeign(scope, broker.url, { role: 'a', outports: ['out'] });
  const c = await openForeign(scope, broker.url, { role: 'c', inports: ['in'] });
  await openForeign(scope, broker.url, { role: 'b', inports: ['in'], refuse: true });
  await coordinator.bound('deal OUT -> IN b');
  await a.send('out', { n: 1 });
  await eventually('the refused message is a dead letter', () => c.taken.length === 1);
  await coordinator.stop();
  await coordinator.start(); // so that what is shown is what the broker has
  const states = (await coordinator.graph()).edges.map(({ edge, state }) => `${edge} ${state}`);
  assert.deepEqual(states, ['a OUT -> IN deal bound', 'deal OUT -> IN b bound', 'deal DEADLETTER -> IN c bound']);
});

test('bindings that others made are shown, and taken away when a graph without them is applied', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  const { a } = await openRoles(scope, broker.url);
  await coordinator.bound('b OUT -> IN c');
  await a.channel.bindQueue('c.IN', 'a.OUT', '');
  const foreign = await eventually('it is shown', async () => (await coordinator.graph()).foreign[0]);
  assert.equal(foreign.edge, 'a OUT -> IN c');
  const diff = await coordinator.ask<{ remove: string[] }>('POST', '/graph/diff?name=test.fbp', GRAPH);
  assert.deepEqual(diff.body.remove, ['a OUT -> IN c']);
  const applied = await coordinator.ask<{ remove: string[]; unchanged: number }>('PUT', '/graph?name=test.fbp', GRAPH);
  assert.deepEqual([applied.body.remove, applied.body.unchanged], [['a OUT -> IN c'], 2]);
  assert.equal(await isBound(broker, 'a.OUT', 'c.IN'), false);
});

test('a participant that nobody configured shows up, and can be wired in', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  const { a } = await openRoles(scope, broker.url);
  const queues = { in: 'audit/in' };
  const audit = await openForeign(scope, broker.url, { role: 'audit', component: 'Audit', inports: ['in'], queues });
  await eventually('it shows up', async () => (await coordinator.participants()).some(({ role }) => role === 'audit'));
  await coordinator.change({ connect: ['a OUT -> IN audit'] });
  await a.send('out', { n: 7 });
  await eventually('it gets what is sent', () => audit.taken.length === 1);
  const node = (await coordinator.graph()).nodes.find(({ role }) => role === 'audit');
  assert.equal(node?.component, 'Audit');
});

test('an edge to a port that a role does not have is refused, and in a file it waits for nobody', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: `${GRAPH}a OUT -> CANCEL b\n` });
  await openRoles(scope, broker.url);
  await coordinator.bound('b OUT -> IN c');
  const edge = (await coordinator.graph()).edges.find((one) => one.edge === 'a OUT -> CANCEL b');
  assert.equal(edge?.why, 'b has no in-port CANCEL');
  assert.equal((await coordinator.ask('GET', '/healthz')).status, 200);
  const { status, body } = await coordinator.ask('POST', '/graph/edges', { connect: ['a OUT -> STOP c'] });
  assert.equal(status, 422);
  assert.match(String(body.detail), /c has no in-port STOP: it has IN/);
});

test('what cannot be done is refused in a sentence, and changes nothing', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  await openRoles(scope, broker.url);
  await coordinator.bound('b OUT -> IN c');
  const before = (await coordinator.graph()).edges;
  const json = { authorization: `Bearer ${coordinator.secret}` };
  for (const [method, path, body, headers, status, detail] of [
    ['POST', '/graph/edges', { disconnect: ['b OUT -> IN d'] }, json, 404, /did you mean b OUT -> IN c/],
    ['POST', '/graph/edges', { connect: ['a OUT -> IN b'] }, json, 409, /is there already/],
    ['POST', '/graph/edges', { connect: ['a OUT -> IN cc'] }, json, 422, /no role cc .* did you mean c/],
    ['POST', '/graph/edges', { connect: ['a OUT IN b'] }, json, 422, /an edge such as/],
    ['POST', '/graph/edges', { connect: ['a OUT -> IN c'], disconnect: ['c OUT -> IN a'] }, json, 404, /no edge/],
    ['POST', '/graph/edges', {}, json, 422, /name an edge/],
    ['POST', '/graph/edges', '{', json, 400, /JSON/],
    ['PUT', '/graph?name=x.fbp', 'a(A) OUT => b', json, 422, /x\.fbp:1:/],
    ['PUT', '/graph', '', json, 422, /got nothing/],
    ['PUT', '/graph', 'x'.repeat(1_100_000), json, 413, /at most/],
    ['GET', '/graph?format=svg', undefined, json, 422, /format must be/],
    ['PATCH', '/graph', '', json, 405, /GET \/graph/],
    ['GET', '/nothing', undefined, json, 404, /\/participants/],
    ['PUT', '/graph', GRAPH, {}, 401, /Bearer/],
    ['POST', '/graph/edges', {}, { authorization: 'Bearer wrong' }, 401, /Bearer/],
    ['GET', '/tap?edge=a%20OUT%20-%3E%20IN%20b', undefined, {}, 401, /Bearer/],
    ['GET', '/graph', undefined, { origin: 'https://evil.example' }, 403, /origin/],
  ] as const) {
    const answer = await coordinator.ask(method, path, body, headers as Record<string, string>);
    assert.equal(answer.status, status, `${method} ${path}: ${JSON.stringify(answer.body)}`);
    assert.match(String(answer.body.detail), detail);
  }
  assert.deepEqual((await coordinator.graph()).edges, before);
});

test('all edges of the graph can be taken down, and applied again', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  await openRoles(scope, broker.url);
  await coordinator.bound('b OUT -> IN c');
  const down = await coordinator.ask<{ removed: string[] }>('DELETE', '/graph');
  assert.deepEqual(down.body.removed, ['a OUT -> IN b', 'b OUT -> IN c']);
  assert.equal(await isBound(broker, 'a.OUT', 'b.IN'), false);
  const again = await coordinator.ask<{ add: string[] }>('PUT', '/graph?name=test.fbp', GRAPH);
  assert.deepEqual(again.body.add, ['a OUT -> IN b', 'b OUT -> IN c']);
  assert.ok(await isBound(broker, 'a.OUT', 'b.IN'));
});

test('a tap shows what passes over an edge, and ends before its edge goes', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  const { a } = await openRoles(scope, broker.url);
  await coordinator.bound('a OUT -> IN b');
  const response = await fetch(`${coordinator.url}/tap?edge=${encodeURIComponent('a OUT -> IN b')}`, {
    headers: { authorization: `Bearer ${coordinator.secret}` },
  });
  assert.equal(response.status, 200);
  await a.send('out', { n: 42 });
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body!) text += Buffer.from(chunk).toString();
  })();
  await eventually('the message is shown', () => text.includes('"n":42'));
  const [line] = text.split('\n');
  const { size, attempt, data } = JSON.parse(line!);
  assert.deepEqual({ size, attempt, data }, { size: 8, attempt: 1, data: { n: 42 } });
  await coordinator.change({ disconnect: ['a OUT -> IN b'] });
  await reading; // it has ended
  assert.match(text, /its edge was taken away/);
});

test('announcements that lack what is required are skipped, counted and shown with the reason', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  const { a } = await openRoles(scope, broker.url);
  for (const odd of [
    '{',
    '{}',
    JSON.stringify({ protocol: 'discovery', command: 'participant', payload: { id: 'x' } }),
  ]) {
    a.channel.sendToQueue('fbp', Buffer.from(odd));
  }
  const { last } = await eventually('they are counted', async () => {
    const { body } = await coordinator.ask<{ skipped: { count: number; last: { why: string }[] } }>(
      'GET',
      '/participants',
    );
    return body.skipped.count === 3 ? body.skipped : undefined;
  });
  assert.ok(
    last.some(({ why }) => why.includes('payload.role')),
    JSON.stringify(last),
  );
  await coordinator.bound('a OUT -> IN b');
});

test('a client that persists has the graph written into its file, comments and all, and the watch finds nothing new in it', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  await openRoles(scope, broker.url);
  await coordinator.bound('b OUT -> IN c');
  await coordinator.change({ connect: ['a OUT -> IN c'], disconnect: ['a OUT -> IN b'] });
  const client = await openFbpClient(scope, coordinator.url.replace('http', 'ws'), { secret: coordinator.secret });
  assert.equal((await client.ask('network', 'persist')).command, 'persist');
  const text = await coordinator.read();
  assert.equal(text, '# The test.\nb(B) OUT -> IN c(C)\na(A) OUT -> IN c\n');
  await coordinator.stop();
  await coordinator.start();
  const edges = (await coordinator.graph()).edges.map(({ edge, state }) => `${edge} ${state}`);
  assert.deepEqual(edges, ['b OUT -> IN c bound', 'a OUT -> IN c bound']);
  assert.doesNotMatch(coordinator.output(), /the graph file has changed/);
});

test('where the file cannot be written, a client that persists is told so, and the file is as it was', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  await rm(coordinator.file);
  await mkdir(coordinator.file); // whoever runs the tests, root too, cannot put a file in the place of a folder
  const client = await openFbpClient(scope, coordinator.url.replace('http', 'ws'), { secret: coordinator.secret });
  const { command, payload } = await client.ask('network', 'persist');
  assert.equal(command, 'error');
  assert.match(payload.message, /cannot be written.*graph save/);
});

test('a network that is stopped takes no work, over restarts of all, and goes on where it was when it is started', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const graph = 'a(A) OUT -> IN worker(Double)\n';
  const coordinator = await startCoordinator(scope, broker, { graph });
  const a = await openForeign(scope, broker.url, { role: 'a', outports: ['out'] });
  const taken: number[] = [];
  const worker = async (replica: string): Promise<void> => {
    const definition = defineParticipant({
      role: 'worker',
      component: 'Double',
      label: '',
      inports: { in: { schema: z.object({ n: z.number() }), handle: ({ data }) => void taken.push(data.n) } },
      outports: {},
    });
    const log = createLog('test', replica, 'silent');
    const metrics = createMetrics({ role: 'worker', replica });
    const running = startParticipant(definition, {
      url: broker.url,
      replica,
      log,
      metrics,
      discoveryPeriodSeconds: 1,
    });
    scope.after(() => running.drain());
    await running.ready;
  };
  await worker('worker-1');
  await coordinator.bound('a OUT -> IN worker');
  const connect = () => openFbpClient(scope, coordinator.url.replace('http', 'ws'), { secret: coordinator.secret });
  const client = await connect();
  assert.equal((await client.ask('network', 'stop', { graph: 'test' })).command, 'stopped');
  await Promise.all(Array.from({ length: 100 }, (_, n) => a.send('out', { n })));
  await worker('worker-2');
  await coordinator.stop('SIGKILL');
  await coordinator.start();
  await eventually('both are shown as paused', async () => {
    const workers = (await coordinator.participants()).filter(({ role }) => role === 'worker');
    return workers.length === 2 && workers.every(({ state }) => state === 'paused');
  });
  assert.deepEqual(taken, []);
  const again = await connect();
  assert.deepEqual((await again.ask('network', 'getstatus', { graph: 'test' })).payload.started, false);
  assert.equal((await again.ask('network', 'start', { graph: 'test' })).command, 'started');
  await eventually('all is worked', () => taken.length >= 100);
  assert.deepEqual(
    taken.toSorted((x, y) => x - y),
    Array.from({ length: 100 }, (_, n) => n),
  );
});

test('a coordinator with clients that look on and listen in ends at once when it is told to', async (t) => {
  const scope = undoStack(t);
  const broker = await openBroker(scope);
  const coordinator = await startCoordinator(scope, broker, { graph: GRAPH });
  await openRoles(scope, broker.url);
  await coordinator.bound('a OUT -> IN b');
  const client = await openFbpClient(scope, coordinator.url.replace('http', 'ws'), { secret: coordinator.secret });
  await client.ask('runtime', 'getruntime');
  const tap = await fetch(`${coordinator.url}/tap?edge=${encodeURIComponent('a OUT -> IN b')}`, {
    headers: { authorization: `Bearer ${coordinator.secret}` },
  });
  const started = performance.now();
  assert.equal(await coordinator.stop(), 0);
  assert.ok(performance.now() - started < 5_000, `it took ${Math.round(performance.now() - started)} ms`);
  await tap.text().catch(() => {});
});
