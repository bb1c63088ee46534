// What is broken on purpose, on one whole lab on Docker, with clients that go on sending: each time nothing is lost, nothing is done
// twice, and nobody has to lend a hand. What it costs to do without the guarantees is shown, and tried, by chapter 2 of the workshop.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Verdict } from '../../scripts/verdict/types.ts';
import { createRandom } from '../../services/shared/arrivals/random.ts';
import { eventually } from '../helpers/eventually.ts';
import { type ChaosLab, openChaosLab } from './chaos-lab.ts';
import { finished, overload } from './overload.ts';
import { type SentJob, sendAllAgain, startTraffic } from './traffic.ts';

const WORKERS = ['resize', 'caption', 'store'] as const;
const SEED = 7;

const imagesOf = (jobs: readonly SentJob[]): number => jobs.reduce((sum, { images }) => sum + images, 0);

suite('the lab under faults', { timeout: 900_000 }, () => {
  let lab: ChaosLab;
  let failed = false;
  /** The verdict after the fault before: what came since is this fault's. */
  let last: Verdict;

  before(async () => {
    lab = await openChaosLab();
    await lab.up();
    last = await lab.verdict();
  });
  after(async () => {
    if (failed) process.stderr.write(`${await lab.logs()}\n`);
    await lab.tryLab('fault', 'clear');
    await lab.down();
  });

  const promise = (name: string, body: () => Promise<void>): void => {
    test(name, async () => {
      try {
        await body();
      } catch (error) {
        failed = true;
        // So that the next one counts its own.
        last = await lab.verdict().catch(() => last);
        throw error;
      }
    });
  };

  /** Every client has its job, once; every image of every job has come to its end, once; and all is well without a hand. */
  async function nothingIsLost(jobs: readonly SentJob[]): Promise<Verdict & { since: Verdict }> {
    await lab.healthyByItself();
    const now = await lab.verdict();
    const { exitCode, verdict, lost, duplicate_effects, in_flight, accepted } = now;
    assert.deepEqual(
      { exitCode, verdict, lost, duplicate_effects, in_flight },
      { exitCode: 0, verdict: 'nothing lost', lost: 0, duplicate_effects: 0, in_flight: 0 },
      JSON.stringify(now).slice(0, 2000),
    );
    assert.ok(jobs.length > 0, 'work was sent meanwhile');
    assert.equal(accepted - last.accepted, imagesOf(jobs), 'every key became one job');
    const since = last;
    last = now;
    return { ...now, since };
  }

  promise('500 images are done once each while a random worker is killed every 2 s for half a minute', async () => {
    const { uniform } = createRandom(SEED, 'crash');
    const oneOf = <T>(all: readonly T[]): T => all[Math.floor(uniform() * all.length)]!;
    const traffic = startTraffic(lab.url, { everyMs: 240, images: 4, most: 125 });
    for (let n = 0; n < 15; n += 1) {
      const [running] = await Promise.all([lab.running(oneOf(WORKERS)), pause(2_000)]);
      if (running.length > 0) await lab.crash(oneOf(running));
    }
    const jobs = await traffic.all();
    assert.equal(imagesOf(jobs), 500);
    const { redelivered, since, failed: bad } = await nothingIsLost(jobs);
    assert.ok(redelivered > since.redelivered, 'work was in the hands of those that were killed');
    assert.equal(bad, since.failed);
  });

  promise('the broker is restarted three times under load, and nothing is lost', async () => {
    const traffic = startTraffic(lab.url);
    for (let n = 0; n < 3; n += 1) {
      const before = traffic.jobs.length;
      await lab.lab('fault', 'broker', 'restart');
      await eventually('jobs are accepted again', () => traffic.jobs.length > before, { withinMs: 60_000 });
    }
    await nothingIsLost(await traffic.stop());
  });

  promise('the database is stopped for 20 s under load, and nothing is lost', async () => {
    const traffic = startTraffic(lab.url);
    await lab.lab('fault', 'database', 'stop', '--for', '20s');
    await nothingIsLost(await traffic.stop());
  });

  promise('the vendor is down and a worker cut off from the broker for 30 s, and nothing is lost', async () => {
    const traffic = startTraffic(lab.url);
    await Promise.all([
      lab.lab('fault', 'vendor', 'down', '--for', '30s'),
      lab.lab('cut', 'resize', '--n', '1', '--for', '30s'),
    ]);
    await nothingIsLost(await traffic.stop());
  });

  promise('the front end is killed in the middle of requests, and every key is one job', async () => {
    const traffic = startTraffic(lab.url, { everyMs: 50, images: 2 });
    for (let n = 0; n < 3; n += 1) {
      const before = traffic.jobs.length;
      await eventually('jobs are accepted', () => traffic.jobs.length > before + 20, { withinMs: 60_000 });
      const [frontend] = await lab.running('frontend');
      await lab.crash(frontend!);
    }
    const jobs = await traffic.stop();
    assert.ok(
      jobs.some(({ tries }) => tries > 1),
      'some were cut off and sent again',
    );
    await sendAllAgain(lab.url, jobs);
    assert.ok(jobs.every(({ ids }) => ids.size === 1));
    await nothingIsLost(jobs);
  });

  promise('coordinator, scaler and platform are killed at once, and come back by themselves', async () => {
    const traffic = startTraffic(lab.url);
    const ids = await Promise.all(['coordinator', 'scaler', 'platform'].map((service) => lab.running(service)));
    await Promise.all(ids.flat().map((id) => lab.crash(id)));
    const before = traffic.jobs.length;
    await eventually('work is taken meanwhile', () => traffic.jobs.length > before + 20, { withinMs: 60_000 });
    await nothingIsLost(await traffic.stop());
  });

  promise(
    'an image that kills its worker is a dead letter at its limit, and is done when it is replayed unpoisoned',
    async () => {
      const { stdout } = await lab.lab('fault', 'poison');
      const [, job] = /^job (\S+):/m.exec(stdout) ?? [];
      const poisoned = await lab.verdict();
      assert.deepEqual([poisoned.exitCode, poisoned.dead], [0, last.dead + 1], stdout);
      await lab.lab('fault', 'clear');
      const { counts } = await finished(lab.url, job!);
      assert.deepEqual([counts.done, counts.failed], [counts.total, 0]);
      await lab.healthyByItself();
      const cured = await lab.verdict();
      assert.deepEqual([cured.exitCode, cured.dead], [0, last.dead]);
      last = cured;
    },
  );

  promise(
    'at ten times its capacity the lab keeps the deadlines of at least 95 % of what it has accepted',
    async () => {
      const { accepted, refused, inDeadline } = await overload(lab);
      const numbers = `${accepted} accepted, ${refused} refused, ${inDeadline} in their deadline`;
      assert.ok(refused > accepted, numbers);
      assert.ok(accepted > 0 && inDeadline / accepted >= 0.95, numbers);
    },
  );
});
