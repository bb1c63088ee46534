import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyChanges } from './change.ts';
import { edgeText } from './graph.ts';
import { parseEdge, parseGraph } from './parse.ts';
import { graphJson, graphText, rewriteText, sameGraph } from './write.ts';

const TEXT = `# How it is wired.

# The way of a picture.
web(HttpApi) IMAGES -> IN resize(ResizeImage)
resize OUT -> IN caption(CaptionImage)
caption OUT -> IN store(StoreResult)   # at last

# A failure is a result, too.
resize ERROR -> IN store
'5' -> LIMIT resize
`;
const EVERYTHING = [
  'INPORT=b.IN:WORK',
  'OUTPORT=c.OUT:DONE',
  'a(A:x=10,y=20) OUT -> IN b(B) OUT[1] -> IN[2] c(C)',
  "'5' -> LIMIT b",
  '{ "deep": [1] } -> CONFIG b',
].join('\n');

test('a graph that is written as text reads back as the same graph', () => {
  const graph = parseGraph(EVERYTHING, 'g.fbp');
  assert.ok(sameGraph(parseGraph(graphText(graph), 'g.fbp'), graph));
});

test('a graph that is written as JSON reads back whole', () => {
  const graph = applyChanges(parseGraph(EVERYTHING, 'g.fbp'), [
    { do: 'addgroup', group: { name: 'both', roles: ['a', 'b'], metadata: { color: 1 } } },
    { do: 'changeedge', ...parseEdge('a OUT -> IN b'), metadata: { route: 3 } },
  ]).graph;
  assert.deepEqual(parseGraph(JSON.stringify(graphJson(graph)), 'g.json'), graph);
});

test('an edge that is gone takes its line along, and every comment stays', () => {
  const before = parseGraph(TEXT, 'service.fbp');
  const { graph } = applyChanges(before, [{ do: 'removeedge', ...parseEdge('resize ERROR -> IN store') }]);
  assert.equal(rewriteText(TEXT, graph, 'service.fbp'), TEXT.replace('resize ERROR -> IN store\n', ''));
});

test('a new edge stands at the end', () => {
  const before = parseGraph(TEXT, 'service.fbp');
  const { graph } = applyChanges(before, [{ do: 'addedge', edge: parseEdge('resize OUT -> IN store') }]);
  assert.equal(rewriteText(TEXT, graph, 'service.fbp'), `${TEXT}resize OUT -> IN store\n`);
});

test('a role keeps its component when the line that named it goes', () => {
  const before = parseGraph(TEXT, 'service.fbp');
  const { graph } = applyChanges(before, [
    { do: 'addedge', edge: parseEdge('web IMAGES -> IN caption') },
    { do: 'removeedge', ...parseEdge('resize OUT -> IN caption') },
  ]);
  const text = rewriteText(TEXT, graph, 'service.fbp');
  assert.ok(sameGraph(parseGraph(text, 'service.fbp'), graph), text);
  assert.match(text, /# A failure is a result, too\./);
});

test('the comments stay when the line goes that named a role which stands elsewhere', () => {
  const before = parseGraph(TEXT, 'service.fbp');
  const { graph } = applyChanges(before, [
    { do: 'addedge', edge: parseEdge('resize OUT -> IN store') },
    { do: 'removeedge', ...parseEdge('resize OUT -> IN caption') },
  ]);
  const text = rewriteText(TEXT, graph, 'service.fbp');
  assert.equal(
    text,
    `${TEXT.replace('resize OUT -> IN caption(CaptionImage)\n', '').replace('caption OUT', 'caption(CaptionImage) OUT')}resize OUT -> IN store\n`,
  );
});

test('a graph that says the same leaves the text as it is', () => {
  assert.equal(rewriteText(TEXT, parseGraph(TEXT, 'service.fbp'), 'service.fbp'), TEXT);
});

test('whatever is changed, the text that comes out says what the graph says', () => {
  // Every pair of edges taken away in turn, and every role.
  const before = parseGraph(TEXT, 'service.fbp');
  for (const one of before.edges) {
    for (const other of before.edges) {
      const changes = [one, ...(other === one ? [] : [other])].map(
        ({ from, to }) => ({ do: 'removeedge', from, to }) as const,
      );
      const { graph } = applyChanges(before, changes);
      const text = rewriteText(TEXT, graph, 'service.fbp');
      assert.match(text, /# A failure is a result, too\./);
      assert.ok(sameGraph(parseGraph(text, 'service.fbp'), graph), `${changes.map(edgeText)}\n${text}`);
    }
  }
  for (const role of before.nodes.keys()) {
    const { graph } = applyChanges(before, [{ do: 'removenode', role }]);
    const text = rewriteText(TEXT, graph, 'service.fbp');
    assert.ok(sameGraph(parseGraph(text, 'service.fbp'), graph), `without ${role}\n${text}`);
  }
});
