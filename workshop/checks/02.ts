// Chapter 02: work has waited for a worker, was handed out again and done once, was lost while the lab was unsafe, and is safe again.

import { plural, seconds } from '../../scripts/terminal.ts';
import type { Verdict } from '../../scripts/verdict/types.ts';
import type { ChapterCheck, Evidence, Finding } from '../../scripts/workshop/chapter-check.ts';
import { allHealthy, nothingLost } from '../../scripts/workshop/lab-findings.ts';
import type { ItemView, JobView } from '../../services/frontend/job-view.ts';

const ROLE = 'resize';
/** A worker that is there begins sooner than that. Milliseconds. */
const NOBODY_MS = 1_000;
/** A job of so many images cannot have been done before the crash that it was sent for. */
const LARGE = 100;
/** For what is in flight when the check is asked for. */
const WAIT_SECONDS = 30;

/** One image at the worker, epoch milliseconds. */
interface Span {
  queued: number;
  started: number;
  finished: number;
}

const were = (count: number, what: string): string => `${plural(count, what)} ${count === 1 ? 'was' : 'were'}`;

function spansOf(jobs: readonly JobView[]): Span[] {
  const steps = jobs.flatMap(({ items }) => items.flatMap(({ timings }) => timings.steps));
  return steps.flatMap(({ role, queued_at: queued, started_at: started, finished_at: finished }) =>
    role !== ROLE || queued === null
      ? []
      : { queued: Date.parse(queued), started: Date.parse(started), finished: Date.parse(finished) },
  );
}

/** The times in which no image was worked on, as far as the steps tell; the first has no beginning. */
function quietTimes(spans: readonly Span[]): { from: number; to: number }[] {
  let worked = Number.NEGATIVE_INFINITY;
  const quiet: { from: number; to: number }[] = [];
  for (const { started, finished } of spans.toSorted((a, b) => a.started - b.started)) {
    if (started - worked >= NOBODY_MS) quiet.push({ from: worked, to: started });
    worked = Math.max(worked, finished);
  }
  return quiet;
}

/** How long each image waited while nobody worked, milliseconds; of each that was worked on afterwards. */
export function waitedForNobody(jobs: readonly JobView[]): number[] {
  const spans = spansOf(jobs);
  const quiet = quietTimes(spans);
  return spans.flatMap(({ queued, started }) => {
    const alone = quiet.find(({ from, to }) => queued > from && to - queued >= NOBODY_MS && started >= to);
    return alone === undefined ? [] : alone.to - queued;
  });
}

/** Images that are done, and that had been in the hands of somebody who did not answer. */
export function doneAgain(jobs: readonly JobView[]): ItemView[] {
  const items = jobs.flatMap((job) => job.items);
  return items.filter(
    ({ state, timings }) => state === 'done' && timings.steps.some(({ redelivered }) => redelivered === true),
  );
}

/** When the first image of a job was finished, epoch milliseconds; Infinity where none was. */
const firstDone = ({ items }: JobView): number =>
  Math.min(...items.flatMap((item) => (item.state === 'done' ? Date.parse(item.finished_at!) : [])));

/**
 * The jobs that have lost images, each with how many. A queue keeps its order: an image that was overtaken by a later job, and of which nobody
 * has noted anything, was in no queue any more, if somebody has cancelled it since. One that is open may wait to be tried again: the verdict knows.
 * @param known those that the verdict has found to be lost, as `<job>.<index>`
 */
export function jobsWithLosses(
  jobs: readonly JobView[],
  known: ReadonlySet<string> = new Set(),
): { job: JobView; lost: number }[] {
  const ends = jobs
    .filter(({ urgent }) => !urgent)
    .map((job) => ({ created: job.created_at, firstDone: firstDone(job) }));
  return jobs.flatMap((job) => {
    if (job.mode !== 'queue' || job.published_at === null) return [];
    const later = ends.filter(({ created }) => created > job.created_at);
    const overtakenAt = Math.min(...later.map((end) => end.firstDone));
    const lost = job.items.filter(
      ({ index, state, finished_at: finished, timings }) =>
        (state === 'cancelled' || (state === 'queued' && known.has(`${job.id}.${index}`))) &&
        timings.steps.length === 0 &&
        overtakenAt < (finished === null ? Number.POSITIVE_INFINITY : Date.parse(finished)),
    );
    return lost.length === 0 ? [] : { job, lost: lost.length };
  });
}

