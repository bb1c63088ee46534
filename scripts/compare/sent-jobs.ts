// The jobs of one run, from due to finished: what each was answered, and what became of it so far.
import type { Fate } from './comparison.ts';
import type { Finished } from './finished-jobs.ts';
import type { Answer } from './send-job.ts';

interface SentJob {
  /** Seconds from the start. */
  due: number;
  answer?: Answer;
  /** When the answer came, seconds from the start. */
  answeredAt: number;
}

export interface SentJobs {
  /** A job is due now. @returns what takes its answer */
  add(due: number): (answer: Answer, at: number) => void;
  /** How many were due so far. */
  count(): number;
  /** Ids of jobs that were accepted and are not known to be finished. */
  open(): string[];
  /** Whether every job has its answer, and every accepted one is finished. */
  settled(): boolean;
  fates(): Fate[];
}

/** @param startedAt milliseconds since the epoch @param finished by id */
export function createSentJobs(startedAt: number, finished: ReadonlyMap<string, Finished>): SentJobs {
  const jobs: SentJob[] = [];

  const isOpen = ({ answer }: SentJob): boolean => answer?.kind === 'accepted' && !finished.has(answer.id);

  function accepted(due: number, id: string): Fate {
    const end = finished.get(id);
    if (end === undefined || end.state === 'cancelled') return { due, outcome: 'unfinished', seconds: null };
    if (!end.whole) return { due, outcome: 'failed', seconds: null };
    return { due, outcome: 'done', seconds: Math.max(0, (end.at - startedAt) / 1000 - due) };
  }

  function fate({ due, answer, answeredAt }: SentJob): Fate {
    if (answer === undefined) return { due, outcome: 'unfinished', seconds: null };
    if (answer.kind === 'accepted') return accepted(due, answer.id);
    return { due, outcome: answer.kind, seconds: answer.kind === 'done' ? answeredAt - due : null };
  }

  return {
    add(due) {
      const job: SentJob = { due, answeredAt: Number.NaN };
      jobs.push(job);
      return (answer, at) => Object.assign(job, { answer, answeredAt: at });
    },
    count: () => jobs.length,
    open: () => jobs.filter(isOpen).flatMap(({ answer }) => (answer?.kind === 'accepted' ? [answer.id] : [])),
    settled: () => jobs.every((job) => job.answer !== undefined && !isOpen(job)),
    fates: () => jobs.map(fate),
  };
}
