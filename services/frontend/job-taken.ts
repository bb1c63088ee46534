// What the one who sent a job is told at once: the job, and when it should be done, where that is known.
import { z } from 'zod';
import type { JobRow } from '../shared/ledger/types.ts';
import { JobSummary, jobSummary } from './job-view.ts';

export const JobTaken = z
  .object({
    ...JobSummary.shape,
    expected_seconds: z
      .number()
      .min(0)
      .optional()
      .describe('When it should be done, from now; only with ADMISSION=deadline, and where it is known'),
  })
  .meta({ id: 'JobTaken' });
export type JobTaken = z.infer<typeof JobTaken>;

export function jobTaken(job: JobRow, { expectedSeconds }: { expectedSeconds?: number | undefined }): JobTaken {
  const expected = expectedSeconds === undefined ? {} : { expected_seconds: Math.round(expectedSeconds * 10) / 10 };
  return { ...jobSummary(job), ...expected };
}
