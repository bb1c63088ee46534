// What clients see of a job: the schemas of the answers, and how rows of the ledger become them.
import { z } from 'zod';
import {
  type ImageFacts,
  type ItemRow,
  type ItemSpec,
  itemStates,
  type JobRow,
  jobStates,
} from '../shared/ledger/types.ts';
import { Caption } from '../shared/messages.ts';
import type { Step } from '../shared/messaging/types.ts';
import { ImageRequest } from './request.ts';

const time = z.iso.datetime();
const seconds = z.number().min(0);

export const JobSummary = z
  .object({
    id: z.uuid(),
    state: z.enum(jobStates).describe('queued: nothing is finished; running: something is; done: every item is final'),
    mode: z.enum(['queue', 'sync']).describe('Through the workers, or inside a request'),
    counts: z.object({
      total: z.int(),
      queued: z.int().describe('Not finished, wherever they are'),
      done: z.int(),
      failed: z.int(),
      cancelled: z.int(),
    }),
    urgent: z.boolean().describe('Its images go ahead of those of other jobs'),
    created_at: time,
    published_at: time.nullable().describe('When the broker had confirmed every image; null while it has not'),
    finished_at: time.nullable(),
    total_seconds: seconds.nullable().describe('From accepted to finished'),
    deadline: z.object({ at: time, met: z.boolean().nullable().describe('Null while it can still be met') }).nullable(),
    links: z.object({ self: z.string(), events: z.string() }),
  })
  .meta({ id: 'JobSummary' });
export type JobSummary = z.infer<typeof JobSummary>;

export const ItemView = z
  .object({
    index: z.int().min(0),
    state: z.enum(itemStates),
    request: ImageRequest,
    image: z
      .object({
        content_type: z.string(),
        width: z.int(),
        height: z.int(),
        bytes: z.int(),
        original: z.object({ width: z.int(), height: z.int(), format: z.string(), bytes: z.int() }),
      })
      .nullable(),
    caption: Caption.nullable(),
    error: z.object({ code: z.string(), reason: z.string(), role: z.string().describe('Where it failed') }).nullable(),
    attempts: z.int().nullable(),
    worker: z.string().nullable().describe('The replica that worked on it last, before it was stored'),
    accepted_at: time,
    finished_at: time.nullable(),
    timings: z.object({
      total_seconds: seconds.nullable().describe('From accepted to finished'),
      steps: z.array(
        z.object({
          role: z.string(),
          replica: z.string(),
          attempt: z.int(),
          waiting_seconds: seconds.nullable().describe('In the queue; null where the sender did not say when it sent'),
          working_seconds: seconds,
          queued_at: time.nullable(),
          started_at: time,
          finished_at: time,
          redelivered: z.literal(true).optional().describe('Somebody had it in hand before, and did not answer'),
        }),
      ),
    }),
    links: z.object({ result: z.string().optional().describe('The picture, once the item is done') }),
  })
  .meta({ id: 'Item' });
export type ItemView = z.infer<typeof ItemView>;

export const JobView = z.object({ ...JobSummary.shape, items: z.array(ItemView) }).meta({ id: 'Job' });
export type JobView = z.infer<typeof JobView>;

export const JobList = z
  .object({ jobs: z.array(JobSummary), next: z.string().nullable().describe('The next page') })
  .meta({ id: 'JobList' });
export type JobList = z.infer<typeof JobList>;

/** Clocks of two machines differ a little: a time between them never comes out below zero. */
const between = (from: number, to: number): number => Math.max(0, to - from) / 1000;

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

/** The last moment that ISO has four digits for. A step comes from a header, in which a foreign participant may have written any number. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const isoOf = (ms: number): string => new Date(Math.min(ms, LAST_MS)).toISOString();

export const jobPath = (id: string): string => `/jobs/${id}`;

export function jobSummary(job: JobRow, now = new Date()): JobSummary {
  const { id, state, mode, total, done, failed, cancelled } = job;
  const met = (deadline: Date): boolean | null => {
    if (state === 'cancelled') return false;
    if (job.finished_at !== null) return job.finished_at <= deadline;
    return now > deadline ? false : null;
  };
  return {
    id,
    state,
    mode,
    counts: { total, queued: total - done - failed - cancelled, done, failed, cancelled },
    urgent: job.urgent,
    created_at: job.created_at.toISOString(),
    published_at: iso(job.published_at),
    finished_at: iso(job.finished_at),
    total_seconds: job.finished_at && between(job.created_at.getTime(), job.finished_at.getTime()),
    deadline: job.deadline_at && { at: job.deadline_at.toISOString(), met: met(job.deadline_at) },
    links: { self: jobPath(id), events: `${jobPath(id)}/events` },
  };
}

const stepView = (step: Step): ItemView['timings']['steps'][number] => ({
  role: step.role,
  replica: step.replica,
  attempt: step.attempt,
  waiting_seconds: step.queuedAt === undefined ? null : between(step.queuedAt, step.startedAt),
  working_seconds: between(step.startedAt, step.finishedAt),
  queued_at: step.queuedAt === undefined ? null : isoOf(step.queuedAt),
  started_at: isoOf(step.startedAt),
  finished_at: isoOf(step.finishedAt),
  ...(step.redelivered ? { redelivered: true } : {}),
});

// Written out, because jsonb gives the fields in an order of its own.
const requestView = ({ source, width, height, fit, format }: ItemSpec): ItemView['request'] => ({
  source,
  width,
  height,
  fit,
  format,
});
const imageView = ({ contentType, width, height, bytes, original }: ImageFacts): ItemView['image'] => ({
  content_type: contentType,
  width,
  height,
  bytes,
  original,
});

export function itemView(job: string, item: ItemRow): ItemView {
  return {
    index: item.index,
    state: item.state,
    request: requestView(item.spec),
    image: item.image && imageView(item.image),
    caption: item.caption,
    error: item.error,
    attempts: item.attempts,
    worker: item.worker,
    accepted_at: item.accepted_at.toISOString(),
    finished_at: iso(item.finished_at),
    timings: {
      total_seconds: item.finished_at && between(item.accepted_at.getTime(), item.finished_at.getTime()),
      steps: item.steps.map(stepView),
    },
    links: item.state === 'done' ? { result: `${jobPath(job)}/images/${item.index}` } : {},
  };
}

export function jobView({ job, items }: { job: JobRow; items: readonly ItemRow[] }, now?: Date): JobView {
  return { ...jobSummary(job, now), items: items.map((item) => itemView(job.id, item)) };
}
