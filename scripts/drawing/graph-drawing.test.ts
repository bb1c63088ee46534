import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { EdgeView, GraphView } from '../../services/coordinator/http/graph-view.ts';
import { drawGraph, hasUnicode } from './graph-drawing.ts';

const edge = (text: string, more: Partial<EdgeView> = {}): EdgeView => ({
  edge: text,
  state: 'bound',
  type: 'pubsub',
  bindings: [],
  ...more,
});

function view(roles: readonly string[], edges: readonly EdgeView[], more: Partial<GraphView> = {}): GraphView {
  const nodes = roles.map((role) => ({ role, component: role.toUpperCase(), metadata: {}, up: 1 }));
  return {
    id: 'service',
    file: 'service.fbp',
    started: true,
    nodes,
    edges: [...edges],
    initials: [],
    inports: [],
    outports: [],
    groups: [],
    foreign: [],
    ...more,
  };
}

const draw = (graph: GraphView, { width = 100, unicode = true } = {}): string =>
  stripVTControlCharacters(drawGraph(graph, { width, unicode }));

/** Without the heading. */
const picture = (graph: GraphView, options = {}): string => draw(graph, options).split('\n\n').slice(1).join('\n\n');

const LAB: GraphView = {
  ...view(
    [],
    [
      edge('web IMAGES -> IN resize'),
      edge('resize OUT -> IN caption'),
      edge('caption OUT -> IN store'),
      edge('resize ERROR -> IN store'),
      edge('caption ERROR -> IN store'),
      edge('store OUT -> RESULTS web'),
      edge('web CANCEL -> CANCEL resize'),
      edge('web CANCEL -> CANCEL caption'),
    ],
  ),
  nodes: [
    { role: 'web', component: 'HttpApi', metadata: {}, up: 1 },
    { role: 'resize', component: 'ResizeImage', metadata: {}, up: 2 },
    { role: 'caption', component: 'CaptionImage', metadata: {}, up: 1 },
    { role: 'store', component: 'StoreResult', metadata: {}, up: 0 },
  ],
};

test('the graph of the lab fits a terminal of 80 columns, the way of the work from left to right', () => {
  assert.equal(
    draw(LAB, { width: 80 }),
    `service (service.fbp)   4 roles, 8 edges: bound

┌─────────┐         ┌─────────────┐       ┌──────────────┐       ┌─────────────┐
│ web     │ IMAGES  │ resize      │ OUT   │ caption      │ OUT   │ store       │
│ HttpApi ├────────►│ ResizeImage ├──────►│ CaptionImage ├──────►│ StoreResult │
│ 1 up    │      IN │ 2 up        │    IN │ 1 up         │    IN │ none up     │
└───▲─┬───┘         └─────▲─┬─────┘       └─────▲─┬──────┘       └─────▲─┬─────┘
    │ └CANCEL───────CANCEL┴─┼─────────────CANCEL┘ │                    │ │
    │                       └ERROR───────────ERROR┴──────────────────IN┘ │
    └RESULTS──────────────────────────────────────────────────────────OUT┘`,
  );
});

test('a fan-out is one line to all that hear it', () => {
  const graph = view(['a', 'b', 'c', 'd'], [edge('a OUT -> IN b'), edge('a OUT -> IN c'), edge('a OUT -> IN d')]);
  assert.equal(
    picture(graph, { width: 60 }),
    `
┌──────┐         ┌──────┐         ┌──────┐         ┌──────┐
│ a    │ OUT     │ b    │         │ c    │         │ d    │
│ A    ├────────►│ B    │         │ C    │         │ D    │
│ 1 up │      IN │ 1 up │         │ 1 up │         │ 1 up │
└──┬───┘         └──────┘         └──▲───┘         └──▲───┘
   └OUT────────────────────────────IN┴──────────────IN┘`.trimStart(),
  );
});

