// What the ledger keeps, as its readers see it.
import type { Caption, fits, formats } from '../messages.ts';
import type { Step } from '../messaging/types.ts';

export const jobStates = ['queued', 'running', 'done', 'cancelled'] as const;
export type JobState = (typeof jobStates)[number];

export const itemStates = ['queued', 'done', 'failed', 'cancelled'] as const;
export type ItemState = (typeof itemStates)[number];

/** `queue`: the work flows through the workers. `sync`: a front end did it inside the request. */
export type JobMode = 'queue' | 'sync';

/** What was asked for one image. */
export interface ItemSpec {
  source: string;
  width: number;
  height: number;
  fit: (typeof fits)[number];
  format: (typeof formats)[number];
}

export interface JobRow {
  id: string;
  mode: JobMode;
  state: JobState;
  total: number;
  done: number;
  failed: number;
  cancelled: number;
  created_at: Date;
  deadline_at: Date | null;
  published_at: Date | null;
  finished_at: Date | null;
  /** Its messages go ahead of those of other jobs. */
  urgent: boolean;
}

export interface ItemError {
  code: string;
  reason: string;
  role: string;
}

export interface ImageFacts {
  contentType: string;
  width: number;
  height: number;
  /** How many bytes the picture has. */
  bytes: number;
  original: { width: number; height: number; format: string; bytes: number };
}

export interface ItemRow {
  index: number;
  spec: ItemSpec;
  state: ItemState;
  /** Its place among the finished items of its job: 1, 2, 3, … without gaps; null while it is not finished. */
  rank: number | null;
  error: ItemError | null;
  caption: Caption | null;
  image: ImageFacts | null;
  steps: Step[];
  attempts: number | null;
  worker: string | null;
  accepted_at: Date;
  finished_at: Date | null;
}

/** Statement parts shared by the readers: the columns of the two row types above. */
export const JOB_COLUMNS =
  'id, mode, state, total, done, failed, cancelled, created_at, deadline_at, published_at, finished_at, urgent';
export const ITEM_COLUMNS =
  'index, spec, state, rank, error, caption, image, steps, attempts, worker, accepted_at, finished_at';
