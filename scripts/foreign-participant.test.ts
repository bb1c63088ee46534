import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseGraph } from '../services/coordinator/graph/parse.ts';
import { CannotRun } from './command.ts';
import { parseForeignParticipant, readForeignParticipant } from './foreign-participant.ts';
import { roleEdges } from './role-edges.ts';

const minimal = 'component: Shout\ninports:\n  in:\n';

const queues = (yaml: string, options?: { role?: string }) => {
  const { inports, outports } = parseForeignParticipant(yaml, 'shout.yaml', options);
  return [...inports, ...outports].map(({ queue }) => queue);
};

test('ports have the queues of the wire contract unless they name others', () => {
  const yaml = 'component: Shout\nrole: loud\ninports:\n  in:\n  more: { queue: some/queue }\noutports:\n  out: {}\n';
  assert.deepEqual(queues(yaml), ['loud.IN', 'some/queue', 'loud.OUT']);
});

test('the role is the one given, else the one in the file, else the name of the file', () => {
  assert.deepEqual(queues(minimal), ['shout.IN']);
  assert.deepEqual(queues(`role: loud\n${minimal}`), ['loud.IN']);
  assert.deepEqual(queues(`role: loud\n${minimal}`, { role: 'soft' }), ['soft.IN']);
});

test('#ROLE in the name of a queue stands for the role, as upstream has it', () => {
  assert.deepEqual(queues("component: c\ninports:\n  open: { queue: '#ROLE/open' }\n", { role: 'tv' }), ['tv/open']);
});

test('ports may be a list', () => {
  assert.deepEqual(queues('component: c\nrole: r\noutports: [{ id: a }, { id: b, queue: q }]\n'), ['r.A', 'q']);
});

test('a hidden port is left out, but for one with a queue of its own', () => {
  assert.deepEqual(
    queues('component: c\nrole: r\ninports: { a: { hidden: true }, b: { hidden: true, queue: q }, c: {} }\n'),
    ['q', 'r.C'],
  );
});

test('announced twice, a participant has the same id', () => {
  const read = () => parseForeignParticipant(minimal, 'shout.yaml').id;
  assert.equal(read(), 'shout-Shout');
  assert.equal(read(), read());
});

test('all that a port says of itself is announced', () => {
  const port = { type: 'string', queue: 'q', description: 'what is shouted', schema: { type: 'string' } };
  const [announced] = parseForeignParticipant(
    JSON.stringify({ component: 'c', inports: { in: port } }),
    'r.yaml',
  ).inports;
  assert.deepEqual(announced, { id: 'in', ...port });
});

test('the example is one', () => {
  const file = fileURLToPath(new URL('../examples/foreign/caption.yaml', import.meta.url));
  assert.equal(readForeignParticipant(file).id, 'caption-CaptionImage');
});

test('a bad file is refused with the field, what was expected, and what is there', () => {
  const cases: [string, string][] = [
    ['', 'expected a map with component, role, id, label, icon, inports, outports, got nothing'],
    ['- in', 'expected a map with component, role, id, label, icon, inports, outports, got ["in"]'],
    ['inports: { in: }', 'component: expected text, got nothing'],
    ['component: 7\ninports: { in: }', 'component: expected text, got 7'],
    ['component: ""\ninports: { in: }', 'component: expected text, got ""'],
    ['component: c\nlabel:\ninports: { in: }', 'label: expected text, got nothing'],
    ['component: c', 'inports, outports: expected at least one port that can be wired, got none'],
    ['component: c\ninports: in', 'inports: expected ports by name, got "in"'],
    [
      'component: c\ninports: { in: 7 }',
      'inports.in: expected a port with id, type, queue, description, hidden, schema, options, got 7',
    ],
    [
      'component: c\ninports: { IN: }',
      'inports.IN.id: expected a port\'s name in lower case letters, digits and _, got "IN"',
    ],
    ['component: c\ninports: [{ queue: q }]', "inports.0.id: expected a port's name, got nothing"],
    ['component: c\ninports: [{ id: a }, { id: a }]', 'inports.a.id: expected a name that no other port has, got "a"'],
    ['component: c\noutports: { out: { queue: [] } }', 'outports.out.queue: expected text, got []'],
    ['component: c\noutports: { out: { hidden: "no" } }', 'outports.out.hidden: expected true or false, got "no"'],
    [
      'component: c\noutports: { out: { schema: 1 } }',
      'outports.out.schema: expected the address of a schema, or a schema, got 1',
    ],
    [
      'component: c\noutports: { out: { que: q } }',
      'outports.out.que: there is no such field, expected id, type, queue, description, hidden, schema, options',
    ],
    [
      'component: c\ninport: { in: }',
      'inport: there is no such field, expected component, role, id, label, icon, inports, outports',
    ],
    [
      'component: c\nrole: a.b\ninports: { in: }',
      'role: expected a role\'s name in letters, digits, _, - and /, got "a.b"',
    ],
    [
      'component: c\n inports: 1',
      'this is no YAML: Nested mappings are not allowed in compact mappings at line 1, column 12',
    ],
    ['a: 1\na: 2', 'this is no YAML: Map keys must be unique at line 2, column 1'],
  ];
  for (const [yaml, expected] of cases) {
    assert.throws(
      () => parseForeignParticipant(yaml, 'bad.yaml'),
      (error) => {
        assert.ok(error instanceof CannotRun);
        assert.equal(error.message, `bad.yaml: ${expected}`);
        return true;
      },
    );
  }
});

test('a queue whose name the broker would not take is refused', () => {
  const yaml = `component: c\ninports: { in: { queue: ${'q'.repeat(251)} } }`;
  assert.throws(
    () => parseForeignParticipant(yaml, 'bad.yaml'),
    /inports\.in\.queue: expected a name of at most 250 bytes/,
  );
});

test('a file that is not there is named', () => {
  assert.throws(() => readForeignParticipant('no-such.yaml'), /\/no-such\.yaml cannot be read: ENOENT/);
});

test('the edges that name a role are bound, not bound yet, or want a port that the file does not have', () => {
  const graph = parseGraph(
    'a(A) OUT -> IN r(R)\nr OUT -> IN b(B)\nb OUT -> MORE r\na OUT -> IN b\nr OUT -> HEARD a',
    'g.fbp',
  );
  const participant = parseForeignParticipant(
    'component: R\nrole: r\ninports: { in: }\noutports: { out: { queue: r/out } }',
    'r',
  );
  const binding = (source: string, destination: string) =>
    ({ source, destination, destination_type: 'queue', routing_key: '' }) as const;
  const bindings = [binding('a.OUT', 'r.IN'), binding('r.OUT', 'b.IN'), binding('r/out', 'a.HEARD.a-1')];
  assert.deepEqual(roleEdges(graph, participant, bindings), [
    { text: 'a OUT -> IN r', state: 'bound' },
    { text: 'r OUT -> IN b', state: 'not bound yet' },
    { text: 'b OUT -> MORE r', state: 'the file has no such port' },
    { text: 'r OUT -> HEARD a', state: 'bound' },
  ]);
});
