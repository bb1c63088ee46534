import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sine } from '../../shared/arrivals/loads.ts';
import { JobQueue } from './job-queue.ts';
import { simulate } from './simulate.ts';
import { always, restless, role, simulation } from './simulation.fixture.ts';
import type { RoleReport, Simulation } from './types.ts';

const restlessly = (seed: number): Simulation => ({
  ...simulation(3, 2_000, [role({ policy: restless, crashEvery: 20, initial: 2 })]),
  seed,
});

/** Whole, as jobs come and go while replicas do. */
function isConserved({ jobs, done, left }: RoleReport): boolean {
  return jobs === done! + left!;
}

test('the same seed gives the same report, another seed another', () => {
  assert.deepEqual(simulate(restlessly(7)), simulate(restlessly(7)));
  assert.notDeepEqual(simulate(restlessly(7)).roles, simulate(restlessly(8)).roles);
});

test('policies side by side get the same jobs', () => {
  const jobs = [always(1), always(9), restless].map(
    (policy) => simulate(simulation(3, 500, [role({ policy })])).roles[0]!.jobs,
  );
  assert.equal(new Set(jobs).size, 1);
});

test('no job is lost or made by crashes and scale-downs', () => {
  for (const concurrency of [1, 4]) {
    const base = role({ policy: restless, crashEvery: 20, initial: 2 });
    base.settings = { ...base.settings, concurrency };
    const report = simulate(simulation(3 * concurrency, 5_000, [base])).roles[0]!;
    assert.ok(isConserved(report), JSON.stringify(report, ['jobs', 'done', 'left']));
    assert.ok(report.crashes > 100 && report.redelivered > 50 && report.actions.down > 50);
  }
});

test('what a role has done comes to the next, all of it', () => {
  const roles = [role({ replicas: 6 }), role({ replicas: 6, crashEvery: 100 }), role({ policy: restless })];
  const report = simulate(simulation(3, 3_000, roles));
  for (const [n, each] of report.roles.entries()) {
    assert.ok(isConserved(each));
    assert.equal(each.jobs, n === 0 ? each.jobs : report.roles[n - 1]!.done);
  }
});

test('the whole way takes as long as its parts', () => {
  const fixed = () => role({ replicas: 40, service: () => ({ kind: 'constant', mean: 1 }) });
  const { endToEnd } = simulate(simulation(1, 3_000, [fixed(), fixed()]));
  assert.ok(Math.abs(endToEnd.seconds.p50 / 2 - 1) < 0.005);
  assert.equal(endToEnd.attainment, 1);
});

test('every replica-second is working, idle, booting or draining', () => {
  const report = simulate(restlessly(1)).roles[0]!;
  const { working, idle, booting, draining } = report.replicaSeconds;
  assert.ok(Math.min(working, idle, booting, draining) > 0);
  assert.ok(Math.abs((working + idle + booting + draining) / (report.replicas.mean * 2_000) - 1) < 1e-9);
});

test('a scale-down interrupts no job', () => {
  const report = simulate(simulation(3, 5_000, [role({ policy: restless })])).roles[0]!;
  assert.ok(report.actions.down > 100);
  assert.equal(report.redelivered, 0);
});

test('a new replica works when its boot is over, and not before', () => {
  const boots = role({ initial: 0, plan: [{ at: 100, replicas: 1 }], boot: { kind: 'constant', mean: 50 } });
  const { replicaSeconds, done } = simulate(simulation(0.1, 1_000, [boots])).roles[0]!;
  assert.ok(Math.abs(replicaSeconds.booting - 50) < 1e-9);
  assert.ok(Math.abs(replicaSeconds.working + replicaSeconds.idle - 850) < 1e-9);
  assert.ok(done! > 0);
});

test('a policy sees the queue as it was when the broker counted, at most one interval ago', () => {
  const ages: number[] = [];
  const policy = ({ age }: { age: number }) => {
    ages.push(age);
    return { replicas: 5, term: 'own' as const, formula: '' };
  };
  simulate(simulation(3, 1_000, [role({ policy })]));
  assert.ok(ages.length > 400);
  assert.ok(Math.max(...ages) <= 5 && Math.max(...ages) > 4);
});

test('a look that sees nothing of the broker is no queue of zero', () => {
  const seen: number[] = [];
  const policy = ({ waiting }: { waiting: number }) => {
    seen.push(waiting);
    return { replicas: 1, term: 'own' as const, formula: '' };
  };
  // More comes than is done, so the queue is empty for the first moments only.
  simulate({ ...simulation(3, 1_000, [role({ policy })]), observation: { every: 5, lost: 0.5 } });
  assert.ok(seen.slice(10).every((waiting) => waiting > 0));
});

test('jobs that are never done are late, but not those that are cut off by the end', () => {
  const none = role({ replicas: 0 });
  assert.equal(simulate(simulation(1, 9, [none])).roles[0]!.attainment, 1);
  assert.equal(simulate(simulation(1, 1_000, [none])).roles[0]!.attainment, 0);
});

test('a run is plotted at as many points as are asked for', () => {
  const { series, jobs } = simulate({ ...simulation(3, 1_000, [role({ replicas: 5 })]), points: 50 }).roles[0]!;
  for (const values of [series.arrivalRate, series.backlog, series.ready, series.replicas, series.slowest]) {
    assert.equal(values.length, 50);
  }
  const arrived = series.arrivalRate.reduce((sum, rate) => sum + rate * series.every, 0);
  assert.ok(Math.abs(arrived - jobs) < 1e-6);
});

test('a million jobs take seconds', () => {
  const load = sine(100, 0.5, 600, 10_000);
  const startedAt = performance.now();
  const report = simulate({ ...simulation(1, 1, [role({ replicas: 160 })]), load }).roles[0]!;
  assert.ok(report.jobs > 990_000);
  assert.ok(performance.now() - startedAt < 20_000); // 0.5 s where nothing else runs
});

test('jobs that wait take 16 bytes each, and room to grow', () => {
  globalThis.gc?.();
  const before = process.memoryUsage().arrayBuffers;
  const queue = new JobQueue();
  for (let n = 0; n < 1_000_000; n += 1) queue.add(n, n);
  assert.ok(process.memoryUsage().arrayBuffers - before < 64e6);
  assert.equal(queue.length, 1_000_000);
});
