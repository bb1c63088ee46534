// What is known of one queue, made of two sources: the broker's statistics, which have all the counts but are seconds old, and a
// passive declaration, which says how many messages wait and how many consumers there are right now. Pure: times come in as arguments.
//
// The statistics alone are sound, but late: measured on RabbitMQ 3.10 and 4.3, quorum and classic alike, a message shows in them 3 to 5 s
// after it was published, and depth and counters are of different moments. A declaration knows it within milliseconds. So what waits is
// taken from the declaration, and the rest is carried forward to that moment: acknowledgements at their latest rate, as far as there was
// something to do; jobs in hand by the consumers that are left; arrivals by the balance (what came = what was done + what is there more
// than before). Each new statistic puts the carried counts right again; a count never falls, as that would say that it began again at 0.
import { grown } from './delay-queues.ts';

/** A queue as the statistics have it. Counts are of all time; `arrived` and `acked` may begin again at 0. */
export interface QueueStatistics {
  waiting: number;
  inHand: number;
  consumers: number;
  arrived: number;
  acked: number;
}

/** What a passive declaration says. */
export interface QueueNow {
  waiting: number;
  consumers: number;
}

/** As `QueueReading`, for one queue. */
export interface QueueCount extends QueueStatistics {
  sampledAt: number;
}

export interface QueueTrack {
  /**
   * What was seen at `at`, in order of time. `now`: undefined where the queue could not be asked. `aliveAt`: when the broker's statistics
   * were last known to be made at all; undefined where that is unknown.
   */
  add(
    at: number,
    statistics: QueueStatistics,
    seen?: { now?: QueueNow | undefined; aliveAt?: number | undefined },
  ): void;
  /**
   * The queue as it is known, after the first `add`. Where the statistics stand still, `sampledAt` stays behind, and `still` says for how
   * many seconds.
   */
  count(): QueueCount & { still?: number };
}

/** Statistics that nothing moves, or that the declaration contradicts, for longer than two of the broker's own intervals (5 s) stand still. */
const STILL_SECONDS = 12;
/** The rate of acknowledgements is taken over about so many seconds. */
const RATE_SECONDS = 10;
/** No rate is carried further than the broker's interval, and a little: workers may have stopped. */
const CARRIED_SECONDS = 6;
/** Longer than depth and counters of one moment take to be there both. */
const BALANCE_SECONDS = 20;

export function createQueueTrack(): QueueTrack {
  /** Newest last: the statistics as they changed, with the sums of what was counted since the first. */
  const samples: QueueCount[] = [];
  let raw: QueueStatistics | undefined;
  let lookedAt = 0;
  /** What had arrived when it began, less what was there then: arrivals are what was done and what is there, and this. */
  let base = 0;
  let missing: { at: number; jobs: number }[] = [];
  /** Since when the declaration says something else, and no new statistics came. */
  let contradictedSince: number | undefined;
  let now: (QueueNow & { at: number }) | undefined;
  let aliveAt: number | undefined;
  /** The highest that was said of counters: carried ones may have been too high, and must not fall. */
  let said = { arrived: 0, acked: 0 };

  function sample(at: number, statistics: QueueStatistics): void {
    const last = samples.at(-1);
    if (raw !== undefined && last !== undefined && same(raw, statistics)) return;
    // They changed at some time since the last look.
    const sampledAt = last === undefined ? at : (at + lookedAt) / 2;
    if (last === undefined) base = -statistics.waiting - statistics.inHand;
    const before = raw ?? statistics;
    const arrived = (last?.arrived ?? 0) + grown(before.arrived, statistics.arrived);
    const acked = (last?.acked ?? 0) + grown(before.acked, statistics.acked);
    samples.push({ ...statistics, sampledAt, arrived, acked });
    while (samples.length > 2 && samples[1]!.sampledAt < sampledAt - RATE_SECONDS) samples.shift();
    raw = statistics;
    contradictedSince = undefined;
  }

  function ackRate(at: number): number {
    const first = samples[0]!;
    const last = samples.at(-1)!;
    // Where nothing was acknowledged for long, the rate fades, although the last change is long ago.
    const seconds = Math.max(last.sampledAt - first.sampledAt, at - last.sampledAt);
    return seconds > 0 ? (last.acked - first.acked) / seconds : 0;
  }

  function carried(last: QueueCount, to: QueueNow & { at: number }): QueueCount {
    // Those that are gone have handed back what they had; without consumers nothing is in hand, whatever the statistics still say.
    const left = to.consumers === 0 ? 0 : Math.min(1, to.consumers / Math.max(1, last.consumers));
    const handedBack = last.inHand * (1 - left);
    const held = last.inHand - handedBack;
    const more = to.waiting - last.waiting - handedBack;
    const seconds = Math.min(CARRIED_SECONDS, Math.max(0, to.at - last.sampledAt));
    const usually = to.consumers === 0 ? 0 : ackRate(to.at) * seconds;
    // A flow that has ended must not be carried on into the next: no more was done than was there, by the depth and by the counters, which
    // may differ.
    const there = Math.max(0, Math.min(last.waiting + last.inHand, last.arrived - last.acked - base));
    const done = Math.round(Math.min(usually, there));
    // What is no longer there, beyond what is usually done in that time, was taken and not done: it is in hand.
    const inHand = to.consumers === 0 ? 0 : Math.round(held + Math.max(0, -more - done));
    const acked = last.acked + done;
    const balance = base + acked + to.waiting + inHand;
    const arrived = Math.max(last.arrived, Math.min(balance, last.arrived + Math.round(more + done)));
    return { sampledAt: to.at, waiting: to.waiting, inHand, consumers: to.consumers, arrived, acked };
  }

  /**
   * The balance caps what is carried: counters may know already of messages that the depth does not show yet. Where jobs vanish (a purge,
   * an expiry) it stays below the counters, and is lifted to them.
   */
  function settleBalance(at: number): void {
    const { arrived, acked, waiting, inHand } = samples.at(-1)!;
    missing.push({ at, jobs: arrived - acked - waiting - inHand - base });
    missing = missing.filter((one) => one.at > at - BALANCE_SECONDS);
    const least = Math.min(...missing.map(({ jobs }) => jobs));
    if (least <= 0 || at - missing[0]!.at < BALANCE_SECONDS / 2) return;
    base += least;
    missing = [];
  }

  return {
    add(at, statistics, seen = {}) {
      sample(at, statistics);
      settleBalance(at);
      now = seen.now && { ...seen.now, at };
      aliveAt = seen.aliveAt;
      if (now !== undefined && now.waiting !== statistics.waiting) contradictedSince ??= at;
      else contradictedSince = undefined;
      lookedAt = at;
    },
    count() {
      const last = samples.at(-1)!;
      const still = lookedAt - Math.min(contradictedSince ?? lookedAt, Math.max(aliveAt ?? lookedAt, last.sampledAt));
      if (still > STILL_SECONDS) return { ...last, ...said, still };
      // Without a declaration it is as old as the statistics: what has not changed in the newest ones is confirmed by them.
      const count =
        now === undefined ? { ...last, sampledAt: Math.max(last.sampledAt, aliveAt ?? 0) } : carried(last, now);
      said = { arrived: Math.max(said.arrived, count.arrived), acked: Math.max(said.acked, count.acked) };
      return { ...count, ...said };
    },
  };
}

const same = (one: QueueStatistics, other: QueueStatistics): boolean =>
  one.arrived === other.arrived &&
  one.acked === other.acked &&
  one.waiting === other.waiting &&
  one.inHand === other.inHand &&
  one.consumers === other.consumers;
