import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readGuvConfig } from '../../shared/guv/read-config.ts';
import type { RoleSettings } from '../../shared/guv/settings.ts';
import type { Situation } from '../deciding/types.ts';
import { guv, guvEstimate, guvHistorySize, guvNext } from './guv.ts';

interface ScaleCase {
  name: string;
  config: string;
  role: string;
  messages: number;
  history: number[];
  currentWorkers: number | null;
  expected: { next: number | null };
  guv: { estimate: number };
}
interface Series {
  name: string;
  config: string;
  historySize: number;
  iterations: {
    queues: Record<string, number>;
    workers: { app: string; role: string; quantity: number }[];
    next: Record<string, number | null>;
  }[];
}

const cases: { scale: ScaleCase[]; governorSeries: Series[] } = JSON.parse(
  readFileSync(new URL('../../../tests/guv-cases.json', import.meta.url), 'utf8'),
);

const settingsOf = (config: string): RoleSettings[] => readGuvConfig(config, 'case', { lenient: true }).roles;

const situation = (given: Partial<Situation>): Situation => ({
  at: 0,
  waiting: 0,
  inHand: 0,
  age: 0,
  poll: 30,
  arrivalRate: 0,
  arrivalError: 0,
  service: 1,
  serviceSpread: 0,
  boot: 0,
  ready: 0,
  starting: [],
  draining: 0,
  broken: 0,
  estimates: [],
  ...given,
});

for (const { name, config, role, messages, history, currentWorkers, expected, guv: original } of cases.scale) {
  test(`the answer is guv's: ${name}, ${messages} messages, ${JSON.stringify(config)}`, () => {
    const settings = settingsOf(config).find((one) => one.role === role)!;
    const estimate = guvEstimate(messages, settings);
    assert.equal(estimate, original.estimate);
    assert.equal(guvNext(estimate, history, currentWorkers ?? undefined) ?? null, expected.next);
  });
}

for (const { name, config, historySize, iterations } of cases.governorSeries) {
  test(`a series of looks is answered as guv does: ${name}`, () => {
    const normalized = readGuvConfig(config, 'case', { lenient: true }).normalized;
    for (const settings of settingsOf(config)) {
      assert.equal(guvHistorySize({ ...settings, pollinterval: normalized[settings.role]!.pollinterval }), historySize);
      let estimates: number[] = [];
      for (const { queues, workers, next } of iterations) {
        const waiting = queues[settings.queues[0]!];
        const { app } = normalized[settings.role]!;
        const ready = workers.find((one) => one.role === settings.worker && one.app === app)?.quantity;
        // A queue that is not there is no reading: no policy is asked, and the other roles go on.
        if (waiting === undefined || ready === undefined) {
          assert.equal(next[settings.role], null);
          continue;
        }
        const wish = guv(situation({ waiting, ready, estimates }), settings);
        const asked = Math.min(Math.max(wish.replicas, settings.minimum), settings.maximum);
        assert.equal(asked === ready ? null : asked, next[settings.role]);
        estimates = [...estimates, wish.estimate!].slice(-historySize);
      }
    }
  });
}

/** A generator of numbers from 0 to 1 that begins again at the same place (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('on any input the answer is that of the rule as it is written down', () => {
  const next = random(7);
  const whole = (most: number): number => Math.floor(next() * (most + 1));
  for (let run = 0; run < 20_000; run += 1) {
    const [p, d, c, min] = [next() * 40 + 0.01, next() * 200 + 0.1, 1 + whole(20), whole(6)] as const;
    const [max, stddev] = [min + whole(40), whole(3) === 0 ? 0 : next() * 20] as const;
    const text = `r: {p: ${p}, d: ${d}, concurrency: ${c}, min: ${min}, max: ${max}, stddev: ${stddev}}`;
    const settings = run < 500 ? settingsOf(text)[0]! : undefined;
    // workers = clamp(⌈ ⌈N/concurrency⌉·p / max(p, target − p) ⌉); target = d − z·stddev, or p + 0.01 where that is not above p.
    const sigma = stddev === 0 ? p / 2 : stddev;
    const wanted = d - 2.326347843775173 * sigma;
    const target = wanted <= p ? p + 0.01 : wanted;
    const n = whole(500);
    const workers = Math.min(max, Math.max(min, Math.ceil((Math.ceil(n / c) * p) / Math.max(p, target - p))));
    const rule = settings ?? { processing: p, target, concurrency: c, minimum: min, maximum: max };
    const estimate = guvEstimate(n, rule);
    assert.equal(estimate, workers, `${n} messages with ${text}`);

    const history = Array.from({ length: whole(5) }, () => whole(max));
    const current = whole(9) === 0 ? undefined : whole(max + 3);
    let expected: number | undefined;
    if (current === undefined || workers > current) expected = workers;
    else if (workers < current) {
      const highest = history.length === 0 ? -1 : Math.max(...history);
      if (workers >= highest) expected = workers;
      else if (highest < current) expected = highest;
    }
    assert.equal(guvNext(estimate, history, current), expected, `${workers} after ${history} with ${current}`);
  }
});

test('jobs in hand count as messages, and replicas that boot as workers', () => {
  const [settings] = settingsOf('r: {p: 10, d: 60, min: 0, max: 40}');
  const wish = guv(situation({ waiting: 30, inHand: 10, ready: 4, starting: [0.5, 0.5] }), settings!);
  assert.equal(wish.replicas, 11);
  assert.equal(guv(situation({ waiting: 30, inHand: 10, ready: 9, starting: [1, 1] }), settings!).replicas, 11);
});

test('the wish is before bounds, the estimate within them, and the formula has the numbers', () => {
  const [settings] = settingsOf('r: {p: 10, d: 60, min: 2, max: 4}');
  assert.deepEqual(guv(situation({ waiting: 40, ready: 1 }), settings!), {
    replicas: 11,
    estimate: 4,
    term: 'load',
    formula: '⌈ ⌈40/1⌉ × 10 s / max(10, 48.37 − 10) s ⌉ = 11',
  });
  const idle = guv(situation({ ready: 2 }), settings!);
  assert.deepEqual([idle.replicas, idle.estimate, idle.term], [0, 2, 'none']);
});

test('what the past holds is said with the past', () => {
  const [settings] = settingsOf('r: {p: 10, d: 60, min: 0, max: 4}');
  const held = guv(situation({ ready: 4, estimates: [1, 3, 2] }), settings!);
  assert.deepEqual([held.replicas, held.estimate, held.term], [3, 0, 'hysteresis']);
  assert.match(held.formula, /held at 3 by the highest of the estimates before: 1, 3, 2$/);
});
