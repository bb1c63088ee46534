// Which item is meant: `<job>.<index>`, a job (then its slowest item), or nothing (the newest job).
import type { ItemView, JobList, JobView } from '../../services/frontend/job-view.ts';
import { CannotRun } from '../command.ts';
import { Refused, type ServiceClient } from '../service-client.ts';

const GIVEN = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.(\d{1,4}))?$/i;

export interface FoundItem {
  job: JobView;
  item: ItemView;
  /** Why it is this one, where nobody named it. */
  chosen: string | undefined;
}

/** The one that took longest; where none is finished, the first. */
export function slowest(items: readonly ItemView[]): ItemView {
  const took = (item: ItemView): number => item.timings.total_seconds ?? -1;
  return items.reduce((most, item) => (took(item) > took(most) ? item : most));
}

/** @throws {CannotRun} {Refused} where there is no such item, or none at all */
export async function findItem(frontEnd: ServiceClient, given: string | undefined): Promise<FoundItem> {
  const [, id, index] = given === undefined ? [] : (GIVEN.exec(given) ?? []);
  if (given !== undefined && id === undefined) {
    throw new CannotRun(`expected an item such as <job>.3, or a job id, got ${JSON.stringify(given)}`);
  }
  const newest = id === undefined ? (await frontEnd.get<JobList>('/jobs?limit=1')).jobs[0]?.id : undefined;
  const wanted = id ?? newest;
  if (wanted === undefined) throw new Refused('there is no job yet; ./lab send makes one');
  const job = await frontEnd.get<JobView>(`/jobs/${wanted.toLowerCase()}`);
  if (index !== undefined) {
    const item = job.items[Number(index)];
    if (item === undefined) throw new Refused(`job ${job.id} has the images 0 to ${job.items.length - 1}, no ${index}`);
    return { job, item, chosen: undefined };
  }
  const of = newest === undefined ? 'the job' : 'the newest job';
  const item = slowest(job.items);
  const among =
    job.items.length === 1 ? `the only image of ${of}` : `the slowest of the ${job.items.length} images of ${of}`;
  const first = `the first of the ${job.items.length} images of ${of}: none is finished`;
  return { job, item, chosen: item.finished_at === null && job.items.length > 1 ? first : among };
}
