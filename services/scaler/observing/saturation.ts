// Knows when more workers would not help, and what would. Pure: it is fed with one role's readings in order of time.
//
//   helpful --(jobs wait, and: refusals | a full host | more replicas that did no more)--> saturated
//      ^                                                                                       |
//      +----(no jobs wait | the refusals, the load of the host are gone | a trial did more)----+
//
// Two kinds of evidence. What is reported: a vendor that refuses calls for their rate, a host without an idle core; it holds for as long as
// it is reported. And what is measured: while jobs wait all the time, throughput is a property of the replicas, so it is compared between
// their numbers. What a larger number did not bring is held against it, and tried again now and then with one more, less often each time
// that it brought nothing. Measured growth overrules all reports.
import type { GuardState, LimitReading, Reading } from '../deciding/types.ts';
import { createPlateaus, type Plateau } from './plateaus.ts';

export type Saturated = NonNullable<GuardState['saturated']>;

export interface Saturation {
  add(reading: Reading): void;
  /** What bounds the role, if more replicas would not help; `at`: how many to stay at. Undefined where they would, or nothing is known. */
  state(): Saturated | undefined;
}

/** Reports are averaged over so many seconds, and must have been there as long. */
const WINDOW_SECONDS = 15;
/** Share of refused calls: the workers hold back after each refusal, so a limit that binds all the time shows as a small share. */
const REFUSED = { enter: 0.05, leave: 0.01 };
const HOST = { enter: 0.95, leave: 0.85 };
/** Of what twice as many replicas should do, this share must be missing, with 95 % certainty, to say that they do not help. */
const HELPS = 0.5;
const FIRST_TRIAL_SECONDS = 120;
const LONGEST_TRIAL_SECONDS = 900;
/** A trial that has shown nothing by then was none: its replica never came. */
const TRIAL_LIMIT_SECONDS = 120;

interface Held {
  by: Saturated['by'];
  at: number;
  because: string;
  /** For what was measured: when one more is tried, and how long to wait after that. */
  trial?: { next: number; seconds: number; until?: number };
}

export function createSaturation(): Saturation {
  const plateaus = createPlateaus();
  let reports: { at: number; limits: LimitReading }[] = [];
  let held: Held | undefined;
  let waitedAt = Number.NEGATIVE_INFINITY;

  const mean = (what: 'refusedShare' | 'hostCpu' | 'replicaCpu'): number | undefined => {
    const values = reports.flatMap(({ limits }) => limits[what] ?? []);
    const spans = reports.length > 1 && reports.at(-1)!.at - reports[0]!.at >= WINDOW_SECONDS * 0.8;
    return spans && values.length > 1 ? values.reduce((sum, value) => sum + value, 0) / values.length : undefined;
  };

  /** What the vendor or the host reports. `level`: as much as it takes to begin, or to go on. */
  function reported(ready: number, level: 'enter' | 'leave'): Held | undefined {
    const refused = mean('refusedShare');
    if (refused !== undefined && refused >= REFUSED[level]) {
      const because = `the vendor refuses ${percent(refused)} of the calls for their rate: ${count(ready)} already ask for more than it gives`;
      return { by: 'vendor', at: ready, because };
    }
    const cpu = mean('hostCpu');
    if (cpu !== undefined && cpu >= HOST[level])
      return {
        by: 'host',
        at: ready,
        because: `the host's cores are ${percent(cpu)} busy: another worker would take from the others`,
      };
    return undefined;
  }

  function measured(at: number, now: Plateau, less: Plateau): Held {
    const replicaCpu = mean('replicaCpu');
    const by = reports.at(-1)?.limits.writesDatabase === true && (replicaCpu ?? 0) < 0.8 ? 'database' : 'unknown';
    const cause =
      by === 'database'
        ? 'the database, into which they write,'
        : 'something that the workers share, and do not report,';
    const idle = replicaCpu === undefined ? '' : `, and use ${percent(replicaCpu)} of their CPU`;
    const because = `${now.ready} replicas do ${rate(now)}/s, ${less.ready} did ${rate(less)}/s${idle}: ${cause} is the bottleneck`;
    const seconds =
      held?.trial === undefined ? FIRST_TRIAL_SECONDS : Math.min(held.trial.seconds * 2, LONGEST_TRIAL_SECONDS);
    return { by, at: now.ready, because, trial: { next: at + seconds, seconds } };
  }

  /** A measured limit is tried again with one more replica; where that did more, it was none. */
  function onTrial(at: number, before: Held): Held | undefined {
    const { trial } = before;
    if (trial === undefined) return before;
    if (trial.until === undefined) {
      return at < trial.next ? before : { ...before, trial: { ...trial, until: at + TRIAL_LIMIT_SECONDS } };
    }
    const growth = plateaus.growth();
    if (growth?.now.ready === before.at + 1) {
      if (growth.helps > HELPS) return undefined;
      if (growth.mayHelp < HELPS) return { ...measured(at, growth.now, growth.less), at: before.at };
    }
    if (at < trial.until) return before;
    const seconds = Math.min(trial.seconds * 2, LONGEST_TRIAL_SECONDS);
    return { ...before, trial: { next: at + seconds, seconds } };
  }

  function next(at: number, ready: number): Held | undefined {
    if (at - waitedAt > WINDOW_SECONDS) return undefined; // nobody waits for more
    const growth = plateaus.growth();
    if (growth !== undefined && growth.now.ready === ready && growth.helps > HELPS) return undefined;
    if (held?.trial !== undefined) return reported(ready, 'enter') ?? onTrial(at, held);
    if (held !== undefined) {
      const still = reported(ready, 'leave');
      return still && { ...still, at: held.at };
    }
    const report = reported(ready, 'enter');
    if (report !== undefined) return report;
    if (growth !== undefined && growth.now.ready === ready && growth.mayHelp < HELPS)
      return measured(at, growth.now, growth.less);
    return undefined;
  }

  return {
    add(reading) {
      const { at, queue, replicas, limits } = reading;
      if (limits !== undefined) reports.push({ at, limits });
      reports = reports.filter((report) => report.at > at - WINDOW_SECONDS);
      if (queue === undefined || replicas === undefined) return; // what cannot be seen changes nothing
      if (queue.waiting > 0) waitedAt = at;
      plateaus.add(queue, replicas.ready);
      held = next(at, replicas.ready);
    },
    state() {
      if (held === undefined) return undefined;
      const { by, at, because, trial } = held;
      if (trial?.until === undefined) return { by, at, because };
      return { by, at: at + 1, because: `${because}; trying one more` };
    },
  };
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const count = (replicas: number): string => (replicas === 1 ? '1 replica' : `${replicas} replicas`);
const rate = ({ jobs, seconds }: Plateau): string => (jobs / seconds).toFixed(1);
