// How much work the replicas of a role can begin by some time, as the policy `deadline` reckons: those that consume, those in boot from the
// time they will be ready, and none more. Times are seconds after the newest sample.
import type { Situation } from '../deciding/types.ts';

/** A slot that is new begins a job at once, and the next after a service time: on average half a job more than time over service time. */
const FIRST_JOB = 0.5;

export interface Supply {
  /** Slots of one replica, and the seconds that a slot takes for a job. */
  concurrency: number;
  service: number;
  /** Replicas that consume, and slots of theirs that have nothing to do. */
  ready: number;
  idleSlots: number;
  /** For each replica in boot: when it will be ready, soonest first. */
  readyAt: readonly number[];
}

export function supplyOf(situation: Situation, concurrency: number): Supply {
  const { ready, starting, age, service } = situation;
  const readyAt = starting.map((seconds) => seconds + age).sort((a, b) => a - b);
  return { concurrency, service, ready, idleSlots: idleSlots(situation, ready, concurrency), readyAt };
}

/** The same with so many replicas, of which those in boot are taken away first, the youngest of them before all others. */
export function reducedSupply(whole: Supply, situation: Situation, replicas: number): Supply {
  const ready = Math.min(whole.ready, replicas);
  const readyAt = whole.readyAt.slice(0, replicas - ready);
  return { ...whole, ready, readyAt, idleSlots: idleSlots(situation, ready, whole.concurrency) };
}

/** Jobs that can be begun by that time. */
export function startsBy(supply: Supply, time: number): number {
  let starts = supply.idleSlots + (supply.ready * supply.concurrency * time) / supply.service;
  for (const readyAt of supply.readyAt) {
    if (readyAt > time) break;
    starts += startsOfOne(supply, time - readyAt);
  }
  return starts;
}

/** Jobs that one replica can begin within so many seconds after it has become ready. */
export const startsOfOne = ({ concurrency, service }: Supply, seconds: number): number =>
  concurrency * Math.max(1, FIRST_JOB + seconds / service);

/** Jobs a second when all of them are ready. */
export const fullRate = ({ ready, readyAt, concurrency, service }: Supply): number =>
  ((ready + readyAt.length) * concurrency) / service;

/** Jobs in hand may be held by replicas that drain or are broken: their slots do not come back. */
function idleSlots({ inHand, draining, broken }: Situation, ready: number, concurrency: number): number {
  const busy = Math.max(0, inHand - (draining + broken) * concurrency);
  return Math.max(0, ready * concurrency - busy);
}
