// Chapter 3: work was measured, too much of it came, deadlines were missed, and more of the right workers kept them.

import { plural, seconds } from '../../scripts/terminal.ts';
import type { ChapterCheck, Evidence, Finding } from '../../scripts/workshop/chapter-check.ts';
import { allHealthy, nothingLost } from '../../scripts/workshop/lab-findings.ts';
import { type Load, loadsIn, narrowestRole, replicasIn } from '../../scripts/workshop/loads.ts';
import type { JobSummary, JobView } from '../../services/frontend/job-view.ts';

/** So many of its jobs may keep their deadline in a load that overwhelms. */
const OVERWHELMED = 0.8;
/** By so much the share in time has to rise before it is called better. */
const BETTER = 0.2;
/** Two loads with rates so near are the same load: what comes is never quite what was asked for. */
const SAME_RATE = 0.7;
/** Fewer requests show nobody waiting for another. */
const SYNC_JOBS = 5;
const WAIT_SECONDS = 30;

/** A load with the images of its jobs. */
interface SeenLoad extends Load {
  seen: JobView[];
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const kept = ({ met, jobs, share }: Load): string => `${met} of ${jobs.length} jobs (${percent(share)})`;
const clock = (iso: string): string => new Date(iso).toTimeString().slice(0, 8);

async function measured(evidence: Evidence, jobs: readonly JobSummary[]): Promise<Finding> {
  const alone = jobs.find(
    ({ mode, state, counts, deadline }) =>
      mode === 'queue' && state === 'done' && deadline === null && counts.total === 1 && counts.done === 1,
  );
  if (alone === undefined) {
    return { ok: false, text: 'no picture was sent alone and done', hint: './lab send 1 --sample mountains --wait' };
  }
  const seen = await evidence.withItems([alone]);
  const steps = seen.flatMap(({ items }) => items.flatMap(({ timings }) => timings.steps));
  const times = steps.map(({ role, working_seconds: worked }) => `${seconds(worked)} at ${role}`);
  return { ok: true, text: `one picture alone was worked on for ${times.join(', ')}` };
}

function overwhelmed(load: SeenLoad | undefined): Finding {
  if (load === undefined) {
    const hint =
      'with one replica: ./lab load dial --rate $rate --set 8 --deadline 6 --for 30s, as under "Overwhelm it"';
    return { ok: false, text: 'no load has missed its deadlines: 20 % of its jobs at least have to', hint };
  }
  const where = narrowestRole(load.seen);
  const waited =
    where && `, and its pictures waited for ${where.role}: ${seconds(where.waiting)}, all of them together`;
  return { ok: true, text: `${kept(load)} of the load at ${clock(load.from)} kept their deadline${waited ?? ''}` };
}

function insideRequests(jobs: readonly JobSummary[]): Finding {
  const done = jobs.filter(({ mode, state }) => mode === 'sync' && state === 'done');
  const text = `${plural(done.length, 'job')} ${done.length === 1 ? 'was' : 'were'} done inside the request`;
  if (done.length < SYNC_JOBS) {
    return {
      ok: false,
      text: `${text}, expected ${SYNC_JOBS} or more`,
      hint: 'crowd /sync/images, as under "The other way"',
    };
  }
  const times = done.map(({ total_seconds: took }) => took ?? 0).sort((a, b) => a - b);
  const half = times[Math.floor(times.length / 2)]!;
  return {
    ok: true,
    text: `${text}: half of them within ${seconds(half)}, the slowest took ${seconds(times.at(-1)!)}`,
  };
}

/** The first load that overwhelms, and all that came after it. Of the others nobody has to know more than how many kept their deadline. */
async function fromTheBadOneOn(evidence: Evidence, loads: readonly Load[]): Promise<SeenLoad[]> {
  const bad = loads.findIndex(({ share }) => share < OVERWHELMED);
  if (bad === -1) return [];
  const wanted = loads.slice(bad);
  const jobs = await evidence.withItems(wanted.flatMap((load) => load.jobs));
  const byId = new Map(jobs.map((job) => [job.id, job]));
  return wanted.map((load) => ({ ...load, seen: load.jobs.flatMap(({ id }) => byId.get(id) ?? []) }));
}

/** The loads after the overwhelming one in which more replicas of the role that was too narrow have worked. */
function widerLoads(later: readonly SeenLoad[], bad: SeenLoad | undefined): SeenLoad[] {
  const role = bad && narrowestRole(bad.seen)?.role;
  if (bad === undefined || role === undefined) return [];
  const before = replicasIn(bad.seen, role);
  return later.filter(({ seen }) => replicasIn(seen, role) > before);
}

function scaled(wider: readonly SeenLoad[], bad: SeenLoad | undefined): Finding {
  const role = bad && narrowestRole(bad.seen)?.role;
  if (bad === undefined || role === undefined) {
    return {
      ok: false,
      text: 'nobody knows yet which role is too narrow',
      hint: 'that shows in a load that overwhelms',
    };
  }
  const before = `${plural(replicasIn(bad.seen, role), 'replica')} of ${role}`;
  if (wider.length === 0) {
    const hint = `./lab scale ${role} 3, and the same load again`;
    return { ok: false, text: `no later load was worked on by more than ${before}, which was too narrow`, hint };
  }
  const most = Math.max(...wider.map(({ seen }) => replicasIn(seen, role)));
  return { ok: true, text: `${role} was scaled: ${before} before, ${most} in a later load` };
}

function better(wider: readonly Load[], bad: Load | undefined): Finding {
  const hint =
    'the same load, with the same rate, while there are more replicas; ./lab status shows that the queues are empty before';
  const [best] = wider
    .filter(({ rate }) => bad !== undefined && rate >= SAME_RATE * bad.rate)
    .sort((a, b) => b.share - a.share);
  if (bad === undefined || best === undefined) {
    return { ok: false, text: 'the same load did not come again with more replicas', hint };
  }
  const text = `${kept(best)} kept their deadline with more replicas, ${kept(bad)} before`;
  return best.share >= bad.share + BETTER ? { ok: true, text } : { ok: false, text: `${text}: not much better`, hint };
}

async function atRest(evidence: Evidence): Promise<Finding> {
  const { in_flight: left } = await evidence.verdict(WAIT_SECONDS);
  if (left === 0) return { ok: true, text: 'the lab is at rest: nothing is in flight' };
  const hint = './lab load dial --off stops a load that runs; ./lab status shows where work waits';
  return { ok: false, text: `the lab is not at rest: ${plural(left, 'image')} in flight`, hint };
}

export const check: ChapterCheck = {
  title: 'Overwhelm it',
  async findings(evidence) {
    // First of all, as it waits: jobs are done meanwhile.
    const rest = await atRest(evidence);
    const jobs = await evidence.jobs();
    const [bad, ...later] = await fromTheBadOneOn(evidence, loadsIn(jobs));
    const wider = widerLoads(later, bad);
    return [
      await measured(evidence, jobs),
      overwhelmed(bad),
      insideRequests(jobs),
      scaled(wider, bad),
      better(wider, bad),
      rest,
      await nothingLost(evidence, WAIT_SECONDS),
      await allHealthy(evidence),
    ];
  },
};
