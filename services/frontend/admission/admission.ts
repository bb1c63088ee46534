// Admission as the rest of the front end has it: a place for a job, or a problem with the numbers in it. With ADMISSION=off every
// job has a place, and nobody is asked for anything.
import { Problem } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { Metrics } from '../../shared/metrics.ts';
import { type Asked, createGate, type Refusal } from './gate.ts';
import type { Place } from './open-jobs.ts';
import { startScalerWatch } from './scaler-watch.ts';

export interface Admitted {
  place: Place;
  /** When it should be done, in seconds from now; undefined where nothing is known. */
  expectedSeconds: number | undefined;
}

export interface Admission {
  /** Whether the job can be done in time. Whoever gets a place must see to it that it ends: published, or left. */
  ask(job: Asked): Admitted | Problem;
  /** An item of any job has come out of the last role. */
  finished(item: { job: string; state: string }): void;
  /** For people: `off`, `ok`, or why nothing is known and every job is taken. */
  state(): string;
  close(): Promise<void>;
}

const nothing = (): void => {};
const noPlace: Place = { stored: nothing, published: nothing, leave: nothing };

/** Takes every job. */
export const everyJob: Admission = {
  ask: () => ({ place: noPlace, expectedSeconds: undefined }),
  finished: nothing,
  state: () => 'off',
  close: async () => {},
};

const LONGEST_RETRY_SECONDS = 3_600;
/** Where nobody knows when there will be a worker. */
const RETRY_SECONDS = 10;

const rounded = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const images = (count: number): string => (count === 1 ? '1 image' : `${Math.round(count)} images`);

/** What is in the way, as a sentence. */
function why({ prediction, retrySeconds }: Refusal, { items }: Asked): string {
  const { seconds, role, ahead, rate } = prediction;
  if (!Number.isFinite(seconds)) return `It would not be done: nobody works at ${role}`;
  const does = rate > 0 ? `which does ${rounded(rate)}/s` : 'which has nobody at work yet';
  const cause = retrySeconds === Infinity ? `its own ${images(items)} are too many` : `${images(ahead)} go before it`;
  return `It would be done in about ${rounded(seconds)} s: ${cause} at ${role}, ${does}`;
}

/** The answer to a job that cannot be done in time. Nothing was stored. */
export function refusalProblem(refusal: Refusal, asked: Asked): Problem {
  const { retrySeconds } = refusal;
  const never = retrySeconds === Infinity && Number.isFinite(refusal.prediction.seconds);
  const advice = never ? ' Send fewer at a time, or give it more time.' : '';
  const detail = `${why(refusal, asked)}; its deadline is in ${asked.deadlineSeconds} s. Nothing was stored.${advice}`;
  const wait = Number.isFinite(retrySeconds) ? Math.ceil(retrySeconds) : RETRY_SECONDS;
  const retryAfterSeconds = Math.min(LONGEST_RETRY_SECONDS, Math.max(1, wait));
  return new Problem('deadline-not-possible', detail, { retryAfterSeconds });
}

/** Takes the jobs that can be done by their deadline. @param parts.scalerUrl http://host:port */
export function startAdmission({
  scalerUrl,
  log,
  metrics,
}: {
  scalerUrl: string;
  log: Log;
  metrics: Metrics;
}): Admission {
  const now = (): number => performance.now() / 1000;
  const gate = createGate(now);
  const show = (): void => {
    metrics.admissionKnown.set(gate.isKnown() ? 1 : 0);
    const { ordinary, urgent } = gate.factors();
    metrics.admissionCorrection.set({ urgent: 'false' }, ordinary);
    metrics.admissionCorrection.set({ urgent: 'true' }, urgent);
  };
  const watch = startScalerWatch(scalerUrl, {
    told: gate.look,
    answered: show,
    changed: (state) => {
      if (state === 'ok') log.info('the scaler tells how fast work is done: jobs with a deadline are looked at');
      else log.warn({ reason: state }, 'the scaler tells nothing: every job is taken');
    },
  });
  return {
    ask(job) {
      const answer = gate.ask(job);
      if (!('refusal' in answer)) return answer;
      metrics.jobsRefused.inc();
      return refusalProblem(answer.refusal, job);
    },
    finished(item) {
      const job = gate.finished(item);
      if (job?.predicted === undefined) return;
      metrics.jobPredicted.observe(job.predicted);
      metrics.jobActual.observe(now() - job.at);
    },
    state() {
      if (gate.isKnown()) return 'ok';
      const state = watch.state() ?? 'it has not been asked yet';
      const because = state === 'ok' ? 'it cannot observe all roles' : state;
      return `not known, so every job is taken; the scaler: ${because}`;
    },
    close: watch.close,
  };
}
