// The jobs that this front end has taken and that are not finished: what is on its way without being counted anywhere else yet, and
// how long jobs take.
import { createTally } from './tally.ts';

export interface OpenJob {
  readonly items: number;
  readonly urgent: boolean;
  /** Seconds that it should take, not corrected; undefined where nothing could be said. */
  readonly predicted: number | undefined;
  /** When it was asked for, seconds. */
  readonly at: number;
}

/** A job's place, held from the moment at which it is let in, so that those who come at the same time see each other. */
export interface Place {
  /** It is in the ledger under this id. */
  stored(id: string): void;
  /** All of its messages are with the broker, and will be counted there. */
  published(): void;
  /** Nothing where it was published; else it did not come to it: it was there already, or could not be stored or published. */
  leave(): void;
}

export interface OpenJobs {
  hold(job: Omit<OpenJob, 'at'>): Place;
  /** An item of anybody's job has come out. Returns a job of ours that is finished by it. */
  finished(item: { job: string; state: string }): OpenJob | undefined;
  /** Items that all front ends together have taken since a moment, as far as it can be known here. */
  takenSince(moment: number): number;
  finishedSince(moment: number): number;
  /** Urgent items of all front ends that are not finished, and how many come in a second. */
  urgent(): number;
  urgentRate(): number;
  /** Jobs that have taken longer than the factor times their prediction by now; each once, and again when it is half as much more. */
  late(factor: (urgent: boolean) => number): Iterable<{ urgent: boolean; ratio: number }>;
}

/** More are not followed, so that memory has an end. The oldest are forgotten. */
const MOST = 20_000;
/** So many finished items must have been heard, to say which share of them is ours; and it is not taken for less than a quarter. */
const ENOUGH = 20;
const LEAST_SHARE = 0.25;
const SHARE_SECONDS = 30;
const RATE_SECONDS = 10;
/** At each look: they are in the order in which they came, so the first are those that are late. */
const MOST_LOOKED_AT = 500;
/** One job whose item is tried again and again is no news of all others each second. */
const LATER = 1.5;
/** An item of it is among the dead letters, or will be: it is waited for no longer. And no job is longer than that, seconds. */
const STRAY_RATIO = 10;
const STRAY_SECONDS = 60;
const LONGEST_SECONDS = 3_600;
/** Shorter times say more of the moment than of the work. Seconds. */
const SHORT = 1;

/** How long a job took, or has taken, over what was predicted. */
export const ratioOf = ({ at, predicted = 0 }: OpenJob, now: number): number => (now - at) / Math.max(predicted, SHORT);

/** Whether that says something. */
export const isLong = ({ at, predicted = 0 }: OpenJob, now: number): boolean => Math.max(now - at, predicted) >= SHORT;

/** @param now seconds */
export function createOpenJobs(now: () => number): OpenJobs {
  const jobs = new Map<string, OpenJob & { left: number; lateFrom: number }>();
  const sent = createTally(now);
  const urgentSent = createTally(now);
  const heard = createTally(now);
  const heardOurs = createTally(now);
  /** Let in, and not all with the broker yet. */
  let coming = 0;
  let urgentLeft = 0;

  /** Of what all front ends take, what this one does. Each hears what is finished of all of them. */
  function share(): number {
    const all = heard.since(now() - SHARE_SECONDS);
    const ours = heardOurs.since(now() - SHARE_SECONDS);
    return all < ENOUGH ? 1 : Math.min(1, Math.max(LEAST_SHARE, ours / all));
  }

  function forget(id: string): void {
    const job = jobs.get(id);
    if (job === undefined) return;
    jobs.delete(id);
    if (job.urgent) urgentLeft -= job.left;
  }

  function forgetOldest(): void {
    const [first] = jobs;
    if (first === undefined) return;
    const [oldest, { at }] = first;
    if (jobs.size >= MOST || now() - at > LONGEST_SECONDS) forget(oldest);
  }

  return {
    hold(job) {
      const held = { ...job, at: now(), left: job.items, lateFrom: 0 };
      let id: string | undefined;
      let isOpen = true;
      coming += job.items;
      if (job.urgent) urgentLeft += job.items;
      return {
        stored(given) {
          id = given;
          forgetOldest();
          jobs.set(id, held);
        },
        published() {
          isOpen = false;
          coming -= job.items;
          sent.add(job.items);
          if (job.urgent) urgentSent.add(job.items);
        },
        leave() {
          if (!isOpen) return;
          isOpen = false;
          coming -= job.items;
          if (id !== undefined) forget(id);
          else if (job.urgent) urgentLeft -= job.items;
        },
      };
    },
    finished({ job: id, state }) {
      heard.add();
      const job = jobs.get(id);
      if (job === undefined) return undefined;
      heardOurs.add();
      job.left -= 1;
      if (job.urgent) urgentLeft -= 1;
      // What is dropped says nothing of how long work takes.
      if (job.left > 0 && state !== 'cancelled') return undefined;
      forget(id);
      return state === 'cancelled' ? undefined : job;
    },
    takenSince: (moment) => (coming + sent.since(moment)) / share(),
    finishedSince: heard.since,
    urgent: () => urgentLeft / share(),
    urgentRate: () => urgentSent.since(now() - RATE_SECONDS) / RATE_SECONDS / share(),
    *late(factor) {
      let looked = 0;
      for (const [id, job] of jobs) {
        if (job.predicted === undefined) continue;
        if (++looked > MOST_LOOKED_AT) return;
        const ratio = ratioOf(job, now());
        if (ratio > STRAY_RATIO && now() - job.at > STRAY_SECONDS) forget(id);
        else if (ratio > Math.max(job.lateFrom, factor(job.urgent))) {
          job.lateFrom = ratio * LATER;
          yield { urgent: job.urgent, ratio };
        }
      }
    },
  };
}
