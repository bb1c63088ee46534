import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReplicaView, ServiceView } from '../lab-view.ts';
import { chooseVictims, draw, isWholeService, namesOf } from './victims.ts';

const replica = (name: string, more: Partial<ReplicaView> = {}): ReplicaView => ({
  name,
  state: 'healthy',
  detail: '',
  ...more,
});
const resize: ServiceView = {
  name: 'resize',
  replicas: [
    replica('lab-resize-1'),
    replica('lab-resize-2', { state: 'down' }),
    replica('lab-resize-3', { paused: true }),
    replica('lab-resize-4', { state: 'starting' }),
  ],
};
const choose = (more: { n?: number; replica?: string } = {}) =>
  chooseVictims([resize], { target: { service: 'resize', replica: more.replica }, n: more.n, seed: 1, turn: 0 });

test('only who runs can be hit', () => {
  assert.equal(namesOf(choose()), 'resize-1 and resize-4');
  assert.deepEqual(choose({ replica: 'lab-resize-3' }), []);
  assert.equal(choose({ n: 9 }).length, 2);
});

test('a number of a single replica is refused', () => {
  assert.throws(() => choose({ replica: 'lab-resize-1', n: 1 }), /--n is for a service; lab-resize-1 is one replica/);
});

test('all of a service are one command, some of it are not', () => {
  assert.equal(isWholeService([resize], choose()), false);
  const whole = { ...resize, replicas: [resize.replicas[0]!] };
  assert.equal(isWholeService([whole], [{ service: 'resize', replica: 'lab-resize-1' }]), true);
});

test('the same seed draws the same ones, each turn others', () => {
  const from = Array.from({ length: 20 }, (_, i) => i);
  assert.deepEqual(draw(from, 5, { seed: 7, turn: 0 }), draw(from, 5, { seed: 7, turn: 0 }));
  assert.notDeepEqual(draw(from, 5, { seed: 7, turn: 0 }), draw(from, 5, { seed: 7, turn: 1 }));
});

test('each is drawn as often as any other', () => {
  const counts = [0, 0, 0, 0];
  for (let turn = 0; turn < 4000; turn += 1) {
    for (const index of draw([0, 1, 2, 3], 1, { seed: 7, turn })) counts[index]! += 1;
  }
  assert.ok(
    counts.every((count) => count > 900 && count < 1100),
    String(counts),
  );
});
