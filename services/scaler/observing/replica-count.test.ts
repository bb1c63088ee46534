import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlatformReplica } from './platform-client.ts';
import { createReplicaCount } from './replica-count.ts';

const replica = (more: Partial<PlatformReplica>): PlatformReplica => ({
  id: 'a',
  name: 'resize-a',
  service: 'resize',
  role: 'resize',
  state: 'ready',
  since: 100,
  requestedAt: 99,
  paused: false,
  cut: false,
  crashLooping: false,
  restarts: 0,
  ...more,
});
const none = new Set<string>();

test('capacity is what is ready and works: the paused, cut off, stuck and crash-looping are broken, the ended are nothing', () => {
  const list = [
    replica({ id: 'a' }),
    replica({ id: 'b', paused: true }),
    replica({ id: 'c', cut: true }),
    replica({ id: 'd', name: 'resize-d' }),
    replica({ id: 'e', state: 'dead', crashLooping: true }),
    replica({ id: 'f', state: 'dead' }),
    replica({ id: 'g', state: 'exited' }),
    replica({ id: 'h', state: 'draining' }),
    replica({ id: 'i', state: 'starting', requestedAt: 107 }),
  ];
  const reading = createReplicaCount().add(list, new Set(['resize-d']));
  assert.deepEqual(reading, { ready: 1, starting: [107], draining: 1, broken: 4 });
});

test('a boot is counted once, from the request until it consumes, also where nobody saw it booting', () => {
  const count = createReplicaCount();
  assert.equal(count.add([replica({ id: 'a' })], none).boots, undefined);
  const list = [replica({ id: 'a' }), replica({ id: 'b', requestedAt: 120, since: 120.4 })];
  assert.deepEqual(
    count.add(list, none).boots?.map((seconds) => seconds.toFixed(1)),
    ['0.4'],
  );
  assert.equal(count.add(list, none).boots, undefined);
});

test('a replica that was started again boots again', () => {
  const count = createReplicaCount();
  count.add([replica({})], none);
  count.add([replica({ state: 'starting', requestedAt: 130 })], none);
  assert.deepEqual(count.add([replica({ requestedAt: 130, since: 133 })], none).boots, [3]);
});
