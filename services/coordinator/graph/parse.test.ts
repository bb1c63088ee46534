import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edgeText, initialText } from './graph.ts';
import { GraphError, parseEdge, parseGraph, readGraph } from './parse.ts';

test('the graph of the lab reads as the roles and edges that its file shows', async () => {
  const graph = await readGraph(new URL('../../../service.fbp', import.meta.url).pathname);
  assert.deepEqual(Object.fromEntries([...graph.nodes].map(([role, { component }]) => [role, component])), {
    web: 'HttpApi',
    resize: 'ResizeImage',
    caption: 'CaptionImage',
    store: 'StoreResult',
  });
  assert.ok(graph.edges.map(edgeText).includes('caption OUT -> IN store'));
});

test('all of the FBP language is kept: data, exported ports, indexes, metadata, chains, several outputs', () => {
  const graph = parseGraph(
    [
      '# @name Everything',
      'INPORT=b.IN:WORK',
      'OUTPORT=c.OUT:DONE',
      'a(A:x=10,y=20) OUT -> IN b(B) OUT[1] -> IN[2] c(C)',
      'b ERROR -> IN c, b OUT -> IN d(pack/D)',
      "'5' -> LIMIT b",
      '{ "deep": [1] } -> CONFIG b',
    ].join('\n'),
    'g.fbp',
  );
  assert.equal(graph.name, 'Everything');
  assert.deepEqual(graph.nodes.get('a')?.metadata, { x: 10, y: 20 });
  assert.deepEqual(graph.edges.map(edgeText), [
    'a OUT -> IN b',
    'b OUT[1] -> IN[2] c',
    'b ERROR -> IN c',
    'b OUT -> IN d',
  ]);
  assert.deepEqual(graph.initials.map(initialText), ["'5' -> LIMIT b", '{"deep":[1]} -> CONFIG b']);
  assert.deepEqual(graph.inports, [{ public: 'work', end: { role: 'b', port: 'in' } }]);
  assert.deepEqual(graph.outports, [{ public: 'done', end: { role: 'c', port: 'out' } }]);
});

test('an edge that stands twice is one edge', () => {
  const { edges } = parseGraph('a(A) OUT -> IN b(B)\na OUT -> IN b', 'g.fbp');
  assert.deepEqual(edges.map(edgeText), ['a OUT -> IN b']);
});

test('a syntax error is reported with file, line and column', () => {
  assert.throws(
    () => parseGraph('a(A) OUT -> IN b(B)\nb OUT => IN c(C)', 'service.fbp'),
    (error) =>
      error instanceof GraphError && error.message === 'service.fbp:2:7: "=" cannot stand there: b OUT => IN c(C)',
  );
});

test('a graph may be JSON, with groups and metadata', () => {
  const json = JSON.stringify({
    processes: { a: { component: 'A' }, b: { component: 'B', metadata: { x: 1 } } },
    connections: [{ src: { process: 'a', port: 'OUT' }, tgt: { process: 'b', port: 'in' }, metadata: { route: 5 } }],
    groups: [{ name: 'both', nodes: ['a', 'b'] }],
  });
  const graph = parseGraph(json, 'g.json');
  assert.deepEqual(graph.edges.map(edgeText), ['a OUT -> IN b']);
  assert.deepEqual(graph.edges[0]?.metadata, { route: 5 });
  assert.deepEqual(graph.groups, [{ name: 'both', roles: ['a', 'b'], metadata: {} }]);
});

test('JSON that is no graph is refused with the place', () => {
  assert.throws(
    () => parseGraph('{"processes":{"a":{}},"connections":[]}', 'g.json'),
    /g\.json: processes\.a\.component/,
  );
});

test('JSON whose edge names a role without a component is refused with its name', () => {
  const json = JSON.stringify({
    processes: { a: { component: 'A' } },
    connections: [{ src: { process: 'a', port: 'out' }, tgt: { process: 'nobody', port: 'in' } }],
  });
  assert.throws(() => parseGraph(json, 'g.json'), /nobody/);
});

test('a file that is not there is named', async () => {
  await assert.rejects(readGraph('no-such.fbp'), /no-such\.fbp cannot be read/);
});

test('one edge reads as a person writes it', () => {
  assert.deepEqual(parseEdge('resize out -> IN caption'), {
    from: { role: 'resize', port: 'out' },
    to: { role: 'caption', port: 'in' },
  });
});

test('what is no edge, or more than one, is refused with an example', () => {
  for (const text of ['', 'resize', 'resize OUT caption', 'a OUT -> IN b OUT -> IN c', "'5' -> IN a", 'a -> b ->']) {
    assert.throws(() => parseEdge(text), /an edge such as 'resize OUT -> IN caption' was expected/, text);
  }
});
