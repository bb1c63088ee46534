import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Replica, ReplicaState } from './driver.ts';
import { firstToGo } from './scale-down.ts';

function candidate(id: string, state: ReplicaState, requestedAt: number, inHand?: number, crashLooping = false) {
  const replica: Replica = {
    id,
    name: `resize-${id}`,
    service: 'resize',
    state,
    since: requestedAt,
    requestedAt,
    paused: false,
    cut: false,
    restarts: 0,
  };
  return { replica, crashLooping, ...(inHand === undefined ? {} : { inHand }) };
}

const order = (...candidates: ReturnType<typeof candidate>[]) => firstToGo(candidates).map(({ id }) => id);

test('those that still boot go before those that are idle, and those before the busy ones', () => {
  const all = [candidate('busy', 'ready', 3, 2), candidate('idle', 'ready', 1, 0), candidate('boots', 'starting', 2)];
  assert.deepEqual(order(...all), ['boots', 'idle', 'busy']);
});

test('one that does not say what it has in hand counts as the busiest', () => {
  assert.deepEqual(order(candidate('silent', 'ready', 3), candidate('busy', 'ready', 1, 900)), ['busy', 'silent']);
});

test('among equals the newest goes first', () => {
  assert.deepEqual(order(candidate('old', 'ready', 1, 0), candidate('new', 'ready', 2, 0)), ['new', 'old']);
});

test('a crash-looping one goes before all others', () => {
  assert.deepEqual(order(candidate('boots', 'starting', 9), candidate('loops', 'ready', 1, 5, true)), [
    'loops',
    'boots',
  ]);
});
