// Lets jobs in that can be done by their deadline, and says of the others when they could be. It knows what the scaler tells each
// second and what this front end has taken and heard since. No clock and no network is in it.
//
//   prediction (predict.ts) × correction (correction.ts) <= most of the deadline: let in
//
// Where nothing is known, everything is let in: the scaler is beside the flow, and a front end must not stop with it.
import { type Correction, createCorrection } from './correction.ts';
import { createOpenJobs, isLong, type OpenJob, type Place, ratioOf } from './open-jobs.ts';
import { type Flow, type Prediction, predict } from './predict.ts';
import { createRoleLoads, type RoleLoad } from './role-load.ts';
import type { ScalerTold } from './scaler-status.ts';

export interface Asked {
  items: number;
  urgent: boolean;
  deadlineSeconds: number | undefined;
}

/** A job that could not be done in time. `prediction` is corrected. */
export interface Refusal {
  prediction: Prediction;
  /** When it could be let in, if nobody else comes; Infinity where not even an empty lab would do. */
  retrySeconds: number;
}

export type Answer = { refusal: Refusal } | { place: Place; expectedSeconds: number | undefined };

export interface Gate {
  /** What the scaler has told just now. */
  look(told: ScalerTold): void;
  /** Whether a job may come in. Where it may, its place is held: it counts for those that come after. */
  ask(job: Asked): Answer;
  /** An item of any front end's job has come out of the last role. Returns a job that is finished by it. */
  finished(item: { job: string; state: string }): OpenJob | undefined;
  /** Whether predictions can be made now. */
  isKnown(): boolean;
  /** By how much predictions are corrected now, ordinary ones and those of urgent jobs. */
  factors(): { ordinary: number; urgent: number };
}

/** In which order an item passes the roles. */
const WAY = ['resize', 'caption', 'store'];
/** What was told is used for so long, and counts of the broker until they are so old. Seconds. */
const TOLD_FOR = 5;
const COUNTED_FOR = 10;
/** The rest of the deadline is for what nobody can know. */
const USED_SHARE = 0.85;
/** Over so many seconds the rate at the end of the way is compared with what it should be. */
const RATE_SECONDS = 4;

interface Seen {
  loads: readonly RoleLoad[];
  /** When it was told, and when the broker counted. */
  at: number;
  countedAt: number;
}

/** @param now seconds, of any clock that only goes forward */
export function createGate(now: () => number): Gate {
  const jobs = createOpenJobs(now);
  const corrections = { ordinary: createCorrection(), urgent: createCorrection() };
  const roleLoads = createRoleLoads();
  let seen: Seen | undefined;
  /** Since when the same role has had work waiting all the time: then what comes out is what it can do. */
  let busy: { role: string; since: number } | undefined;

  const correctionOf = (urgent: boolean): Correction => (urgent ? corrections.urgent : corrections.ordinary);

  function flow(): Flow | undefined {
    if (seen === undefined || now() - seen.at > TOLD_FOR || now() - seen.countedAt > COUNTED_FOR) return undefined;
    return {
      roles: seen.loads,
      taken: jobs.takenSince(seen.countedAt),
      finished: jobs.finishedSince(seen.countedAt),
      urgent: jobs.urgent(),
      urgentRate: jobs.urgentRate(),
    };
  }

  /** How long the jobs that are late have taken until now: waiting for their end would be learning too late. */
  function learnFromLate(): void {
    const late = jobs.late((urgent) => correctionOf(urgent).factor());
    for (const { urgent, ratio } of late) correctionOf(urgent).teachAtLeast(ratio);
  }

  /** What came out while the narrowest role was busy all the time, against what should have. */
  function learnFromRate(current: Flow): void {
    const { role, rate } = predict({ ...current, urgentRate: 0 }, { items: 1, urgent: false });
    const load = current.roles.find((one) => one.role === role);
    if (load === undefined || load.waiting < rate) {
      busy = undefined;
      return;
    }
    if (busy?.role !== role) busy = { role, since: now() };
    if (now() - busy.since < RATE_SECONDS) return;
    const expected = rate * RATE_SECONDS;
    const ratio = expected / Math.max(1, jobs.finishedSince(now() - RATE_SECONDS));
    for (const correction of Object.values(corrections)) correction.teachAtLeast(ratio);
  }

  const corrected = (found: Prediction, factor: number): Prediction => ({
    ...found,
    seconds: found.seconds * factor,
    rate: found.rate / factor,
  });

  function refuse(current: Flow, job: Asked, found: Prediction, within: number): Answer {
    const factor = correctionOf(job.urgent).factor();
    const roles = current.roles.map((load) => ({ ...load, waiting: 0, inHand: 0 }));
    const empty = predict({ roles, taken: 0, finished: 0, urgent: 0, urgentRate: 0 }, job).seconds * factor;
    const prediction = corrected(found, factor);
    return { refusal: { prediction, retrySeconds: empty > within ? Infinity : prediction.seconds - within } };
  }

  return {
    look(told) {
      const loads = roleLoads(told, WAY);
      if (loads === undefined) {
        seen = undefined;
        return;
      }
      const ages = told.roles.flatMap(({ role, situation }) =>
        situation === undefined || !WAY.includes(role) ? [] : [told.at - situation.at + situation.age],
      );
      seen = { loads, at: now(), countedAt: now() - Math.max(...ages) };
      learnFromLate();
      const current = flow();
      if (current !== undefined) learnFromRate(current);
    },
    ask(job) {
      const current = flow();
      const found = current && predict(current, job);
      if (current === undefined || found === undefined) {
        return { place: jobs.hold({ ...job, predicted: undefined }), expectedSeconds: undefined };
      }
      const expectedSeconds = found.seconds * correctionOf(job.urgent).factor();
      const within = USED_SHARE * (job.deadlineSeconds ?? Infinity);
      if (expectedSeconds > within) return refuse(current, job, found, within);
      const ends = Number.isFinite(found.seconds);
      const place = jobs.hold({ ...job, predicted: ends ? found.seconds : undefined });
      return { place, expectedSeconds: ends ? expectedSeconds : undefined };
    },
    finished(item) {
      const job = jobs.finished(item);
      if (job?.predicted !== undefined && isLong(job, now())) correctionOf(job.urgent).teach(ratioOf(job, now()));
      return job;
    },
    isKnown: () => flow() !== undefined,
    factors: () => ({ ordinary: corrections.ordinary.factor(), urgent: corrections.urgent.factor() }),
  };
}
