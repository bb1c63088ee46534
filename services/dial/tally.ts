// Counts what a load has sent and what became of it, and how long the answers took.
//
//   due --> not sent: as many as may be in flight are
//       \-> sent --> in flight --> accepted | refused (by status) | failed | timed out
//
// Every due job is in exactly one of these.
import { Histogram } from '../shared/histogram.ts';
import type { Outcome } from './poster.ts';
import { createRecentRate, createRecentTimes, type Percentiles } from './recent.ts';

const RATE_SECONDS = 5;
const RECENT_SECONDS = 10;

export interface Counts {
  due: number;
  sent: number;
  accepted: number;
  refused: number;
  refused_by_status: Record<string, number>;
  failed: number;
  failed_by_reason: Record<string, number>;
  timed_out: number;
  in_flight: number;
  not_sent: number;
}

export interface Figures {
  counts: Counts;
  /** A second, over the last 5 s. */
  rates: { due: number; sent: number; accepted: number; refused: number };
  /**
   * Seconds from when a job was due to its 202. One that timed out counts with the time at which it was given up: without those, a front end
   * that stands still would look quick. Refused and failed ones do not count. Null where there is none.
   */
  accept_seconds: { last_10_s: Percentiles | null; since_start: Percentiles | null };
  /** Seconds by which jobs left later than they were due: what the dial itself adds. */
  late_seconds: { p99: number; max: number };
}

export interface Tally {
  /** One is due and not sent. Moments are seconds. */
  notSent(at: number): void;
  sent(at: number, dueAt: number): void;
  done(outcome: Outcome, at: number, dueAt: number): void;
  readonly inFlight: number;
  /** @param since when the load began */
  figures(now: number, since: number): Figures;
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

const meter = () => createRecentRate(RATE_SECONDS);

export function createTally(): Tally {
  const counts: Counts = {
    due: 0,
    sent: 0,
    accepted: 0,
    refused: 0,
    refused_by_status: {},
    failed: 0,
    failed_by_reason: {},
    timed_out: 0,
    in_flight: 0,
    not_sent: 0,
  };
  const lately = { due: meter(), sent: meter(), accepted: meter(), refused: meter() };
  const recent = createRecentTimes(RECENT_SECONDS);
  const all = new Histogram();
  const late = new Histogram();

  function took(at: number, seconds: number): void {
    recent.add(at, seconds);
    all.add(seconds);
  }

  return {
    notSent(at) {
      counts.due += 1;
      counts.not_sent += 1;
      lately.due.add(at);
    },
    sent(at, dueAt) {
      counts.due += 1;
      counts.sent += 1;
      counts.in_flight += 1;
      lately.due.add(at);
      lately.sent.add(at);
      late.add(at - dueAt);
    },
    done(outcome, at, dueAt) {
      counts.in_flight -= 1;
      switch (outcome.kind) {
        case 'accepted':
          counts.accepted += 1;
          lately.accepted.add(at);
          took(at, at - dueAt);
          break;
        case 'timed out':
          counts.timed_out += 1;
          took(at, at - dueAt);
          break;
        case 'refused':
          counts.refused += 1;
          add(counts.refused_by_status, String(outcome.status));
          lately.refused.add(at);
          break;
        case 'failed':
          counts.failed += 1;
          add(counts.failed_by_reason, outcome.reason);
          break;
      }
    },
    get inFlight() {
      return counts.in_flight;
    },
    figures(now, since) {
      const rate = (name: keyof typeof lately): number => lately[name].perSecond(now, since);
      const whole = { p50: all.quantile(0.5), p95: all.quantile(0.95), p99: all.quantile(0.99) };
      return {
        counts: structuredClone(counts),
        rates: { due: rate('due'), sent: rate('sent'), accepted: rate('accepted'), refused: rate('refused') },
        accept_seconds: { last_10_s: recent.percentiles(now) ?? null, since_start: all.count === 0 ? null : whole },
        late_seconds: { p99: late.count === 0 ? 0 : late.quantile(0.99), max: late.max },
      };
    },
  };
}
