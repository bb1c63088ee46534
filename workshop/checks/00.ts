// Chapter 0 is done when the lab runs, all of it, and has given a first sign of life: a job that is done.

import { plural, seconds } from '../../scripts/terminal.ts';
import type { ChapterCheck, Evidence, Finding } from '../../scripts/workshop/chapter-check.ts';
import { allHealthy, nothingLost } from '../../scripts/workshop/lab-findings.ts';

async function aJobIsDone(evidence: Evidence): Promise<Finding> {
  const jobs = await evidence.jobs();
  const done = jobs.find(({ counts }) => counts.done === counts.total);
  if (done !== undefined) {
    const { counts, total_seconds: took } = done;
    return { ok: true, text: `a job of ${plural(counts.total, 'image')} was done in ${seconds(took ?? 0)}` };
  }
  const text = jobs.length === 0 ? 'no job was sent' : `${plural(jobs.length, 'job')} sent, and none is done`;
  return { ok: false, text, hint: './lab send 1 --wait' };
}

export const check: ChapterCheck = {
  title: 'Before you start',
  async findings(evidence) {
    return [await allHealthy(evidence), await aJobIsDone(evidence), await nothingLost(evidence)];
  },
};
