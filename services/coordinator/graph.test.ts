import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edgeText, GraphError, parseGraph, readGraph } from './graph.ts';

test('the graph of the lab reads as the roles and edges that its file shows', async () => {
  const graph = await readGraph(new URL('../../service.fbp', import.meta.url).pathname);
  assert.deepEqual(Object.fromEntries(graph.roles), {
    web: 'HttpApi',
    resize: 'ResizeImage',
    caption: 'CaptionImage',
    store: 'StoreResult',
  });
  assert.ok(graph.edges.map(edgeText).includes('caption OUT -> IN store'));
});

test('an edge is written as it is read', () => {
  const { edges } = parseGraph('a(A) OUT -> IN b(B)', 'g.fbp');
  assert.deepEqual(edges.map(edgeText), ['a OUT -> IN b']);
});

test('a syntax error is reported with file, line and column', () => {
  assert.throws(
    () => parseGraph('a(A) OUT -> IN b(B)\nb OUT => IN c(C)', 'service.fbp'),
    (error) => error instanceof GraphError && error.message.startsWith('service.fbp:2:'),
  );
});

test('a graph may be JSON', () => {
  const json = JSON.stringify({
    processes: { a: { component: 'A' }, b: { component: 'B' } },
    connections: [{ src: { process: 'a', port: 'out' }, tgt: { process: 'b', port: 'in' } }],
  });
  assert.deepEqual(parseGraph(json, 'g.json').edges.map(edgeText), ['a OUT -> IN b']);
});

test('JSON that is no graph is refused with the place', () => {
  assert.throws(
    () => parseGraph('{"processes":{"a":{}},"connections":[]}', 'g.json'),
    /g\.json: processes\.a\.component/,
  );
});

test('a file that is not there is named', async () => {
  await assert.rejects(readGraph('no-such.fbp'), /no-such\.fbp cannot be read/);
});
