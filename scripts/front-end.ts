// The front end's API, as ./lab uses it.
import { JobList, JobSummary, JobView } from '../services/frontend/job-view.ts';
import type { ProblemDetails } from '../services/shared/errors.ts';
import { jobStates } from '../services/shared/ledger/types.ts';
import { CannotRun } from './command.ts';

const TIMEOUT_MS = 15_000;
/** The longest page that the front end gives. */
const PAGE = 100;

/** How many jobs are in a state; `more` where there are more than one page holds. */
export interface JobCount {
  count: number;
  more: boolean;
}

/** What the front end refused, field by field. */
function refusal({ detail, errors }: Partial<ProblemDetails>, status: number): string {
  const fields = (errors ?? []).map(({ field, expected }) => `${field}: expected ${expected}`);
  return [detail ?? `the front end answered ${status}`, ...fields].join('; ');
}

async function call(base: string, path: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(base + path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
    (error: Error) => {
      throw new CannotRun(
        `the front end at ${base} does not answer (${(error.cause as Error | undefined)?.message ?? error.message})`,
      );
    },
  );
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new CannotRun(refusal(body as Partial<ProblemDetails>, response.status));
  return body;
}

/** `base`: http://127.0.0.1:8080. Every call throws CannotRun with a sentence where it fails. */
export function frontEnd(base: string) {
  return {
    async submit(job: object): Promise<JobSummary> {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(job) };
      return JobSummary.parse(await call(base, '/jobs', init));
    },
    job: async (id: string): Promise<JobView> => JobView.parse(await call(base, `/jobs/${id}`)),
    async jobsByState(): Promise<Record<string, JobCount>> {
      const count = async (state: string): Promise<[string, JobCount]> => {
        const { jobs, next } = JobList.parse(await call(base, `/jobs?state=${state}&limit=${PAGE}`));
        return [state, { count: jobs.length, more: next !== null }];
      };
      return Object.fromEntries(await Promise.all(jobStates.map(count)));
    },
  };
}
