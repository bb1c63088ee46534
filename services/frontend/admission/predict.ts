// When a job that comes now would be done. Pure.
//
// Every item passes the roles one after the other, so what stands before a role is all that is there or still on its way to it. A
// role works that off at the rate of its slots; the slowest of the roles says when the last item comes out, after which it takes the
// time that each role needs for one.
import type { RoleLoad } from './role-load.ts';

/** What is on its way, in items. The counts of the roles are some seconds old: what came and went since is known here. */
export interface Flow {
  /** In the order in which an item passes them. */
  roles: readonly RoleLoad[];
  /** Taken since the roles were counted, and finished since. */
  taken: number;
  finished: number;
  /** Urgent ones that are not finished, and how many of them come in a second. */
  urgent: number;
  urgentRate: number;
}

export interface Prediction {
  /** Infinity where nobody works, and nobody is coming. */
  seconds: number;
  /** The role that it waits for most, the items before it there, and how many that role does in a second. */
  role: string;
  ahead: number;
  rate: number;
}

/** Replicas that are not there yet may not help as much as those that are: a core, a vendor or a database may be full before. */
const HELP_OF_MORE = 0.5;
/**
 * While both kinds wait, RabbitMQ 4.0 to 4.2 hands out two urgent messages for each other one. From 4.3 on it hands out nothing but urgent ones: where
 * they come faster than they can be done, the others are later than this says, and the correction learns it.
 */
const URGENT_TURNS = 2 / 3;

/** What a slot does in a second, times slots: items a second of so many replicas. */
const rateOf = ({ service, concurrency }: RoleLoad, replicas: number): number => (replicas * concurrency) / service;

/** Seconds until so many items are done by replicas that come one after the other. `share`: of each rate, what counts. */
function secondsFor(items: number, load: RoleLoad, coming: readonly { at: number; replicas: number }[], share: number) {
  let done = 0;
  let at = 0;
  let rate = rateOf(load, load.ready) * share;
  for (const next of [...coming].sort((a, b) => a.at - b.at)) {
    const until = done + rate * (next.at - at);
    if (until >= items) break;
    done = until;
    at = next.at;
    rate += rateOf(load, next.replicas) * share;
  }
  return at + (items - done) / rate; // nobody: Infinity
}

/** With those that are there or in boot; and where that is longer than the scaler lets it be, with those that it would ask for. */
function clearedIn(items: number, load: RoleLoad, share: number): number {
  const booting = load.starting.map((at) => ({ at, replicas: 1 }));
  const now = secondsFor(items, load, booting, share);
  if (load.more === undefined) return now;
  const { replicas, after, beyond } = load.more;
  const grown = secondsFor(items, load, [...booting, { at: after, replicas: replicas * HELP_OF_MORE }], share);
  return Math.min(now, Math.max(grown, beyond));
}

interface Place {
  load: RoleLoad;
  ahead: number;
  /** Of the role's rate, what is left for this job and those before it. */
  share: number;
}

/** What has to be done at each role before the job's own items. */
function placesOf({ roles, taken, finished }: Flow, shareOf: (load: RoleLoad) => number): Place[] {
  let before = taken - finished;
  return roles.map((load) => {
    before += load.waiting + load.inHand;
    return { load, ahead: Math.max(0, before), share: shareOf(load) };
  });
}

function slowest(places: readonly Place[], items: number): Prediction {
  let found: Prediction = { seconds: 0, role: '', ahead: 0, rate: 0 };
  let passing = 0;
  for (const { load, ahead, share } of places) {
    passing += load.service;
    const seconds = clearedIn(ahead + items, load, share);
    if (seconds < found.seconds) continue;
    found = { seconds, role: load.role, ahead, rate: rateOf(load, load.ready) * share };
  }
  return { ...found, seconds: found.seconds + passing };
}

/** A job in its turn: urgent ones that come later go before it, in two of three turns at most. */
function inTurn(flow: Flow, items: number, urgentRate = flow.urgentRate): Prediction {
  const left = (load: RoleLoad): number => {
    const rate = rateOf(load, load.ready);
    return rate > 0 ? Math.max(1 - URGENT_TURNS, 1 - urgentRate / rate) : 1;
  };
  return slowest(placesOf(flow, left), items);
}

/** Before an urgent job stand the urgent ones and what is in hand; where others wait, too, it has two of three turns. */
function urgently(flow: Flow, items: number): Prediction {
  let inHand = 0;
  const places = flow.roles.map((load) => {
    inHand += load.inHand;
    const alone = load.waiting + Math.max(0, flow.taken - flow.finished) <= flow.urgent;
    return { load, ahead: flow.urgent + inHand, share: alone ? 1 : URGENT_TURNS };
  });
  const ahead = slowest(places, items);
  const turn = inTurn(flow, items, 0);
  return ahead.seconds <= turn.seconds ? ahead : turn;
}

/** @param job how many items it has */
export function predict(flow: Flow, job: { items: number; urgent: boolean }): Prediction {
  return job.urgent ? urgently(flow, job.items) : inTurn(flow, job.items);
}
