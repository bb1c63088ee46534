import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyChange, applyChanges, type Change, ChangeError, changesBetween } from './change.ts';
import { EMPTY_GRAPH, edgeText, type Graph } from './graph.ts';
import { parseEdge, parseGraph } from './parse.ts';
import { graphJson } from './write.ts';

const graph = parseGraph("a(A) OUT -> IN b(B) OUT -> IN c(C)\n'5' -> LIMIT b\nINPORT=b.IN:WORK", 'g.fbp');
const said = (changes: readonly Change[], from: Graph = graph): string[] =>
  applyChanges(from, changes).events.map((event) => event.do);

test('a role that goes takes its edges, data and exported ports along, and they are told first', () => {
  assert.deepEqual(said([{ do: 'removenode', role: 'b' }]), [
    'removeedge',
    'removeedge',
    'removeinitial',
    'removeinport',
    'removenode',
  ]);
});

test('the metadata of a role are merged, and null takes one away', () => {
  const changed = applyChanges(graph, [
    { do: 'changenode', role: 'a', metadata: { x: 1, y: 2 } },
    { do: 'changenode', role: 'a', metadata: { x: null, z: 3 } },
  ]);
  assert.deepEqual(changed.graph.nodes.get('a')?.metadata, { y: 2, z: 3 });
  assert.deepEqual(changed.events[1], { do: 'changenode', role: 'a', metadata: { y: 2, z: 3 } });
});

test('a renamed role keeps its edges, data, ports and groups', () => {
  const grouped = applyChange(graph, { do: 'addgroup', group: { name: 'g', roles: ['b'], metadata: {} } }).graph;
  const renamed = applyChange(grouped, { do: 'renamenode', from: 'b', to: 'middle' }).graph;
  assert.deepEqual(renamed.edges.map(edgeText), ['a OUT -> IN middle', 'middle OUT -> IN c']);
  assert.equal(renamed.initials[0]?.to.role, 'middle');
  assert.equal(renamed.inports[0]?.end.role, 'middle');
  assert.deepEqual(renamed.groups[0]?.roles, ['middle']);
});

test('a removed initial packet is told with its data', () => {
  const { events } = applyChange(graph, { do: 'removeinitial', to: { role: 'b', port: 'limit' } });
  assert.deepEqual(events, [{ do: 'removeinitial', initial: { data: '5', to: { role: 'b', port: 'limit' } } }]);
});

for (const [what, change, code] of [
  ['a role that is there', { do: 'addnode', node: { role: 'a', component: 'A', metadata: {} } }, 'exists'],
  ['an edge that is there', { do: 'addedge', edge: parseEdge('a OUT -> IN b') }, 'exists'],
  ['an edge to nobody', { do: 'addedge', edge: parseEdge('a OUT -> IN nobody') }, 'not-found'],
  ['taking away an edge that is not there', { do: 'removeedge', ...parseEdge('a OUT -> IN c') }, 'not-found'],
  ['renaming to a name that is taken', { do: 'renamenode', from: 'a', to: 'b' }, 'exists'],
  ['data for nobody', { do: 'addinitial', initial: { data: 1, to: { role: 'x', port: 'in' } } }, 'not-found'],
  ['a group with nobody in it', { do: 'addgroup', group: { name: 'g', roles: ['x'], metadata: {} } }, 'not-found'],
  ['taking away a port that is not exported', { do: 'removeoutport', public: 'work' }, 'not-found'],
] satisfies [string, Change, ChangeError['code']][]) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => applyChange(graph, change),
      (error) => error instanceof ChangeError && error.code === code,
    );
  });
}

test('of several changes all are made or none', () => {
  const changes: Change[] = [
    { do: 'removenode', role: 'a' },
    { do: 'removenode', role: 'nobody' },
  ];
  assert.throws(() => applyChanges(graph, changes), /there is no node nobody/);
  assert.equal(graph.nodes.size, 3);
});

test('the changes between two graphs lead from the one to the other', () => {
  const texts = [
    "a(A) OUT -> IN b(B) OUT -> IN c(C)\n'5' -> LIMIT b\nINPORT=b.IN:WORK",
    "a(A) OUT -> IN c(C)\n'6' -> LIMIT c\nOUTPORT=c.OUT:DONE",
    'a(Other) OUT -> IN b(B:x=1) OUT -> IN c(C)\nb OUT -> IN a',
    "lone(L)\n'5' -> LIMIT lone",
  ];
  const graphs = [EMPTY_GRAPH, ...texts.map((text) => parseGraph(text, 'g.fbp'))];
  const order = (one: Graph): unknown => {
    const json = graphJson(one) as { processes: object; connections: object[] };
    return {
      ...json,
      processes: Object.entries(json.processes).sort(),
      connections: json.connections.map((connection) => JSON.stringify(connection)).sort(),
    };
  };
  for (const from of graphs) {
    for (const to of graphs) {
      assert.deepEqual(order(applyChanges(from, changesBetween(from, to)).graph), order(to));
    }
  }
});

test('between a graph and itself there is nothing to change', () => {
  assert.deepEqual(changesBetween(graph, graph), []);
});

test('a new way is there before the old one goes', () => {
  const changes = changesBetween(graph, parseGraph('a(A) OUT -> IN c(C)\nb(B) OUT -> IN c', 'g.fbp'));
  const kinds = changes.map((change) => change.do).filter((kind) => kind.endsWith('edge'));
  assert.deepEqual(kinds, ['addedge', 'removeedge']);
});
