import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../shared/arrivals/random.ts';
import type { RoleSettings } from '../../shared/guv/settings.ts';
import type { QueueReading, Situation } from '../deciding/types.ts';
import { createEstimator, type Estimator, USABLE_FOR } from './estimator.ts';

const settings = {
  ...{
    processing: 2,
    stddev: 1,
    boot: 5,
    concurrency: 1,
    pollinterval: 2,
    deadline: 15,
    rateWindow: 120,
    measure: true,
  },
} as RoleSettings;

/** The broker counts every 5 s. */
const EVERY = 5;

/** A role whose queue never empties, so that all slots are busy, with jobs that come as a Poisson process. */
function createBusyRole(seed: number, slots: number) {
  const random = createRandom(seed, 'arrivals');
  const variance = Math.log(1.25);
  const lasts = (service: number): number => service * Math.exp(Math.sqrt(variance) * random.normal() - variance / 2);
  /** For each slot: when its job ends. */
  const until = Array.from({ length: slots }, () => lasts(2) * random.uniform());
  const queue: QueueReading = { sampledAt: 0, waiting: 100, inHand: slots, arrived: 0, acked: 0, consumers: slots };
  let nextJob = 0;
  return {
    /** What the broker says after five more seconds. */
    next(rate: number, service: number): QueueReading {
      queue.sampledAt += EVERY;
      for (; nextJob <= queue.sampledAt; nextJob += random.exponential() / rate) queue.arrived += 1;
      for (let slot = 0; slot < slots; slot += 1) {
        for (; until[slot]! <= queue.sampledAt; queue.acked += 1) until[slot]! += lasts(service);
      }
      return { ...queue };
    },
  };
}

const see = (estimator: Estimator, queue: QueueReading, ready = 10, at = queue.sampledAt): void =>
  estimator.add({ at, queue, replicas: { ready, starting: [], draining: 0, broken: 0 } });

const still = (sampledAt: number, more: Partial<QueueReading> = {}): QueueReading => ({
  ...{ sampledAt, waiting: 7, inHand: 3, arrived: 50, acked: 40, consumers: 3 },
  ...more,
});

/** Looks for so many seconds; what `change` says of a sample instead of it is seen. */
function watch(
  { seed = 1, seconds = 300, rate = 4, service = 2, believed = settings, slots = 10 } = {},
  change: (queue: QueueReading) => QueueReading | undefined = (queue) => queue,
): Situation {
  const role = createBusyRole(seed, slots);
  const estimator = createEstimator(believed);
  for (let at = EVERY; at <= seconds; at += EVERY) {
    const queue = change(role.next(rate, service));
    if (queue !== undefined) see(estimator, queue);
  }
  return estimator.situation(seconds, believed)!;
}

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed + 1);
const near = (seen: number, truth: number, share: number): boolean => Math.abs(seen - truth) <= share * truth;

test('the rate of arrivals is known to within twice its error in 19 cases of 20', () => {
  const right = SEEDS.filter((seed) => {
    const { arrivalRate, arrivalError } = watch({ seed });
    return Math.abs(arrivalRate - 4) <= 2 * arrivalError;
  });
  assert.ok(right.length >= 0.95 * SEEDS.length, `${right.length} of ${SEEDS.length}`);
});

test('a rate that jumps to the double is followed within 20 seconds', () => {
  for (const seed of SEEDS) {
    const role = createBusyRole(seed, 10);
    const estimator = createEstimator(settings);
    for (let n = 0; n < 40; n += 1) see(estimator, role.next(10, 2));
    for (let n = 0; n < 4; n += 1) see(estimator, role.next(20, 2));
    const { arrivalRate } = estimator.situation(44 * EVERY, settings)!;
    assert.ok(arrivalRate > 15, `seed ${seed}: ${arrivalRate}`);
  }
});

test('a load that comes in bursts is no other load with each burst, and is said to come in bursts', () => {
  const role = createBusyRole(1, 10);
  const estimator = createEstimator(settings);
  for (let n = 0; n < 60; n += 1) see(estimator, role.next(n % 6 === 0 ? 20 : 1, 2));
  const { arrivalRate, arrivalDispersion } = estimator.situation(60 * EVERY, settings)!;
  assert.ok(near(arrivalRate, 25 / 6, 0.35), String(arrivalRate));
  assert.ok(arrivalDispersion! > 5, String(arrivalDispersion));
  assert.ok(watch().arrivalDispersion! < 2, 'a Poisson process has about 1');
});

for (const wrong of [1, 4]) {
  test(`a service time of 2 s that is believed to be ${wrong} s is known to 5 % within a minute`, () => {
    const believed = { ...settings, processing: wrong, stddev: wrong / 2 };
    const right = SEEDS.filter((seed) => near(watch({ seed, seconds: 60, believed }).service, 2, 0.05));
    assert.ok(right.length >= 0.85 * SEEDS.length, `${right.length} of ${SEEDS.length}`);
    for (const seed of SEEDS) assert.ok(near(watch({ seed, seconds: 60, believed }).service, 2, 0.12), `seed ${seed}`);
  });
}

