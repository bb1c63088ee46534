// What the lab promises, tried on the real thing. Both modes are held to it by the same tests, in this order. What a chapter of the
// workshop shows (work that waits, a killed worker, a broker that is gone, advise and act) is tried by the walk over the chapters.
import assert from 'node:assert/strict';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import type { ScalerStatus } from '../../services/scaler/governor.ts';
import type { RoleStatus } from '../../services/scaler/live-role.ts';
import { eventually } from '../helpers/eventually.ts';
import { assertAllDone, jobDone, readJob, sendJob } from './jobs.ts';
import { downToNothing, type LabUnderTest, must, run } from './lab-under-test.ts';

/** Finished items so far. */
const finished = async (lab: LabUnderTest, id: string): Promise<number> => {
  const { done, failed } = (await readJob(lab, id)).counts;
  return done + failed;
};

/** Waits until a job is under way, so that a fault meets work in hand, but not past it. */
const underWay = (lab: LabUnderTest, id: string): Promise<number> =>
  eventually(`job ${id} is under way`, () => finished(lab, id));

export function describeLab(lab: LabUnderTest): void {
  const lab_ = (...args: string[]) => must(['./lab', ...args], { env: lab.env });

  /** What the scaler says of a role. */
  const scaled = async (role: string): Promise<RoleStatus> => {
    const { roles } = JSON.parse((await lab_('autoscale', 'status', '--json')).stdout) as ScalerStatus;
    return roles.find((one) => one.role === role)!;
  };

  suite(`the lab, ${lab.name}`, { timeout: 900_000 }, () => {
    let failed = false;
    before(() => lab.up());
    after(async () => {
      if (failed) process.stderr.write(`${await lab.logs()}\n`);
      await downToNothing(lab);
    });

    const promise = (name: string, body: () => Promise<void>): void => {
      test(`${lab.name}: ${name}`, async () => {
        try {
          await body();
        } catch (error) {
          failed = true;
          throw error;
        }
      });
    };

    promise('a job of 50 images is answered 202 at once and done soon', async () => {
      const id = await sendJob(lab, 50, 'sample:harbour');
      await assertAllDone(lab, await jobDone(lab, id));
    });

    promise('every sample can be made into a picture of every format', async () => {
      const samples = (await (await fetch(`${lab.url}/samples`)).json()) as { samples: { name: string }[] };
      assert.ok(samples.samples.length >= 12);
      const images = samples.samples.flatMap(({ name }) =>
        ['jpeg', 'png', 'webp', 'avif'].map((format) => ({
          source: `sample:${name}`,
          format,
          width: 160,
          height: 160,
          fit: 'inside',
        })),
      );
      const response = await fetch(`${lab.url}/jobs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ images }),
      });
      assert.equal(response.status, 202);
      const { id } = (await response.json()) as { id: string };
      await assertAllDone(lab, await jobDone(lab, id));
    });

    promise('an image that cannot be made fails with a reason, and the rest of its job is done', async () => {
      const response = await fetch(`${lab.url}/jobs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          images: [{ source: 'sample:tiny' }, { source: 'http://does-not-exist.invalid/a.png' }],
        }),
      });
      assert.equal(response.status, 202);
      const { id } = (await response.json()) as { id: string };
      const job = await jobDone(lab, id);
      assert.deepEqual({ done: job.counts.done, failed: job.counts.failed }, { done: 1, failed: 1 });
      assert.match(job.items[1]?.error?.reason ?? '', /does-not-exist\.invalid/);
    });

    promise('a killed worker is shown gone within 2 s', async () => {
      const states = async (): Promise<string[]> => {
        const { stdout } = await lab_('participants', '--role', 'caption', '--json');
        return (JSON.parse(stdout) as { participants: { state: string }[] }).participants.map(({ state }) => state);
      };
      await eventually('a worker is up', async () => (await states()).includes('up'));
      await lab.kill('caption', 'all');
      await eventually('it is shown gone', async () => !(await states()).includes('up'), { withinMs: 2_000 });
      await lab.start('caption');
    });

    promise('routes are changed under load, by command and by the file, and every image is done once', async () => {
      const text = await readFile(lab.graph, 'utf8');
      await lab.scale('resize', 1); // so that there is still work to do when the routes change
      const id = await sendJob(lab, 500, 'sample:harbour');
      await underWay(lab, id);
      await lab_('connect', 'resize OUT -> IN store', '--swap', 'resize OUT -> IN caption');
      const now = await finished(lab, id);
      await eventually('more is done by the new way', async () => (await finished(lab, id)) > now + 20);
      assert.equal((await run(['./lab', 'graph', 'diff', lab.graph], { env: lab.env })).code, 1);
      // An editor puts a new file in the place of the old one.
      await writeFile(`${lab.graph}.new`, `${text}\n# Edited.\n`);
      await rename(`${lab.graph}.new`, lab.graph);
      await eventually('the file counts again', async () => {
        return (await run(['./lab', 'graph', 'diff', lab.graph], { env: lab.env })).code === 0;
      });
      const job = await jobDone(lab, id);
      await assertAllDone(lab, job, { captions: false });
      const without = job.items.filter(({ caption }) => !caption).length;
      assert.ok(without > 0 && without < 500, `both ways were gone, ${without} of 500 had no caption`);
      const dead = JSON.parse((await lab_('dead', 'list', '--json')).stdout) as { waiting: number }[];
      assert.ok(
        dead.every(({ waiting }) => waiting === 0),
        JSON.stringify(dead),
      );
    });

    promise('without the broker a job is refused with 503 within 2 s, and nothing is kept of it', async () => {
      await lab.stop('rabbitmq');
      const started = Date.now();
      const response = await fetch(`${lab.url}/jobs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ images: [{ source: 'sample:tiny' }] }),
      });
      assert.equal(response.status, 503);
      assert.ok(Date.now() - started < 2_000);
      assert.ok(Number(response.headers.get('retry-after')) >= 1);
      assert.equal(response.headers.get('content-type')?.split(';')[0], 'application/problem+json');
      await lab.start('rabbitmq');
      const id = await sendJob(lab, 5);
      await assertAllDone(lab, await jobDone(lab, id));
    });

    promise(
      'without the database a job is refused with 503 within 2 s, and everything comes back by itself',
      async () => {
        const before = await sendJob(lab, 20, 'sample:harbour');
        await lab.stop('postgres');
        const started = Date.now();
        const response = await fetch(`${lab.url}/jobs`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ images: [{ source: 'sample:tiny' }] }),
        });
        assert.equal(response.status, 503);
        assert.ok(Date.now() - started < 2_500, `it took ${Date.now() - started} ms`);
        await lab.start('postgres');
        await assertAllDone(lab, await jobDone(lab, before));
        await assertAllDone(lab, await jobDone(lab, await sendJob(lab, 5)));
      },
    );

    promise('a cancelled job is not worked on any further', async () => {
      await lab.kill('resize', 'all');
      const id = await sendJob(lab, 30);
      const cancelled = await fetch(`${lab.url}/jobs/${id}`, { method: 'DELETE' });
      assert.equal(cancelled.status, 200);
      await lab.start('resize');
      await assertAllDone(lab, await jobDone(lab, await sendJob(lab, 1)));
      const job = await readJob(lab, id);
      assert.equal(job.state, 'cancelled');
      assert.equal(job.counts.done + job.counts.cancelled, 30);
      assert.ok(job.counts.cancelled >= 28, `${job.counts.done} of a cancelled job were done`);
    });

    promise(
      'in act it follows guv.yaml: adds replicas, replaces a killed one, takes them away, and no work is lost',
      async () => {
        const text = await readFile(lab.guv, 'utf8');
        const save = async (content: string): Promise<void> => {
          await writeFile(`${lab.guv}.new`, content);
          await rename(`${lab.guv}.new`, lab.guv);
        };
        const ready = (replicas: number, withinMs: number) =>
          eventually(
            `${replicas} of resize are ready`,
            async () => (await scaled('resize')).replicas?.ready === replicas,
            {
              withinMs,
            },
          );
        await lab_('autoscale', 'act');
        const id = await sendJob(lab, 300, 'sample:harbour');
        // Exactly three, whatever the load makes of it on this machine.
        const three = text.replace(/^ {2}maximum: 6$/m, '  minimum: 3\n  maximum: 3');
        assert.notEqual(three, text);
        await save(three);
        await ready(3, 30_000);
        await lab.kill('resize', 'one');
        await eventually('one is missing', async () => ((await scaled('resize')).replicas?.ready ?? 3) < 3);
        await ready(3, 30_000);
        await save(three.replace('minimum: 3', 'minimun: 3'));
        await eventually('the mistake is told', async () => {
          const { stdout } = await lab_('autoscale', 'status');
          return /minimun.*minimum/.test(stdout);
        });
        await save(text);
        await assertAllDone(lab, await jobDone(lab, id));
        await eventually('some are taken away', async () => ((await scaled('resize')).replicas?.ready ?? 3) < 3, {
          withinMs: 60_000, // the first of them; guv.yaml's ratewindow is 30 s
        });
        await lab_('autoscale', 'off', '--restore');
        await ready(1, 30_000);
      },
    );
  });
}
