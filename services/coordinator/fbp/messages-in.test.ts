import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFrame } from './messages-in.ts';

const read = (frame: unknown) =>
  readFrame(typeof frame === 'string' ? frame : JSON.stringify(frame), (given) => given === 's');
const refusal = (frame: unknown): string => {
  const answer = read(frame);
  return 'refused' in answer ? `${answer.protocol}: ${answer.refused}` : 'it was taken';
};

test('a request is read with its id, and without what it has no key for', () => {
  assert.deepEqual(
    read({
      protocol: 'graph',
      command: 'addnode',
      requestId: '7',
      secret: 's',
      payload: { id: 'a', component: 'A', graph: 'g', secret: 's', baseDir: '/' },
    }),
    {
      protocol: 'graph',
      requestId: '7',
      authorized: true,
      command: { name: 'graph:addnode', payload: { id: 'a', component: 'A', graph: 'g', metadata: {} } },
    },
  );
});

test('ports are lower case, as participants announce them', () => {
  const answer = read({
    protocol: 'graph',
    command: 'removeinitial',
    secret: 's',
    payload: { tgt: { node: 'A', port: 'IN', index: 1 }, graph: 'g' },
  });
  assert.deepEqual('command' in answer && answer.command.payload, {
    tgt: { role: 'A', port: 'in', index: 1 },
    graph: 'g',
  });
});

test('a refusal is one of the protocol that was meant, and of the request', () => {
  const unknown = { protocol: 'trace', command: 'constructor', requestId: 'id' };
  assert.equal(refusal(unknown), 'trace: the protocol trace has no command "constructor"');
  assert.equal(read(unknown).requestId, 'id');
  assert.equal(refusal({ protocol: '__proto__', command: 'x' }), 'runtime: there is no protocol "__proto__"');
  assert.equal(refusal('{'), 'runtime: the message is not JSON');
  assert.match(refusal([]), /^runtime: not a message of the FBP protocol/);
  assert.match(refusal({ protocol: 'network', command: 7 }), /^network: not a message of the FBP protocol: command/);
});

test('the secret is wanted before anything is said about the payload', () => {
  assert.equal(
    refusal({ protocol: 'graph', command: 'addnode', payload: {} }),
    'graph: graph:addnode wants the secret',
  );
});

test('a request without its graph is known by the text that clients know', () => {
  for (const [protocol, command] of [
    ['graph', 'addnode'],
    ['network', 'start'],
    ['trace', 'stop'],
  ]) {
    assert.equal(refusal({ protocol, command, secret: 's' }), `${protocol}: No graph specified`);
  }
});

test('what is nested too deep is refused, without running out of stack', () => {
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  const frame = `{"protocol":"graph","command":"addinitial","secret":"s","payload":${deep}}`;
  assert.match(refusal(frame), /nested deeper than 100 levels/);
});

test('a name that would break a line of a graph file is refused', () => {
  for (const id of ['a\nb', 'a\u0000', '\u2028', '', 'x'.repeat(201)]) {
    const payload = { id, component: 'A', graph: 'g' };
    assert.match(refusal({ protocol: 'graph', command: 'addnode', secret: 's', payload }), /^graph: payload: id: /);
  }
});
