// What stands for an edge on the broker, and what leads from one set of bindings to another.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edgesAmong } from '../../shared/messaging/bindings.ts';
import { edgeText } from '../graph/graph.ts';
import { parseGraph } from '../graph/parse.ts';
import { difference, type PortQueues, planBindings } from './bind-plan.ts';

/** Ports by role, such as `{ a: { out: ['a.OUT'] } }`; `in` and names that begin with it are in-ports. */
function announced(roles: Record<string, Record<string, string[]>>): PortQueues {
  const of = (role: string, direction: string, port: string): string[] | undefined =>
    port.startsWith('in') === (direction === 'inports') ? roles[role]?.[port] : undefined;
  return {
    queues: (role, direction, port) => of(role, direction, port) ?? [],
    lacks: (role, direction, port) => roles[role] !== undefined && of(role, direction, port) === undefined,
  };
}

const stage = (role: string) => ({ in: [`${role}.IN`], out: [`${role}.OUT`] });

/** `a OUT -> IN b: a.OUT>b.IN`, or what the edge waits for. `=>` is roundrobin, `†` dead letters. */
function plan(lines: string, ports: PortQueues): string[] {
  const components = [...new Set(lines.match(/\b[a-z]\b/g))].map((role) => `${role}(Work)`).join('\n');
  const graph = parseGraph(`${lines}\n${components}\n`, 'test.fbp');
  return planBindings(graph, ports).map(({ edge, bindings, waiting, final }) => {
    const texts = bindings.map(({ type, src, tgt, deadletter }) =>
      src === undefined ? `${tgt}†${deadletter}` : `${src}${type === 'roundrobin' ? '=>' : '>'}${tgt}`,
    );
    return `${edgeText(edge)}: ${waiting ?? texts.join(' ')}${final ? ' (final)' : ''}`;
  });
}

const abc = announced({ a: stage('a'), b: stage('b'), c: stage('c') });

test('an edge leads from the announced exchange to the announced queue', () => {
  const ports = announced({ a: { out: ['elsewhere'] }, b: { in: ['b/in'] } });
  assert.deepEqual(plan('a OUT -> IN b', ports), ['a OUT -> IN b: elsewhere>b/in']);
});

test('replicas with ports of their own are each led to, from each', () => {
  const ports = announced({ a: { out: ['a.OUT.1', 'a.OUT.2'] }, b: { in: ['b.IN.1', 'b.IN.2'] } });
  const [line] = plan('a OUT -> IN b', ports);
  assert.equal(line, 'a OUT -> IN b: a.OUT.1>b.IN.1 a.OUT.1>b.IN.2 a.OUT.2>b.IN.1 a.OUT.2>b.IN.2');
});

test('fan-out, fan-in, cycles and self-loops are edges like any other', () => {
  assert.deepEqual(plan('a OUT -> IN b\na OUT -> IN c\nb OUT -> IN c\nc OUT -> IN a\nb OUT -> IN b', abc), [
    'a OUT -> IN b: a.OUT>b.IN',
    'a OUT -> IN c: a.OUT>c.IN',
    'b OUT -> IN c: b.OUT>c.IN',
    'c OUT -> IN a: c.OUT>a.IN',
    'b OUT -> IN b: b.OUT>b.IN',
  ]);
});

test('an edge waits for roles that are not there, and says which', () => {
  const onlyA = announced({ a: stage('a') });
  assert.deepEqual(plan('a OUT -> IN b\nb OUT -> IN c', onlyA), [
    'a OUT -> IN b: b has not announced itself',
    'b OUT -> IN c: b has not announced itself, and c has not announced itself',
  ]);
});

test('nobody waits for a port that a role which is there does not have', () => {
  assert.deepEqual(plan('a OUT -> INTO b\na OTHER -> IN b\na OTHER -> IN d', abc), [
    'a OUT -> INTO b: b has no in-port INTO (final)',
    'a OTHER -> IN b: a has no out-port OTHER (final)',
    'a OTHER -> IN d: a has no out-port OTHER, and d has not announced itself (final)',
  ]);
});

test('a RoundRobin is the edge between what leads to it and what it leads to, with its dead letters', () => {
  const lines = 'a OUT -> IN deal(msgflo/RoundRobin) OUT -> IN b\ndeal DEADLETTER -> IN c';
  assert.deepEqual(plan(lines, abc), [
    'a OUT -> IN deal: a.OUT=>b.IN',
    'deal OUT -> IN b: a.OUT=>b.IN',
    'deal DEADLETTER -> IN c: b.IN†c.IN',
  ]);
});

