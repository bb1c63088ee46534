import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHostCpu } from './host-cpu.ts';

test('the host is as busy as its cores were since the last look', () => {
  const ticks = [
    { busy: 100, all: 1_000 },
    { busy: 250, all: 1_200 },
    { busy: 250, all: 1_200 },
  ];
  const hostCpu = createHostCpu(() => ticks.shift()!);
  assert.equal(hostCpu(), undefined, 'nothing is known of before the first look');
  assert.equal(hostCpu(), 0.75);
  assert.equal(hostCpu(), undefined, 'no time has passed');
});
