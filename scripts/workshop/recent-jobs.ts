// The jobs that the front end knows: a list of them all, and of some each image.
import { forEachLimited } from '../../services/frontend/for-each-limited.ts';
import type { JobList, JobSummary, JobView } from '../../services/frontend/job-view.ts';
import type { ServiceClient } from '../service-client.ts';

type FrontEnd = Pick<ServiceClient, 'get'>;

/** `./lab load http` leaves thousands. */
export const MOST_LISTED = 20_000;
/** The most jobs whose images are looked at. */
export const MOST_WITH_ITEMS = 1_000;
/** The longest page that the front end gives. */
const PAGE = 100;
/** Each is a question to the database, which without Docker has one session for all. */
const AT_A_TIME = 4;

/** The newest first, `most` of them at most, and whether there are more. @throws {CannotRun} {Refused} */
export async function listedJobs(
  frontEnd: FrontEnd,
  most = MOST_LISTED,
): Promise<{ found: JobSummary[]; more: boolean }> {
  const found: JobSummary[] = [];
  let page: string | null = `/jobs?limit=${PAGE}`;
  while (page !== null && found.length < most) {
    const { jobs, next }: JobList = await frontEnd.get<JobList>(page);
    found.push(...jobs);
    page = next;
  }
  return { found: found.slice(0, most), more: page !== null || found.length > most };
}

/** In the order in which they are given. @throws {CannotRun} {Refused} */
export async function withItems(frontEnd: FrontEnd, jobs: readonly Pick<JobSummary, 'id'>[]): Promise<JobView[]> {
  const found = new Map<string, JobView>();
  await forEachLimited(jobs, AT_A_TIME, async ({ id }) => {
    found.set(id, await frontEnd.get<JobView>(`/jobs/${id}`));
  });
  return jobs.map(({ id }) => found.get(id)!);
}