/** The largest job that was sent after those that lost images and is done to the last one; undefined where there is none. */
export function doneSinceLosses(jobs: readonly JobView[], losses: readonly { job: JobView }[]): JobView | undefined {
  const last = losses
    .map(({ job }) => job.created_at)
    .sort()
    .at(-1);
  const since = jobs.filter(({ created_at: created }) => last !== undefined && created > last);
  const whole = since.filter(({ counts }) => counts.done === counts.total);
  return whole.toSorted((a, b) => b.counts.total - a.counts.total)[0];
}

function waiting(jobs: readonly JobView[]): Finding {
  const waits = waitedForNobody(jobs);
  if (waits.length > 0) {
    const longest = seconds(Math.max(...waits) / 1000);
    return {
      ok: true,
      text: `${plural(waits.length, 'image')} waited while no worker was there, the longest ${longest}`,
    };
  }
  return {
    ok: false,
    text: 'no image has waited for a worker that was not there',
    hint: `./lab kill ${ROLE}; ./lab send 5; then ./lab up ${ROLE}`,
  };
}

function again(jobs: readonly JobView[], { duplicate_effects: effects }: Verdict): Finding {
  const { length } = doneAgain(jobs);
  const often =
    effects === 0 ? (length === 1 ? 'done once' : 'done once each') : `${plural(effects, 'effect')} came twice`;
  const text = `${were(length, 'image')} handed out again, and ${often}`;
  if (length > 0 && effects === 0) return { ok: true, text };
  return {
    ok: false,
    text,
    hint: `./lab send 200 --sample mountains; ./lab kill ${ROLE} at once; then ./lab up ${ROLE}`,
  };
}

function losing(losses: readonly { lost: number }[]): Finding {
  const lost = losses.reduce((sum, one) => sum + one.lost, 0);
  const text = `${were(lost, 'image')} accepted, overtaken by later ones and never seen again`;
  if (lost > 0) return { ok: true, text };
  return {
    ok: false,
    text: 'no image has been lost yet',
    hint: 'go on with "Break it on purpose": it wants UNSAFE_MESSAGING=1, and a kill while work is under way',
  };
}

function working(jobs: readonly JobView[], losses: readonly { job: JobView }[]): Finding {
  const job = doneSinceLosses(jobs, losses);
  if (job !== undefined && job.counts.total >= LARGE) {
    return { ok: true, text: `after that ${job.counts.done} of the ${job.counts.total} images of a job were done` };
  }
  return {
    ok: false,
    text: `no job of ${LARGE} images or more has been done to the last one after images were lost`,
    hint: 'go on with "Safe again": the same job and the same crash, without UNSAFE_MESSAGING',
  };
}

async function kept(evidence: Evidence, { lost, unsafe }: Verdict): Promise<Finding> {
  const finding = await nothingLost(evidence, WAIT_SECONDS);
  if (finding.ok || unsafe || lost === 0) return finding;
  return { ...finding, hint: 'cancel the jobs that have lost images, as in "Put it right"' };
}

/** The largest first: where there are too many for all, a load of single images does not hide the chapter's own. */
async function jobsOfWorkers(evidence: Evidence): Promise<JobView[]> {
  const jobs = (await evidence.jobs()).filter(({ mode }) => mode === 'queue');
  return evidence.withItems(jobs.sort((a, b) => b.counts.total - a.counts.total));
}

export const check: ChapterCheck = {
  title: 'Kill a worker',
  async findings(evidence) {
    // First of all, as it waits: jobs are done meanwhile.
    const verdict = await evidence.verdict(WAIT_SECONDS);
    const jobs = await jobsOfWorkers(evidence);
    const losses = jobsWithLosses(jobs, new Set(verdict.lost_items.map(({ item }) => item)));
    return [
      waiting(jobs),
      again(jobs, verdict),
      losing(losses),
      working(jobs, losses),
      await kept(evidence, verdict),
      await allHealthy(evidence),
    ];
  },
};