test('a service time that doubles is noticed within 30 seconds', () => {
  for (const seed of SEEDS) {
    const role = createBusyRole(seed, 10);
    const estimator = createEstimator(settings);
    for (let n = 0; n < 60; n += 1) see(estimator, role.next(4, 2));
    for (let n = 0; n < 6; n += 1) see(estimator, role.next(4, 4));
    const { service } = estimator.situation(66 * EVERY, settings)!;
    assert.ok(service > 3.2, `seed ${seed}: ${service}`);
  }
});

test('slots that are idle for most of the time do not make jobs look shorter', () => {
  // A job a sample: every second one is in hand when the broker counts.
  const estimator = createEstimator(settings);
  for (let n = 1; n <= 100; n += 1) {
    see(estimator, still(n * EVERY, { waiting: 0, inHand: n % 2, arrived: n, acked: n - (n % 2) }));
  }
  const { service } = estimator.situation(100 * EVERY, settings)!;
  assert.ok(near(service, EVERY / 2, 0.1), String(service));
});

test('where nothing was done yet, the service time is the configured one', () => {
  assert.equal(watch({ seconds: EVERY }).service, settings.processing);
});

test('with `measure` off, service and boot are as configured for ever', () => {
  const believed = { ...settings, processing: 4, measure: false };
  const { service, boot } = watch({ believed });
  assert.deepEqual({ service, boot }, { service: 4, boot: 5 });
});

test('counters that begin again at 0 spoil neither rate nor service time', () => {
  const role = (queue: QueueReading): QueueReading =>
    queue.sampledAt < 150 ? queue : { ...queue, arrived: queue.arrived - 600, acked: queue.acked - 700 };
  const situation = watch({}, role);
  assert.ok(near(situation.arrivalRate, 4, 0.25), String(situation.arrivalRate));
  assert.ok(near(situation.service, 2, 0.1), String(situation.service));
});

test('a sample whose counters are missing still tells the backlog', () => {
  const situation = watch({}, (queue) =>
    queue.sampledAt === 300 ? { ...queue, waiting: 7, arrived: Number.NaN, acked: Number.NaN } : queue,
  );
  assert.equal(situation.waiting, 7);
  assert.ok(near(situation.arrivalRate, 4, 0.25), String(situation.arrivalRate));
});

test('with a third of the samples lost, rate and service time are right', () => {
  const { arrivalRate, service } = watch({}, (queue) => (queue.sampledAt % 15 === 5 ? undefined : queue));
  assert.ok(near(arrivalRate, 4, 0.25), String(arrivalRate));
  assert.ok(near(service, 2, 0.1), String(service));
});

test('a sample that is seen twice, and one that comes late, count once and not at all', () => {
  const estimator = createEstimator(settings);
  see(estimator, still(10));
  see(estimator, still(15, { arrived: 60 }), 3);
  const before = estimator.situation(16, settings);
  see(estimator, still(15, { arrived: 60 }), 3);
  see(estimator, still(12, { arrived: 55, waiting: 99 }), 3);
  assert.deepEqual(estimator.situation(16, settings), before);
});

test('without a sample there is no situation, nor without knowing the replicas', () => {
  const estimator = createEstimator(settings);
  assert.equal(estimator.situation(0, settings), undefined);
  estimator.add({ at: 1, queue: still(1) });
  assert.equal(estimator.situation(1, settings), undefined);
  see(estimator, still(2));
  assert.ok(estimator.situation(2, settings));
});

test('what is too old is no observation, and the first new sample is one again', () => {
  const estimator = createEstimator(settings);
  see(estimator, still(10));
  estimator.add({ at: 10 + USABLE_FOR, problem: 'the broker cannot be reached' });
  assert.ok(estimator.situation(10 + USABLE_FOR, settings));
  assert.equal(estimator.situation(11 + USABLE_FOR, settings), undefined);
  see(estimator, still(30));
  assert.equal(estimator.situation(31, settings)!.age, 1);
});

test('the boot time is the mean of those that were seen, and those in boot are due after it', () => {
  const estimator = createEstimator(settings);
  const replicas = { ready: 1, starting: [98, 80], draining: 0, broken: 0 };
  estimator.add({ at: 100, queue: still(100), replicas: { ...replicas, boots: [10, 14] } });
  const { boot, starting } = estimator.situation(100, settings)!;
  assert.deepEqual({ boot, starting }, { boot: 12, starting: [10, 0] });
  assert.equal(estimator.measured().boot, 12);
});

test('a first boot that takes longer than configured is believed before it ends', () => {
  const estimator = createEstimator(settings);
  estimator.add({ at: 100, queue: still(100), replicas: { ready: 1, starting: [92], draining: 0, broken: 0 } });
  assert.equal(estimator.situation(100, settings)!.boot, 8);
});

test('what was measured is told when enough was seen', () => {
  const estimator = createEstimator(settings);
  const role = createBusyRole(1, 10);
  assert.deepEqual(estimator.measured(), {});
  for (let n = 0; n < 40; n += 1) see(estimator, role.next(4, 3));
  const { service, serviceSpread } = estimator.measured();
  assert.ok(near(service!, 3, 0.1) && near(serviceSpread!, 1.5, 0.1), `${service} ± ${serviceSpread}`);
});
