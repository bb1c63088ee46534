// The dial: one load at a time, turned while it runs. A change takes the place of the pace, and keeps the counts.
//
//   nothing --set--> running --stop, or its time is over--> ended (its figures are kept) --set--> running, counted from 0
import { createArrivals } from '../shared/arrivals/arrivals.ts';
import type { Load } from '../shared/arrivals/load.ts';
import type { Log } from '../shared/log.ts';
import { createJobBodies } from './job-body.ts';
import { startOpenLoop } from './open-loop.ts';
import type { Outcome, Poster } from './poster.ts';
import { changed, type LoadChange, type LoadSettings, type Spacing, spacingOf } from './settings.ts';
import { loadOf } from './shape.ts';
import { createTally, type Figures } from './tally.ts';

/** A front end that stands still has so many unanswered jobs at the most; what is due beyond that is counted, and not sent. */
export const MOST_IN_FLIGHT = 5_000;
const WARN_EVERY_MS = 5_000;

/** What GET /load tells. Moments are ISO texts. */
export interface LoadState extends Figures {
  /** When it was so, by the dial's clock. */
  at: string;
  running: boolean;
  /** The name of the load in its Idempotency-Keys, `dial-<run>-<n>`; null where none has been started yet. */
  run: string | null;
  since: string | null;
  /** When it ends by itself; null where it does not. */
  until: string | null;
  ended: string | null;
  /** Of a trace without its values. */
  settings: Shown | null;
  /** Jobs a second that the shape asks for just now. */
  wanted: number;
  /** What a person should know: that jobs were not sent. */
  problem: string | null;
}
type Shown = Omit<LoadSettings, 'trace' | 'arrivals'> & {
  arrivals: Spacing;
  trace?: { points: number; every_seconds: number };
};

export interface Dial {
  state(): LoadState;
  /** Starts a load, or changes what is named of the one that runs. @throws {HttpProblem} 422 */
  set(change: LoadChange): LoadState;
  /** Sends no more. What is in flight may still be answered. */
  stop(): LoadState;
  /** Calls for every outcome, until the process ends. */
  onOutcome(listener: (outcome: Outcome['kind'] | 'not sent', seconds: number) => void): void;
}

export interface DialOptions {
  poster: Poster;
  log: Log;
  mostInFlight?: number;
}

const seconds = (): number => performance.now() / 1_000;
const isoOf = (at: number): string => new Date(performance.timeOrigin + at * 1_000).toISOString();

function shown({ trace, ...settings }: LoadSettings): Shown {
  return {
    ...settings,
    arrivals: spacingOf(settings),
    ...(trace === undefined ? {} : { trace: { points: trace.values.length, every_seconds: trace.every_seconds } }),
  };
}

/** Whether a shape goes on where it is, or begins anew. */
const sameShape = (one: LoadSettings, other: LoadSettings): boolean =>
  one.shape === other.shape && one.period_seconds === other.period_seconds && one.trace === other.trace;

/** One load, from its start to its end, through all of its changes. */
interface Run {
  readonly name: string;
  readonly since: number;
  readonly tally: ReturnType<typeof createTally>;
  /** Jobs that were due so far, by which they are numbered. */
  due: number;
  changes: number;
  settings: LoadSettings;
  /** When the shape began. */
  shapeSince: number;
  until: number;
  ended?: number;
  pace: Pace;
}

/** The arrivals between two changes. */
interface Pace {
  load: Load;
  startedAt: number;
  /** Due times in seconds from its start: the last one that was called for, and the one that is waited for. */
  last: number;
  upcoming: number;
  /** Share of its first evenly spaced job that was still to come at its start. */
  first: number;
  stop: AbortController;
}

/** How much of the next job is still to come. Without it, who turns faster than jobs come would keep them from coming at all. */
function leftOf({ startedAt, last, upcoming, first }: Pace, now: number): number {
  const whole = last === 0 ? first : 1;
  if (upcoming === 0) return whole; // turned before it has begun
  const passed = (now - startedAt - last) / (upcoming - last);
  return whole * Math.max(1e-6, 1 - passed);
}

