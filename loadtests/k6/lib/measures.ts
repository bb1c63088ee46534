// What a user of the service feels, as k6 metrics: was it taken, when was that said, when was it done, was that in time.
import { Counter, Rate, Trend } from 'k6/metrics';
import { type Answer, isFinished, type Job, type JobOptions, jobOf, post, untilDone } from './job-client.ts';

/** What k6 calls a request without an answer in time: here, the user has gone away. */
const TIMED_OUT = 1050;
/** Milliseconds. */
const TIME = true;
/** Share of the jobs that the service took, instead of refusing them. */
const jobTaken = new Rate('job_taken');
/** From the POST to its answer. */
const jobAccepted = new Trend('job_accepted', TIME);
/** From the POST to the last image being done; what was given up counts with the time until then. */
const jobDone = new Trend('job_done', TIME);
/** Share of the jobs taken of which every image was done within the deadline, counted from the POST. */
const inDeadline = new Rate('in_deadline');
/** Jobs that were not done for so long that the user went away. */
const givenUp = new Counter('job_given_up');

export interface MeasureOptions extends JobOptions {
  deadlineSeconds: number;
  /** When the user goes away and the job is cancelled; twice the deadline where it is not given. */
  patienceSeconds?: number;
  /** A row of its own in the table: `urgent`, `sync`. Its metrics carry it as the tag `kind`. */
  kind?: string;
}

export interface Measured {
  answer: Answer;
  /** Undefined where it was refused, or given up. */
  job: Job | undefined;
}

const tagsOf = ({ kind }: MeasureOptions): Record<string, string> => (kind === undefined ? {} : { kind });

const patienceOf = ({ deadlineSeconds, patienceSeconds = 2 * deadlineSeconds }: MeasureOptions): number =>
  patienceSeconds;

function record(job: Job | undefined, doneMs: number, options: MeasureOptions): void {
  const tags = tagsOf(options);
  jobDone.add(doneMs, tags);
  if (job === undefined) givenUp.add(1, tags);
  const complete = job !== undefined && job.counts.done === job.counts.total;
  inDeadline.add(complete && doneMs <= options.deadlineSeconds * 1000, tags);
}

/** Sends one job through the queue, and waits until it is done. */
export function measureJob(options: MeasureOptions): Measured {
  const tags = tagsOf(options);
  const started = Date.now();
  const answer = post('/jobs', options);
  jobTaken.add(answer.status === 202, tags);
  if (answer.status !== 202) return { answer, job: undefined };
  const acceptedMs = Date.now() - started;
  jobAccepted.add(acceptedMs, tags);
  const job = untilDone(answer, patienceOf(options));
  const askedMs = Date.now() - started;
  // When it was done the job says itself, so that it does not look as if it had taken until the next time we asked.
  const total = job?.total_seconds;
  record(job, typeof total === 'number' ? Math.min(askedMs, acceptedMs + total * 1000) : askedMs, options);
  return { answer, job };
}

/** The same work inside the request: its answer is the result. */
export function measureSync(options: MeasureOptions): Measured {
  const tags = tagsOf(options);
  const started = Date.now();
  const answer = post('/sync/images', options, `${patienceOf(options)}s`);
  const tookMs = Date.now() - started;
  const taken = answer.status === 200 || answer.error_code === TIMED_OUT;
  jobTaken.add(taken, tags);
  if (!taken) return { answer, job: undefined };
  jobAccepted.add(tookMs, tags);
  const job = answer.status === 200 && isFinished(jobOf(answer)) ? jobOf(answer) : undefined;
  record(job, tookMs, options);
  return { answer, job };
}
