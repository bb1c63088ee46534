import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flashCrowd } from '../../shared/arrivals/loads.ts';
import { cheapestPlan, type KnownWork } from './cheapest-plan.ts';
import { clairvoyant } from './clairvoyant.ts';
import { role, simulation } from './simulation.fixture.ts';

/** So many units of work in each step of a second. */
function known(comes: number[], change: Partial<KnownWork> = {}): KnownWork {
  const arrivals = Float64Array.from(comes.flatMap((units, n) => Array<number>(units).fill(n + 0.5)));
  return {
    arrivals,
    work: arrivals.map(() => 1),
    seconds: comes.length,
    concurrency: 1,
    minimum: 0,
    maximum: 20,
    initial: 0,
    boot: 0,
    step: 1,
    ...change,
  };
}

const cost = (plan: Int32Array, boot: number): number =>
  plan.reduce((sum, count, n) => sum + count + boot * Math.max(0, count - (plan[n - 1] ?? 0)), 0);

/** Every plan there is. */
function cheapestOfAll(
  comes: number[],
  { boot, window, highest }: { boot: number; window: number; highest: number },
): number {
  const most = comes.map((_, n) => comes.slice(Math.max(0, n - window + 1), n + 1).reduce((a, b) => a + b, 0));
  const from = (n: number, count: number, backlog: number): number => {
    if (n === comes.length) return 0;
    let best = Number.POSITIVE_INFINITY;
    for (let next = 0; next <= highest; next += 1) {
      const left = Math.max(0, backlog + comes[n]! - next);
      if (left > most[n]!) continue;
      best = Math.min(best, next + boot * Math.max(0, next - count) + from(n + 1, next, left));
    }
    return best;
  };
  return from(0, 0, 0);
}

test('no plan is cheaper than the cheapest plan', () => {
  for (const comes of [
    [0, 3, 0, 0, 5, 1, 0],
    [4, 0, 0, 4, 0, 0, 4],
    [1, 1, 1, 6, 1, 1, 1],
  ]) {
    for (const boot of [0, 2, 5]) {
      for (const window of [1, 2, 3]) {
        const plan = cheapestPlan(known(comes, { boot }), window);
        assert.equal(
          cost(plan, boot),
          cheapestOfAll(comes, { boot, window, highest: 6 }),
          `${comes} ${boot} ${window}`,
        );
      }
    }
  }
});

test('where the maximum is too low, a plan uses all that there may be', () => {
  const plan = cheapestPlan(known([9, 9, 9, 9, 9, 9], { maximum: 2 }), 2);
  assert.ok(
    plan.slice(2).every((count) => count === 2),
    plan.join(),
  );
});

test('a clairvoyant plan meets the deadline for 99 % of the jobs, and costs little more than the work', () => {
  const load = flashCrowd(3, 20, [{ at: 200, rise: 10, stay: 100, fall: 50 }], 1_000);
  const report = clairvoyant({ ...simulation(1, 1, [role({ initial: 4 })]), load });
  assert.ok(report.attainment >= 0.99, String(report.attainment));
  assert.ok(report.replicas.mean * 1_000 < 1.15 * report.replicaSeconds.working);
});
