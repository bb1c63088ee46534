import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LimitReading } from '../deciding/types.ts';
import { createSaturation } from './saturation.ts';

/** A role with jobs waiting, looked at every 2 s. */
function role() {
  const saturation = createSaturation();
  let at = 0;
  let acked = 0;
  return {
    /** So many seconds with so many replicas that do so many jobs a second together. */
    runs(seconds: number, ready: number, rate: number, limits: LimitReading = {}, waiting = 100) {
      for (const end = at + seconds; at < end; ) {
        at += 2;
        acked += rate * 2;
        const queue = { sampledAt: at, waiting, inHand: ready, arrived: 0, acked: Math.round(acked), consumers: ready };
        saturation.add({ at, queue, replicas: { ready, starting: [], draining: 0, broken: 0 }, limits });
      }
      return saturation.state();
    },
    saturation,
    now: () => at,
  };
}

test('a vendor that goes on refusing calls for their rate is the bottleneck, with the numbers in the sentence', () => {
  const state = role().runs(30, 3, 20, { refusedShare: 0.3 });
  assert.deepEqual([state?.by, state?.at], ['vendor', 3]);
  assert.match(state!.because, /refuses 30 % of the calls/);
});

test('a few refused calls in one look are no limit', () => {
  const { runs } = role();
  runs(20, 2, 20, { refusedShare: 0 });
  assert.equal(runs(2, 2, 20, { refusedShare: 0.2 }), undefined);
});

test('a full host is the bottleneck', () => {
  const state = role().runs(30, 4, 20, { hostCpu: 0.99, replicaCpu: 0.5 });
  assert.deepEqual([state?.by, state?.at], ['host', 4]);
});

test('reports that come and go around the limit do not switch it on and off', () => {
  const { runs } = role();
  runs(30, 4, 20, { hostCpu: 0.99 });
  assert.equal(runs(30, 4, 20, { hostCpu: 0.9 })?.by, 'host');
  assert.equal(runs(30, 4, 20, { hostCpu: 0.7 }), undefined);
  assert.equal(runs(30, 4, 20, { hostCpu: 0.9 }), undefined);
});

test('workers that write into the database and do no more when they are more are bound by it', () => {
  const { runs } = role();
  const limits = { writesDatabase: true, replicaCpu: 0.2 };
  assert.equal(runs(40, 1, 200, limits), undefined);
  const state = runs(40, 2, 204, limits);
  assert.deepEqual([state?.by, state?.at], ['database', 2]);
  assert.match(state!.because, /2 replicas do 204\.\d\/s, 1 did 200\.\d\/s, and use 20 % of their CPU/);
});

test('what binds workers that report nothing is not guessed at', () => {
  const { runs } = role();
  runs(40, 1, 200);
  assert.equal(runs(40, 3, 200)?.by, 'unknown');
});

test('workers that do more when they are more are not saturated, whatever is reported', () => {
  const { runs } = role();
  runs(40, 1, 100, { hostCpu: 0.5 });
  assert.equal(runs(60, 2, 195, { hostCpu: 0.99 }), undefined);
});

test('a few jobs more or less are no evidence', () => {
  const { runs } = role();
  runs(40, 4, 0.5);
  assert.equal(runs(40, 5, 0.5), undefined);
});

test('throughput without jobs that wait says nothing of the workers', () => {
  const { runs } = role();
  runs(60, 1, 50, {}, 0);
  assert.equal(runs(60, 4, 50, {}, 0), undefined);
});

test('when no more jobs wait nothing is held against more workers', () => {
  const { runs } = role();
  runs(40, 1, 200);
  assert.equal(runs(40, 2, 200)?.at, 2);
  assert.equal(runs(30, 2, 150, {}, 0), undefined);
});

test('one more is tried after two minutes; where it brings nothing the limit stays and the next trial is later', () => {
  const { runs } = role();
  runs(40, 1, 200);
  runs(40, 2, 200);
  assert.equal(runs(120, 2, 200)?.at, 3);
  assert.equal(runs(60, 3, 200)?.at, 2);
  assert.equal(runs(160, 2, 200)?.at, 2);
  assert.equal(runs(100, 2, 200)?.at, 3);
});

test('where the one more that is tried brings something the limit is gone', () => {
  const { runs } = role();
  runs(40, 1, 200);
  runs(40, 2, 200);
  assert.equal(runs(120, 2, 200)?.at, 3);
  assert.equal(runs(60, 3, 300), undefined);
});

test('looks that see nothing change nothing', () => {
  const { runs, saturation, now } = role();
  const before = runs(30, 3, 20, { refusedShare: 0.3 });
  saturation.add({ at: now() + 2 });
  assert.deepEqual(saturation.state(), before);
});