export function createDial({ poster, log, mostInFlight = MOST_IN_FLIGHT }: DialOptions): Dial {
  let run: Run | undefined;
  let endTimer: NodeJS.Timeout | undefined;
  let warnedAt = Number.NEGATIVE_INFINITY;
  const nothing = createTally();
  const listeners: Parameters<Dial['onOutcome']>[0][] = [];
  const tell = (kind: Outcome['kind'] | 'not sent', took: number): void => {
    for (const listener of listeners) listener(kind, took);
  };

  function sendOne(of: Run, body: string, dueAt: number): void {
    const key = `dial-${of.name}-${of.due}`;
    of.due += 1;
    const at = seconds();
    if (of.tally.inFlight >= mostInFlight) {
      of.tally.notSent(at);
      tell('not sent', 0);
      warn(of);
      return;
    }
    of.tally.sent(at, dueAt);
    void poster.post(body, key).then((outcome) => {
      const doneAt = seconds();
      of.tally.done(outcome, doneAt, dueAt);
      tell(outcome.kind, doneAt - dueAt);
    });
  }

  function warn({ tally }: Run): void {
    const now = performance.now();
    if (now - warnedAt < WARN_EVERY_MS) return;
    warnedAt = now;
    log.warn({ inFlight: tally.inFlight }, 'jobs are due and not sent: too many are unanswered');
  }

  /** @param first share of the first evenly spaced job that is still to come */
  function startPace(of: Omit<Run, 'pace'>, now: number, first: number): Pace {
    const load = loadOf(of.settings, { from: now - of.shapeSince, most: of.until - now });
    const arrivals = createArrivals(load, of.settings.seed, { part: of.changes, first });
    const pace: Pace = { load, startedAt: now, last: 0, upcoming: 0, first, stop: new AbortController() };
    const bodies = createJobBodies(of.settings, of.changes);
    const { done } = startOpenLoop({
      next() {
        pace.last = pace.upcoming;
        pace.upcoming = arrivals();
        return pace.upcoming;
      },
      send: (_, dueAt) => sendOne(of as Run, bodies(), dueAt / 1_000),
      signal: pace.stop.signal,
      startedAt: now * 1_000,
    });
    // A trace ends by itself; other shapes that bring nothing more (a rate of 0) wait to be turned.
    const { shape } = of.settings;
    void done.then(() => {
      if (shape === 'trace' && !pace.stop.signal.aborted) endAt(now + load.seconds);
    });
    return pace;
  }

  /** Ends the load at a moment; Infinity: not by itself. */
  function endAt(at: number): void {
    clearTimeout(endTimer);
    if (at < Number.POSITIVE_INFINITY) endTimer = setTimeout(stop, Math.max(0, at - seconds()) * 1_000);
  }

  function begin(change: LoadChange, now: number): Run {
    const settings = changed(undefined, change);
    const name = Date.now().toString(36);
    const until = typeof change.for_seconds === 'number' ? now + change.for_seconds : Number.POSITIVE_INFINITY;
    const fresh = { name, since: now, tally: createTally(), due: 0, changes: 0, settings, shapeSince: now, until };
    return startInto(fresh, now, 1);
  }

  function startInto(of: Omit<Run, 'pace'>, now: number, first: number): Run {
    return Object.assign(of, { pace: startPace(of, now, first) });
  }

  function turn(of: Run, change: LoadChange, now: number): void {
    const settings = changed(of.settings, change);
    const { pace } = of;
    pace.stop.abort();
    if (!sameShape(of.settings, settings)) of.shapeSince = now;
    if (change.for_seconds !== undefined) {
      of.until = change.for_seconds === null ? Number.POSITIVE_INFINITY : now + change.for_seconds;
    }
    of.settings = settings;
    of.changes += 1;
    startInto(of, now, leftOf(pace, now));
  }

  function state(): LoadState {
    const now = seconds();
    const running = run !== undefined && run.ended === undefined;
    const figures = (run?.tally ?? nothing).figures(now, run?.since ?? now);
    const { not_sent } = figures.counts;
    const problem = `${not_sent} jobs were due and not sent, as ${mostInFlight} were in flight without an answer`;
    return {
      at: isoOf(now),
      running,
      run: run?.name ?? null,
      since: run === undefined ? null : isoOf(run.since),
      until: run === undefined || run.until === Number.POSITIVE_INFINITY ? null : isoOf(run.until),
      ended: run?.ended === undefined ? null : isoOf(run.ended),
      settings: run === undefined ? null : shown(run.settings),
      wanted: running ? rateNow(run!.pace, now) : 0,
      ...figures,
      problem: not_sent > 0 ? problem : null,
    };
  }

  const rateNow = ({ load, startedAt }: Pace, now: number): number =>
    now - startedAt < load.seconds ? load.rate(now - startedAt) : 0;

  function stop(): LoadState {
    clearTimeout(endTimer);
    if (run !== undefined && run.ended === undefined) {
      run.pace.stop.abort();
      run.ended = seconds();
      log.info({ run: run.name, due: run.due }, 'the load has ended');
    }
    return state();
  }

  return {
    state,
    set(change) {
      const now = seconds();
      if (run === undefined || run.ended !== undefined) run = begin(change, now);
      else turn(run, change, now);
      endAt(run.until);
      log.info({ run: run.name, settings: shown(run.settings) }, 'the load is set');
      return state();
    },
    stop,
    onOutcome: (listener) => void listeners.push(listener),
  };
}
