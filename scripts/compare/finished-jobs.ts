// Which jobs are finished, and when, from the front end's list of jobs: the newest ones each second, all of them at the end.
import { z } from 'zod';
import { JobSummary } from '../../services/frontend/job-view.ts';
import { CannotRun } from '../command.ts';

/** As much of the list as is wanted here. */
const Seen = JobSummary.pick({ id: true, state: true, counts: true, created_at: true, finished_at: true });
const SeenList = z.object({ jobs: z.array(Seen) });

/** The longest page that the front end gives. */
const PAGE = 100;
const TIMEOUT_MS = 15_000;
/** Clocks of two machines differ a little. */
const SLACK_MS = 2_000;

export interface Finished {
  /** Milliseconds since the epoch, by the lab's clock. */
  at: number;
  state: 'done' | 'cancelled';
  /** Whether every image has its result. */
  whole: boolean;
}

export interface FinishedJobs {
  /** By the id of the job. */
  readonly known: ReadonlyMap<string, Finished>;
  /**
   * Looks at the newest jobs that are done, back to those that are known already. Work goes first come, first served: few are missed, and
   * those are found by `sweep`.
   */
  look(): Promise<void>;
  /** Looks at all jobs since the start. */
  sweep(): Promise<void>;
}

/** @param base http://127.0.0.1:8080 @param since milliseconds since the epoch: older jobs are somebody else's */
export function createFinishedJobs(base: string, since: number): FinishedJobs {
  const known = new Map<string, Finished>();

  async function page(query: string): Promise<z.infer<typeof SeenList>> {
    const response = await fetch(`${base}/jobs?limit=${PAGE}${query}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new CannotRun(`the front end at ${base} answered ${response.status} to GET /jobs`);
    return SeenList.parse(await response.json());
  }

  /** @returns whether it was news */
  function take({ id, state, finished_at, counts }: z.infer<typeof Seen>): boolean {
    if (finished_at === null || (state !== 'done' && state !== 'cancelled') || known.has(id)) return false;
    known.set(id, { at: Date.parse(finished_at), state, whole: counts.done === counts.total });
    return true;
  }

  async function walk(filter: string, untilKnown: boolean): Promise<void> {
    for (let after = ''; ; ) {
      const { jobs } = await page(filter + after);
      const news = jobs.map(take).filter(Boolean).length;
      const last = jobs.at(-1);
      const isPast = last === undefined || Date.parse(last.created_at) < since - SLACK_MS;
      if (isPast || jobs.length < PAGE || (untilKnown && news === 0)) return;
      after = `&after=${last.id}`;
    }
  }

  return { known, look: () => walk('&state=done', true), sweep: () => walk('', false) };
}
