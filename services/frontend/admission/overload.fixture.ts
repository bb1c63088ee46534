// A small lab in simulated time, for the tests of the gate: three roles in a row, two front ends that share the load unequally, and a
// scaler whose looks are a second or two old and whose measurements are wrong.
import { createGate, type Gate } from './gate.ts';
import type { ScalerTold } from './scaler-status.ts';

export interface Overload {
  seconds: number;
  /** Times what the narrowest role can do. */
  load: number;
  /** What the scaler says of the time that an item takes, over what it takes. */
  told: number;
  /** Share of the jobs that are urgent. Default none. */
  urgent?: number;
  /** In mode act: resize grows by one replica each so many seconds, up to 6, of which only `cores` do work. */
  growsEvery?: number;
  cores?: number;
  /** From then on until `until`, nothing comes out of caption. */
  stops?: { from: number; until: number };
  seed?: number;
}

export interface Outcome {
  offered: number;
  accepted: number;
  /** Share of the accepted jobs that met their deadline; of the urgent ones, too. */
  inTime: number;
  urgentInTime: number;
  /** Items that came out, over those that the narrowest role could have done. */
  used: number;
}

/** Seconds from one moment of the simulation to the next. */
const STEP = 0.01;
const LOOK_EVERY = 1;
const BOOT = 3;

interface Job {
  gate: Gate;
  id: string;
  left: number;
  urgent: boolean;
  deadlineAt: number;
  doneAt?: number;
}

interface Role {
  role: string;
  service: number;
  concurrency: number;
  replicas: number;
  maximum: number;
  queue: Job[];
  urgentQueue: Job[];
  turn: number;
  /** In hand: the job, and when it ends here. */
  hand: { job: Job; until: number }[];
}

/** Park and Miller: the same numbers each time. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const roleOf = (role: string, service: number, concurrency: number, maximum: number): Role => ({
  ...{ role, service, concurrency, maximum, replicas: 1, turn: 0 },
  queue: [],
  urgentQueue: [],
  hand: [],
});

/** Two urgent ones for each other one, while both wait. */
function take(role: Role): Job | undefined {
  const first = role.turn++ % 3 < 2 ? role.urgentQueue : role.queue;
  return first.shift() ?? role.urgentQueue.shift() ?? role.queue.shift();
}

export function overload({
  seconds,
  load,
  told,
  urgent = 0,
  growsEvery,
  cores = 6,
  stops,
  seed = 20_171,
}: Overload): Outcome {
  const random = randomOf(seed);
  let now = 0;
  const gates = [createGate(() => now), createGate(() => now)];
  const roles = [roleOf('resize', 0.2, 2, 6), roleOf('caption', 0.2, 8, 4), roleOf('store', 0.1, 100, 3)];
  const resize = roles[0]!;
  const jobs: Job[] = [];
  const counted: { at: number; roles: { waiting: number; inHand: number }[] }[] = [];
  let offered = 0;
  let out = 0;
  let possible = 0;

  /** Cores that are shared make each replica slower. */
  const slowness = (role: Role): number => (role === resize ? Math.max(1, role.replicas / cores) : 1);

  function status(): ScalerTold {
    const age = 1 + random();
    const sample = counted.findLast(({ at }) => at <= now - age) ?? counted[0]!;
    return {
      mode: growsEvery === undefined ? 'off' : 'act',
      at: 5_000 + now,
      roles: roles.map((role, n) => ({
        ...{ role: role.role, concurrency: role.concurrency, processing: role.service * told },
        ...{ maximum: role.maximum, deadline: 10, steering: {} },
        situation: {
          ...{ at: 5_000 + now, age: now - sample.at, poll: 2, boot: BOOT, ready: role.replicas, starting: [] },
          ...{ ...sample.roles[n]!, service: role.service * told * slowness(role) },
        },
      })),
    };
  }

  function arrive(): void {
    offered += 1;
    const gate = gates[random() < 0.7 ? 0 : 1]!;
    const items = 1 + Math.floor(random() * 10);
    const isUrgent = random() < urgent;
    const deadlineSeconds = [5, 10, 20][Math.floor(random() * 3)]!;
    const answer = gate.ask({ items, urgent: isUrgent, deadlineSeconds });
    if ('refusal' in answer) return;
    const job = { gate, id: String(jobs.length), left: items, urgent: isUrgent, deadlineAt: now + deadlineSeconds };
    jobs.push(job);
    answer.place.stored(job.id);
    answer.place.published();
    for (let n = 0; n < items; n += 1) (isUrgent ? resize.urgentQueue : resize.queue).push(job);
  }

  function leave(job: Job): void {
    out += 1;
    job.left -= 1;
    if (job.left === 0) job.doneAt = now;
    for (const gate of gates) gate.finished({ job: job.id, state: 'done' });
  }

  function work(role: Role, next: Role | undefined): void {
    const stopped = role.role === 'caption' && stops !== undefined && now >= stops.from && now < stops.until;
    if (stopped) return;
    const ended = role.hand.filter(({ until }) => until <= now);
    role.hand = role.hand.filter(({ until }) => until > now);
    for (const { job } of ended) {
      if (next === undefined) leave(job);
      else (job.urgent ? next.urgentQueue : next.queue).push(job);
    }
    while (role.hand.length < role.replicas * role.concurrency) {
      const job = take(role);
      if (job === undefined) return;
      // Half of it always, half of it as it comes.
      const took = role.service * slowness(role) * (0.5 - 0.5 * Math.log(random()));
      role.hand.push({ job, until: now + took });
    }
  }

  const capacity = resize.concurrency / resize.service;
  let nextArrival = 0;
  let nextLook = 0;
  for (let step = 0; now < seconds; step += 1) {
    now = step * STEP;
    if (growsEvery !== undefined) resize.replicas = Math.min(6, 1 + Math.floor(Math.max(0, now - BOOT) / growsEvery));
    possible += (STEP * resize.replicas * capacity) / slowness(resize);
    if (now >= nextLook) {
      for (const gate of gates) if (counted.length > 0) gate.look(status());
      nextLook += LOOK_EVERY;
    }
    if (step % 10 === 0) {
      counted.push({
        at: now,
        roles: roles.map(({ queue, urgentQueue, hand }) => ({
          waiting: queue.length + urgentQueue.length,
          inHand: hand.length,
        })),
      });
    }
    while (now >= nextArrival) {
      if (now > 2) arrive(); // before, nothing is known
      nextArrival -= (Math.log(random()) * 5.5) / (load * capacity);
    }
    roles.forEach((role, n) => {
      work(role, roles[n + 1]);
    });
  }

  const judged = jobs.filter(({ deadlineAt }) => deadlineAt <= now);
  const met = (some: readonly Job[]): number =>
    some.filter(({ doneAt, deadlineAt }) => (doneAt ?? Infinity) <= deadlineAt).length / some.length;
  return {
    offered,
    accepted: jobs.length,
    inTime: met(judged),
    urgentInTime: met(judged.filter((job) => job.urgent)),
    used: out / possible,
  };
}
