// One image's way as a sum: the time at each role, waiting and working, and the time in between.
import type { ItemView, JobView } from '../../services/frontend/job-view.ts';
import { lengthOf, segmentsOf } from '../trace/segments.ts';

interface ItemWay {
  /** `<job>.<index>`, as `./lab trace` takes it. */
  item: string;
  /** Each role, in the order in which it had the image, and what is left as `on its way`; they add up to `total`. */
  parts: { name: string; seconds: number }[];
  /** From accepted to finished, seconds. */
  total: number;
}

const BETWEEN = 'on its way';

function wayOf(item: ItemView, end: string): Omit<ItemWay, 'item'> {
  const sums = new Map<string, number>();
  const segments = segmentsOf(item.timings.steps, { start: item.accepted_at, end });
  for (const segment of segments) {
    const name = segment.kind === BETWEEN ? BETWEEN : (segment.role ?? BETWEEN);
    sums.set(name, (sums.get(name) ?? 0) + lengthOf(segment));
  }
  const between = sums.get(BETWEEN) ?? 0;
  sums.delete(BETWEEN);
  const parts = [...sums, [BETWEEN, between] as const].map(([name, ms]) => ({ name, seconds: ms / 1000 }));
  return { parts, total: segments.reduce((sum, segment) => sum + lengthOf(segment), 0) / 1000 };
}

/** That of the first image, in the order of the jobs, that was at all of these roles; undefined where none was. */
export function findWay(jobs: readonly JobView[], roles: readonly string[]): ItemWay | undefined {
  for (const job of jobs) {
    for (const item of job.items) {
      const wasAt = new Set(item.timings.steps.map(({ role }) => role));
      if (item.finished_at === null || !roles.every((role) => wasAt.has(role))) continue;
      return { item: `${job.id}.${item.index}`, ...wayOf(item, item.finished_at) };
    }
  }
  return undefined;
}
