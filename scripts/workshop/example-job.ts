// Jobs as the front end shows them, for tests of checks: what happened to them is said in a few words, and the times fit each other.
import { randomUUID } from 'node:crypto';
import type { ItemView, JobView } from '../../services/frontend/job-view.ts';

type StepView = ItemView['timings']['steps'][number];
type State = 'queued' | 'done' | 'failed' | 'cancelled';

/** When the example's day begins: what happens `at` so many seconds is counted from here. */
export const BEGIN = '2026-01-31T12:00:00.000Z';

export interface ExampleJob {
  /** In its set (1). */
  images?: number;
  /** Of every image (done). */
  state?: State;
  /** When it was accepted, seconds after BEGIN (0). */
  at?: number;
  /** What each image spends at each role, in their order: seconds of waiting and of working. */
  times?: Readonly<Record<string, readonly [waiting: number, working: number]>>;
  /** Seconds from accepted (none). */
  deadline?: number;
  mode?: JobView['mode'];
  /** Changes a step of an image: `(step, index) => ({ ...step, replica: 'resize-2' })` */
  step?: (step: StepView, index: number) => StepView;
  /** Changes an image, last of all. */
  image?: (item: ItemView) => ItemView;
}

const EXAMPLE_TIMES = { resize: [0.1, 0.2], caption: [0.05, 0.1], store: [0.02, 0.03] } as const;

const isoAt = (seconds: number): string => new Date(Date.parse(BEGIN) + Math.round(seconds * 1000)).toISOString();

function stepsOf(times: NonNullable<ExampleJob['times']>, start: number): StepView[] {
  let clock = start;
  return Object.entries(times).map(([role, [waiting, working]]) => {
    const queued = clock;
    clock += waiting + working;
    return {
      ...{ role, replica: `${role}-1`, attempt: 1, waiting_seconds: waiting, working_seconds: working },
      ...{ queued_at: isoAt(queued), started_at: isoAt(queued + waiting), finished_at: isoAt(clock) },
    };
  });
}

/** A job of which every image has the same fate. */
export function exampleJob({
  images = 1,
  state = 'done',
  at = 0,
  times = EXAMPLE_TIMES,
  deadline,
  mode = 'queue',
  step = (same) => same,
  image = (same) => same,
}: ExampleJob = {}): JobView {
  const id = randomUUID();
  const isFinal = state !== 'queued';
  const total = Object.values(times).reduce((sum, [waiting, working]) => sum + waiting + working, 0);
  const finished = { finished_at: isFinal ? isoAt(at + total) : null };
  const steps = state === 'done' || state === 'failed' ? stepsOf(times, at) : [];
  const item = (index: number): ItemView => ({
    index,
    state,
    request: { source: 'sample:harbour', width: 320, height: 240, fit: 'cover', format: 'jpeg' },
    image: null,
    caption: null,
    error: state === 'failed' ? { code: 'gave-up', reason: 'It could not be done.', role: 'resize' } : null,
    attempts: steps.length > 0 ? 1 : null,
    worker: steps.length > 0 ? 'caption-1' : null,
    accepted_at: isoAt(at),
    ...finished,
    timings: { total_seconds: isFinal ? total : null, steps: steps.map((one) => step(one, index)) },
    links: state === 'done' ? { result: `/jobs/${id}/images/${index}` } : {},
  });
  return {
    id,
    state: state === 'failed' ? 'done' : state,
    mode,
    counts: { total: images, queued: 0, done: 0, failed: 0, cancelled: 0, [state]: images },
    urgent: false,
    created_at: isoAt(at),
    published_at: mode === 'queue' ? isoAt(at) : null,
    ...finished,
    total_seconds: isFinal ? total : null,
    deadline:
      deadline === undefined
        ? null
        : { at: isoAt(at + deadline), met: isFinal ? state !== 'cancelled' && total <= deadline : null },
    links: { self: `/jobs/${id}`, events: `/jobs/${id}/events` },
    items: Array.from({ length: images }, (_, index) => image(item(index))),
  };
}
