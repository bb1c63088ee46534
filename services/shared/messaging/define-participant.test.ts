import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { defineParticipant } from './define-participant.ts';

const Numbered = z.object({ n: z.number() });
const about = { role: 'double', component: 'Double', label: 'Doubles a number' };

test('a definition is returned as it is', () => {
  const outports = { out: { schema: Numbered }, error: {} };
  const definition = defineParticipant({
    ...about,
    attempts: 3,
    inports: {
      in: { schema: Numbered, handle: ({ data }) => ({ port: 'out', data: { n: data.n * 2 } }) },
      topic: { schema: Numbered, perReplica: true, handle: () => {} },
    },
    outports,
  });
  assert.equal(definition.attempts, 3);
  assert.deepEqual(Object.keys(definition.inports), ['in', 'topic']);
  assert.equal(definition.outports, outports);
});

test('the compiler refuses an answer on a port that is not there, and data that the port does not promise', () => {
  const inport = { schema: Numbered };
  const outports = { out: { schema: Numbered } };
  defineParticipant({
    ...about,
    // @ts-expect-error there is no port named oops
    inports: { in: { ...inport, handle: () => ({ port: 'oops', data: { n: 1 } }) } },
    outports,
  });
  defineParticipant({
    ...about,
    // @ts-expect-error n is a number
    inports: { in: { ...inport, handle: ({ data }) => ({ port: 'out', data: { n: `${data.n}` } }) } },
    outports,
  });
  defineParticipant({
    ...about,
    // @ts-expect-error the message has no m
    inports: { in: { ...inport, handle: ({ data }) => ({ port: 'out', data: { n: data.m } }) } },
    outports,
  });
});

test('what is wrong with a definition is said by name', () => {
  const handle = () => undefined;
  const inport = (more: object) => ({ inports: { in: { schema: Numbered, handle, ...more } }, outports: {} });
  const batch = (size: number) => ({ schema: Numbered, batch: { size, waitMs: 1 }, handleBatch: async () => [] });
  const wrong: [RegExp, object][] = [
    [/^role must be a name of letters, digits, - and _, got "a b"$/, { role: 'a b', inports: {}, outports: {} }],
    [/^double\.prefetch must be a whole number from 1 to 65535, got 0$/, { prefetch: 0, ...inport({}) }],
    [/^double\.inports\.in\.prefetch must be a whole number from 1 to 65535, got "10"$/, inport({ prefetch: '10' })],
    [/^double\.inports\.in\.attempts must be a whole number from 1 to 1000, got 1\.5$/, inport({ attempts: 1.5 })],
    [/^double\.inports\.in\.timeoutMs must be a whole number from 1 to 86400000, got -1$/, inport({ timeoutMs: -1 })],
    [
      /^a port of double\.inports must be named in lower case such as "in", got "IN"$/,
      { inports: { IN: {} }, outports: {} },
    ],
    [
      /^a port of double\.outports must be named in lower case such as "in", got "o ut"$/,
      { inports: {}, outports: { 'o ut': {} } },
    ],
    // A batch that the broker never hands out would wait for its time to be up, always.
    [
      /^double\.inports\.in\.batch\.size must be a whole number from 1 to 10, got 11$/,
      { inports: { in: batch(11) }, outports: {} },
    ],
  ];
  for (const [message, part] of wrong) {
    const definition = { ...about, ...part } as Parameters<typeof defineParticipant>[0];
    assert.throws(() => defineParticipant(definition), { name: 'TypeError', message });
  }
});