test('a RoundRobin with several edges in and out leads from each to each', () => {
  const lines =
    'a OUT -> IN deal(msgflo/RoundRobin) OUT -> IN b\nb OUT -> IN deal OUT -> IN c\ndeal DEADLETTER -> IN a';
  assert.deepEqual(plan(lines, abc), [
    'a OUT -> IN deal: a.OUT=>b.IN a.OUT=>c.IN',
    'deal OUT -> IN b: a.OUT=>b.IN b.OUT=>b.IN',
    'b OUT -> IN deal: b.OUT=>b.IN b.OUT=>c.IN',
    'deal OUT -> IN c: a.OUT=>c.IN b.OUT=>c.IN',
    'deal DEADLETTER -> IN a: b.IN†a.IN c.IN†a.IN',
  ]);
});

test('a RoundRobin waits for what is behind it', () => {
  const withoutB = announced({ a: stage('a'), c: stage('c') });
  const lines = 'a OUT -> IN deal(msgflo/RoundRobin) OUT -> IN b\ndeal DEADLETTER -> IN c';
  assert.deepEqual(plan(lines, withoutB), [
    'a OUT -> IN deal: b has not announced itself',
    'deal OUT -> IN b: b has not announced itself',
    'deal DEADLETTER -> IN c: b has not announced itself',
  ]);
});

test('a RoundRobin that leads nowhere, or to another, is no edge, and says so', () => {
  const deal = 'deal(msgflo/RoundRobin)';
  assert.deepEqual(plan(`a OUT -> IN ${deal}`, abc), ['a OUT -> IN deal: deal leads nowhere (final)']);
  assert.deepEqual(plan(`${deal} OUT -> IN b`, abc), ['deal OUT -> IN b: nothing leads to deal (final)']);
  assert.deepEqual(plan(`${deal} OUT -> IN more(msgflo/RoundRobin)`, abc), [
    'deal OUT -> IN more: deal and more are both msgflo/RoundRobin: one cannot lead to the other (final)',
  ]);
});

const pubsub = (src: string, tgt: string) => ({ type: 'pubsub', src, tgt });

test('the difference is what is missing and what is too much, each once', () => {
  const current = [pubsub('a', 'x'), { src: 'a', tgt: 'y' }];
  const wanted = [pubsub('a', 'y'), pubsub('b', 'x'), pubsub('b', 'x')];
  assert.deepEqual(difference(current, wanted), { add: [pubsub('b', 'x')], remove: [pubsub('a', 'x')] });
});

test('a binding stays while one edge of several stands for it', () => {
  const ports = announced({ a: { out: ['a.OUT'] }, b: { in: ['b.IN'] } });
  const bindings = (lines: string) =>
    planBindings(parseGraph(lines, 'test.fbp'), ports).flatMap((planned) => planned.bindings);
  const both = bindings('a(A) OUT[1] -> IN b(B)\na OUT[2] -> IN b');
  assert.deepEqual(difference(both, bindings('a(A) OUT[2] -> IN b(B)')), { add: [], remove: [] });
});

test('a queue keeps its dead letters while another edge to it wants them', () => {
  const deal = (src: string) => ({ type: 'roundrobin', src, tgt: 'x', deadletter: 'z' });
  assert.deepEqual(difference([deal('a'), deal('b')], [deal('b')]), {
    add: [],
    remove: [{ type: 'roundrobin', src: 'a', tgt: 'x' }],
  });
  assert.deepEqual(difference([deal('b')], []).remove, [
    { type: 'roundrobin', src: 'b', tgt: 'x' },
    { type: 'roundrobin', tgt: 'x', deadletter: 'z' },
  ]);
});

test('what the broker lists for a plan that was made does not differ from the plan', () => {
  const lines = 'a(A) OUT -> IN deal(msgflo/RoundRobin) OUT -> IN b(B)\ndeal DEADLETTER -> IN c(C)\na OUT -> IN c';
  const wanted = planBindings(parseGraph(lines, 'test.fbp'), abc).flatMap(({ bindings }) => bindings);
  const bound = (source: string, destination: string, type: 'queue' | 'exchange' = 'queue') => ({
    source,
    destination,
    destination_type: type,
    routing_key: source === '' ? destination : '',
  });
  const listed = edgesAmong([
    ...['b.IN', 'c.IN', 'dead-b.IN'].map((queue) => bound('', queue)),
    bound('dead-b.IN', 'dead-b.IN'),
    bound('dead-b.IN', 'c.IN'),
    bound('a.OUT', 'out-a.OUT', 'exchange'),
    bound('out-a.OUT', 'b.IN'),
    bound('a.OUT', 'c.IN'),
  ]);
  assert.deepEqual(difference(listed, wanted), { add: [], remove: [] });
});