test('an edge that waits is dashed, and its reason stands below', () => {
  const graph = view(['a', 'b'], [edge('a OUT -> IN b', { state: 'waiting', why: 'b has not announced itself' })]);
  const text = draw(graph);
  assert.match(text, /2 roles, 1 edge: 0 bound, 1 waiting/);
  assert.match(text, /├╌+►│/);
  assert.match(text, /^waiting\n {2}a OUT -> IN b {2}b has not announced itself$/m);
});

test('where the locale is not UTF-8, it is plain ASCII', () => {
  assert.deepEqual(
    [{ LANG: 'en_GB.UTF-8' }, { LANG: 'en_GB.UTF-8', LC_ALL: 'C' }, { LC_CTYPE: 'C.utf8' }, {}].map(hasUnicode),
    [true, false, true, false],
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  assert.match(draw(LAB, { width: 60, unicode: false }), /^[\u0000-\u007f]*$/);
});

test('what the picture does not show is told below it', () => {
  const graph = view(['a', 'b'], [edge('a OUT -> IN b', { type: 'roundrobin' })], {
    started: false,
    problem: 'service.fbp:3:1: Expected "->"',
    initials: [{ data: 5, to: 'a.LIMIT', text: "'5' -> LIMIT a" }],
    inports: [{ public: 'pictures', to: 'a.IN' }],
    outports: [{ public: 'results', from: 'b.OUT' }],
    groups: [{ name: 'both', roles: ['a', 'b'] }],
    foreign: [{ src: 'a.OUT', tgt: 'other.IN', type: 'pubsub' }],
  });
  const text = draw(graph);
  assert.match(text, /stopped: its roles take no work/);
  for (const line of [
    'the file is not live: service.fbp:3:1: Expected "->"',
    'dealt out (roundrobin)\n  a OUT -> IN b',
    "sent at the start\n  '5' -> LIMIT a",
    'ports of the whole graph\n  PICTURES -> a.IN\n  b.OUT -> RESULTS',
    'groups\n  both: a, b',
    'bound on the broker, and not in this graph\n  a.OUT -> other.IN',
  ]) {
    assert.ok(text.includes(line), `${line}\nin\n${text}`);
  }
});

test('a graph without roles says so', () => {
  assert.equal(draw(view([], [], { file: null })), 'service   0 roles, 0 edges');
});

test('names of others cannot move the cursor', () => {
  const graph = view(['a', 'b\u001b[2J'], [edge('a OUT -> IN b\u001b[2J', { state: 'waiting', why: '\u0007' })]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
  assert.doesNotMatch(drawGraph(graph, { width: 80, unicode: true }), /\u001b\[2J|\u0007/);
});

/** A small generator, so that a failure can be seen again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('in any graph and at any width, every role and both ports of every edge are to be read, and no line is too long', () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const next = random(seed);
    const roles = Array.from({ length: 1 + next(14) }, (_, i) => `role${i}`);
    const edges = Array.from({ length: next(24) }, (_, i) => {
      const long = next(5) === 0 ? 'LONGLONGLONG' : '';
      const [from, to] = [roles[next(roles.length)], roles[next(roles.length)]];
      return edge(`${from} O${long}${i}X -> I${i}${long}X ${to}`, next(4) === 0 ? { state: 'waiting', why: 'so' } : {});
    });
    const width = 40 + next(100);
    const text = draw(view(roles, edges), { width });
    const words = new Set(text.match(/[A-Za-z0-9]+/g));
    for (const { edge: whole } of edges) {
      for (const word of whole.split(' ').filter((one) => one !== '->')) {
        assert.ok(words.has(word), `${word} in graph ${seed}, ${width} columns:\n${text}`);
      }
    }
    for (const role of roles) assert.ok(words.has(role), `${role} in graph ${seed}:\n${text}`);
    const longest = Math.max(
      ...text
        .split('\n')
        .slice(1)
        .map(({ length }) => length),
    );
    // A box that stands alone, with an arrow into it and one out of it, may need more than the narrowest terminal has.
    assert.ok(longest <= Math.max(width, 60), `${longest} of ${width} columns in graph ${seed}:\n${text}`);
  }
});
