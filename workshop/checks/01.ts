// Chapter 1 is done when a job of one image was done, the way of an image can be followed from end to end, and a set has met its deadline.

import { plural, seconds } from '../../scripts/terminal.ts';
import type { ChapterCheck, Evidence, Finding } from '../../scripts/workshop/chapter-check.ts';
import { findWay } from '../../scripts/workshop/item-way.ts';
import { allHealthy, nothingLost } from '../../scripts/workshop/lab-findings.ts';
import type { JobSummary } from '../../services/frontend/job-view.ts';

/** One that takes another way than the first is looked for among so many jobs. */
const MOST_TRIED = 100;

/** Done by the workers, every image of it. */
const isDone = ({ mode, counts }: JobSummary): boolean => mode === 'queue' && counts.done === counts.total;

function oneImage(jobs: readonly JobSummary[]): Finding {
  const job = jobs.find((one) => isDone(one) && one.counts.total === 1);
  if (job === undefined) return { ok: false, text: 'no job of one image is done', hint: './lab send 1 --wait' };
  return { ok: true, text: `a job of one image was done in ${seconds(job.total_seconds ?? 0)}` };
}

async function firstWay(evidence: Evidence, jobs: readonly JobSummary[]): Promise<ReturnType<typeof findWay>> {
  for (const job of jobs) {
    const way = findWay(await evidence.withItems([job]), ['resize', 'caption', 'store']);
    if (way !== undefined) return way;
  }
  return undefined;
}

async function theWayOfOne(evidence: Evidence, jobs: readonly JobSummary[]): Promise<Finding> {
  const way = await firstWay(evidence, jobs.filter(isDone).slice(0, MOST_TRIED));
  if (way === undefined) {
    const text = 'no image has gone through resize, caption and store';
    return {
      ok: false,
      text,
      hint: './lab graph diff says whether the way is as service.fbp has it; then ./lab send 1 --wait',
    };
  }
  const { item, parts, total } = way;
  const sum = parts.map(({ name, seconds: took }) => `${name} ${seconds(took)}`).join(' + ');
  return { ok: true, text: `the way of image ${item} is known from end to end: ${sum} = ${seconds(total)}` };
}

function aSetInTime(jobs: readonly JobSummary[]): Finding {
  const hint = './lab send 100 --deadline 200 --wait';
  const sets = jobs.filter((one) => isDone(one) && one.counts.total > 1 && one.deadline !== null);
  const met = sets.find(({ deadline }) => deadline?.met === true);
  if (met !== undefined) {
    const { counts, total_seconds: took } = met;
    const each = (took ?? 0) / counts.total;
    const text = `a set of ${counts.total} images met its deadline: ${seconds(took ?? 0)}, ${seconds(each)} for each`;
    return { ok: true, text };
  }
  const text =
    sets.length === 0 ? 'no set with a deadline is done' : `${plural(sets.length, 'set')} missed the deadline`;
  return { ok: false, text, hint };
}

export const check: ChapterCheck = {
  title: 'A first job',
  async findings(evidence) {
    const jobs = await evidence.jobs();
    const done = [oneImage(jobs), await theWayOfOne(evidence, jobs), aSetInTime(jobs)];
    return [...done, await allHealthy(evidence), await nothingLost(evidence)];
  },
};
