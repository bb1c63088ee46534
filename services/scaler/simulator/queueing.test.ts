import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createArrivals } from '../../shared/arrivals/arrivals.ts';
import { createRandom } from '../../shared/arrivals/random.ts';
import { draw } from './distributions.ts';
import { meanWait, meanWaitOfOneSlot, waitingShare } from './erlang.ts';
import { simulate } from './simulate.ts';
import { role, simulation } from './simulation.fixture.ts';
import type { Distribution, RoleModel, RoleReport, Simulation } from './types.ts';

/** A fixed number of slots; looks and samples, which change nothing, are left out. */
function queue(rate: number, jobs: number, model: Partial<RoleModel> & { replicas: number }): Simulation {
  const fixed = role(model);
  fixed.settings = { ...fixed.settings, pollinterval: 1e12 };
  return { ...simulation(rate, jobs / rate, [fixed]), observation: { every: 1e12, lost: 0 } };
}

const run = (simulated: Simulation): RoleReport => simulate(simulated).roles[0]!;

const drawn = ({ jobs, done, replicaSeconds }: RoleReport, seconds: number): { rate: number; service: number } => ({
  rate: jobs / seconds,
  service: replicaSeconds.working / done!,
});

/** Lindley's recursion: the mean wait for a single slot that is so many times as fast, on the jobs of the same simulation. */
function recursion({ load, seed, roles }: Simulation, faster: number): number {
  const next = createArrivals(load, seed);
  const times = createRandom(seed, 'service', 0);
  let wait = 0;
  let sum = 0;
  let jobs = 0;
  for (let last = next(), t = last; t < Number.POSITIVE_INFINITY; last = t, t = next()) {
    if (jobs > 0) wait = Math.max(0, wait - (t - last));
    sum += wait;
    jobs += 1;
    wait += draw(roles[0]!.service(t), times) / faster;
  }
  return sum / jobs;
}

test('Erlang C gives the values of its tables', () => {
  assert.equal(waitingShare(0.5, 1), 0.5);
  assert.ok(Math.abs(waitingShare(8, 10) - 0.4092) < 5e-5);
  assert.equal(waitingShare(10, 10), 1);
  assert.equal(meanWait(2, 1, 2), Number.POSITIVE_INFINITY);
});

for (const slots of [1, 2, 5, 10]) {
  for (const use of [0.5, 0.6, 0.7, 0.8, 0.9]) {
    test(`the mean wait for ${slots} slots that are busy for ${100 * use} % of the time is Erlang C's within 1 %`, () => {
      // Theory speaks of the load that was drawn. What else chance has made of these jobs is known from one fast slot that does the same
      // ones (a control variate), as its mean wait in theory is known, too. Else it would take 40 million jobs at 90 %.
      const jobs = slots === 10 ? 2e6 : 5e5;
      const simulated = queue(slots * use, jobs, { replicas: slots });
      const report = run(simulated);
      const { rate, service } = drawn(report, simulated.load.seconds);
      const chance = recursion(simulated, slots) - meanWait(rate, service / slots, 1);
      const wait = report.meanWait! - (waitingShare(rate * service, slots) / use) * chance;
      const expected = meanWait(rate, service, slots);
      assert.ok(Math.abs(wait / expected - 1) < 0.01, `${wait} instead of ${expected}`);
    });
  }
}

test('jobs wait as long as by the recursion of Kiefer and Wolfowitz, for any number of slots', () => {
  for (const slots of [1, 3, 10]) {
    const simulated = queue(0.9 * slots, 1e5, { replicas: slots });
    const report = run(simulated);
    assert.ok(report.left! < 200); // those that wait in the end are in the recursion only
    assert.ok(Math.abs(report.meanWait! / exactWait(simulated, slots) - 1) < 0.003);
  }
});

/** When each slot is free again is all that the next job must know. */
function exactWait({ load, seed, roles }: Simulation, slots: number): number {
  const next = createArrivals(load, seed);
  const times = createRandom(seed, 'service', 0);
  const free = new Float64Array(slots);
  let sum = 0;
  let jobs = 0;
  for (let t = next(); t < Number.POSITIVE_INFINITY; t = next()) {
    const start = Math.max(t, free[0]!);
    sum += start - t;
    jobs += 1;
    free[0] = start + draw(roles[0]!.service(t), times);
    free.sort();
  }
  return sum / jobs;
}

for (const [name, service, spread] of [
  ['constant', { kind: 'constant', mean: 1 }, 0],
  ['lognormal', { kind: 'lognormal', mean: 1, stddev: 0.5 }, 0.5],
] as [string, Distribution, number][]) {
  test(`the mean wait for one slot with ${name} service times is that of Pollaczek and Khinchine within 1 %`, () => {
    const jobs = 3e6;
    const report = run(queue(0.7, jobs, { replicas: 1, service: () => service }));
    const load = drawn(report, jobs / 0.7);
    const expected = meanWaitOfOneSlot(load.rate, load.service, spread);
    assert.ok(Math.abs(report.meanWait! / expected - 1) < 0.01, `${report.meanWait} instead of ${expected}`);
  });
}

test('a replica with ten slots does as much as ten replicas with one', () => {
  const wide = role({ replicas: 1 });
  const settings = { ...wide.settings, concurrency: 10 };
  const one = run(queue(9, 2e5, { replicas: 1, settings }));
  const ten = run(queue(9, 2e5, { replicas: 10 }));
  assert.equal(one.done, ten.done);
  assert.ok(Math.abs(one.meanWait! / ten.meanWait! - 1) < 1e-9);
  assert.ok(Math.abs((10 * one.replicaSeconds.working) / ten.replicaSeconds.working - 1) < 1e-9);
});

test('percentiles of M/M/1 are those of the exponential distribution within 1 %', () => {
  const { seconds } = run(queue(0.5, 2e6, { replicas: 1 }));
  for (const [share, value] of [
    [0.5, seconds.p50],
    [0.9, seconds.p90],
    [0.99, seconds.p99],
  ] as const) {
    assert.ok(Math.abs(value / (-2 * Math.log(1 - share)) - 1) < 0.01, `${share}: ${value}`);
  }
});
