import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { createRandom } from '../../shared/arrivals/random.ts';
import type { RoleSettings } from '../../shared/guv/settings.ts';
import type { Situation, Wish } from '../deciding/types.ts';
import { deadline } from './deadline.ts';

interface Situations {
  usual: { settings: Partial<RoleSettings>; situation: Partial<Situation> };
  situations: {
    when: string;
    settings?: Partial<RoleSettings>;
    situation?: Partial<Situation>;
    then: Pick<Wish, 'replicas' | 'term'>;
  }[];
}

const { usual, situations }: Situations = parse(readFileSync(new URL('situations.yaml', import.meta.url), 'utf8'));

const settingsOf = (settings: Partial<RoleSettings> = {}) => ({ ...usual.settings, ...settings }) as RoleSettings;
const situationOf = (situation: Partial<Situation> = {}) =>
  ({ at: 1000, estimates: [], ...usual.situation, ...situation }) as Situation;

for (const { when, settings, situation, then } of situations) {
  test(`${when}: ${then.replicas} (${then.term})`, () => {
    const { replicas, term, formula } = deadline(situationOf(situation), settingsOf(settings));
    assert.deepEqual({ replicas, term }, then, formula);
  });
}

/** Whatever a role may look like: fast and slow jobs, long and short boots, deadlines that can be met and others. */
function anyRole(seed: number): { settings: RoleSettings; situation: Situation } {
  const random = createRandom(seed, 'arrivals');
  const upTo = (most: number): number => Math.floor(random.uniform() * (most + 1));
  /** From a hundredth to a hundred. */
  const scale = (): number => 10 ** (4 * random.uniform() - 2);
  const [service, boot, concurrency, ready] = [scale(), scale(), 1 + upTo(10), upTo(30)];
  const arrivalRate = random.uniform() < 0.1 ? 0 : (scale() * ready * concurrency) / service;
  const situation = situationOf({
    ...{ service, boot, ready, arrivalRate },
    serviceSpread: service * random.uniform() * 2,
    arrivalError: arrivalRate * random.uniform(),
    arrivalDispersion: 1 + upTo(5),
    starting: Array.from({ length: upTo(5) }, () => boot * random.uniform()),
    waiting: upTo(1) * upTo(1000),
    inHand: upTo(ready * concurrency),
    ...{ age: 5 * random.uniform(), poll: 2, draining: upTo(2), broken: upTo(2) },
  });
  return { settings: settingsOf({ deadline: scale(), concurrency, minimum: upTo(1) }), situation };
}

const SEEDS = Array.from({ length: 3_000 }, (_, seed) => seed);

test('the number is whole and not negative, whatever the situation is', () => {
  for (const seed of SEEDS) {
    const { settings, situation } = anyRole(seed);
    const wish = deadline(situation, settings);
    assert.ok(Number.isSafeInteger(wish.replicas) && wish.replicas >= 0, `seed ${seed}: ${JSON.stringify(wish)}`);
    assert.doesNotMatch(wish.formula, /NaN|undefined/, `seed ${seed}`);
  }
});

test('a longer queue never makes for fewer replicas', () => {
  for (const seed of SEEDS) {
    const { settings, situation } = anyRole(seed);
    let before = 0;
    for (const waiting of [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000]) {
      const { replicas, formula } = deadline({ ...situation, waiting }, settings);
      assert.ok(replicas >= before, `seed ${seed}: ${waiting} waiting, ${before} before and ${formula}`);
      before = replicas;
    }
  }
});

test('with a job waiting there is always one replica at least', () => {
  for (const seed of SEEDS) {
    const { settings, situation } = anyRole(seed);
    assert.ok(deadline({ ...situation, waiting: 1 }, settings).replicas >= 1, `seed ${seed}`);
  }
});

test('a wish says the wait that it projects, or none where no replica would ever take the job', () => {
  assert.ok(deadline(situationOf({ waiting: 60 }), settingsOf()).projectedWait! > 10);
  assert.equal(deadline(situationOf({ ready: 0, inHand: 0, waiting: 60 }), settingsOf()).projectedWait, undefined);
});

test('the same situation gives the same wish, and is left as it was', () => {
  const situation = situationOf({ starting: [3, 1, 2], waiting: 60 });
  const before = structuredClone(situation);
  assert.deepEqual(deadline(situation, settingsOf()), deadline(structuredClone(situation), settingsOf()));
  assert.deepEqual(situation, before);
});

test('a thousand replicas and a million waiting jobs are decided in a few milliseconds', () => {
  const situation = situationOf({ ready: 1_000, starting: Array(500).fill(0.3), inHand: 1_000, waiting: 1e6 });
  const slow = situationOf({ ready: 1_000, starting: Array(500).fill(0.3), inHand: 0, arrivalRate: 0.1 });
  const start = performance.now();
  for (let n = 0; n < 10; n += 1) for (const each of [situation, slow]) deadline(each, settingsOf());
  const each = (performance.now() - start) / 20;
  assert.ok(each < 50, `${each.toFixed(1)} ms`);
});
