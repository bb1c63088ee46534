// Finds the loads in what the front end tells of its jobs: many jobs with a deadline, one soon after the other. Pure.
import type { JobSummary, JobView } from '../../services/frontend/job-view.ts';

export interface Load {
  /** The oldest first. */
  jobs: JobSummary[];
  /** Of the first of them, ISO 8601. */
  from: string;
  /** Images a second, as they came. */
  rate: number;
  /** Jobs that kept their deadline, and their share of all, 0 to 1. */
  met: number;
  share: number;
}

/** A load of one job every four seconds is one load still. */
const LONGEST_GAP_MS = 5_000;
/** Fewer jobs are somebody who tries something. */
const FEWEST_JOBS = 8;

const at = ({ created_at }: JobSummary): number => Date.parse(created_at);

function loadOf(jobs: JobSummary[]): Load {
  const [first, last] = [jobs[0]!, jobs.at(-1)!];
  const images = jobs.slice(1).reduce((sum, { counts }) => sum + counts.total, 0);
  const met = jobs.filter(({ deadline }) => deadline?.met === true).length;
  // Jobs that came all at once have a rate above all others.
  const rate = (images * 1_000) / (at(last) - at(first));
  return { jobs, from: first.created_at, rate, met, share: met / jobs.length };
}

/** The oldest first. One of which a deadline is still to come is not told yet. @param jobs in any order */
export function loadsIn(jobs: readonly JobSummary[]): Load[] {
  const promised = jobs.filter(({ mode, deadline }) => mode === 'queue' && deadline !== null);
  const groups: JobSummary[][] = [];
  for (const job of promised.sort((a, b) => at(a) - at(b))) {
    const group = groups.at(-1);
    if (group !== undefined && at(job) - at(group.at(-1)!) <= LONGEST_GAP_MS) group.push(job);
    else groups.push([job]);
  }
  const isDecided = (group: readonly JobSummary[]): boolean => group.every(({ deadline }) => deadline?.met !== null);
  return groups.filter((group) => group.length >= FEWEST_JOBS && isDecided(group)).map(loadOf);
}

const stepsOf = (jobs: readonly JobView[]) =>
  jobs.flatMap(({ items }) => items.flatMap(({ timings }) => timings.steps));

/** How many replicas of a role have worked on these jobs. */
export function replicasIn(jobs: readonly JobView[], role: string): number {
  return new Set(stepsOf(jobs).flatMap((step) => (step.role === role ? [step.replica] : []))).size;
}

/** The role in front of which the images of these jobs have waited longest, all of them together; undefined where none was worked on. */
export function narrowestRole(jobs: readonly JobView[]): { role: string; waiting: number } | undefined {
  const waits = new Map<string, number>();
  for (const { role, waiting_seconds: waited } of stepsOf(jobs))
    waits.set(role, (waits.get(role) ?? 0) + (waited ?? 0));
  const [longest] = [...waits].sort(([, a], [, b]) => b - a);
  return longest && { role: longest[0], waiting: longest[1] };
}
