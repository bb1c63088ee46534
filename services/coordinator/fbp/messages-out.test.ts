import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataMessage, errorMessage, graphMessage, messageText } from './messages-out.ts';

test('metadata of a graph file are told as the schemas want them, whatever the file says', () => {
  const metadata = { x: 12.5, y: '40', z: 'left', schema: 7 };
  const node = graphMessage('g', { do: 'addnode', node: { role: 'a', component: 'A', metadata } });
  assert.deepEqual(node.payload, {
    id: 'a',
    component: 'A',
    metadata: { x: 13, y: 40, z: 'left', schema: 7 },
    graph: 'g',
  });
  const ends = { from: { role: 'a', port: 'out' }, to: { role: 'b', port: 'in' } };
  const odd = { route: 'north', schema: 7, secure: 'yes', note: 1 };
  const edge = graphMessage('g', { do: 'addedge', edge: { ...ends, metadata: odd } });
  assert.deepEqual((edge.payload as { metadata: object }).metadata, { note: 1 });
});

test('edges in data have the names that upstream gives them', () => {
  const to = { role: 'World', port: 'in' };
  const id = (from: Parameters<typeof dataMessage>[1]): string =>
    (dataMessage('g', from, to, 1).payload as { id: string }).id;
  assert.equal(id({ role: 'Hello', port: 'out' }), 'Hello() OUT -> IN World()');
  assert.equal(id({ role: 'Hello', port: 'out', index: 2 }), 'Hello() OUT[2] -> IN World()');
  assert.equal(id(undefined), 'DATA -> IN World()');
});

test('an error names its graph only where the schema has a place for it', () => {
  assert.deepEqual(errorMessage('network', 'why', 'g').payload, { message: 'why', graph: 'g' });
  for (const protocol of ['graph', 'runtime', 'component', 'trace'] as const) {
    assert.deepEqual(errorMessage(protocol, 'why', 'g').payload, { message: 'why' });
  }
});

test('an answer says which request it answers, other messages do not', () => {
  const message = errorMessage('graph', 'why');
  assert.equal(JSON.parse(messageText(message, 'id')).responseTo, 'id');
  assert.equal('responseTo' in JSON.parse(messageText(message)), false);
});
