// One role of a simulation: its queue, its replicas, what the broker tells of it, and what all of that has cost.

import { createRandom, type Random } from '../../shared/arrivals/random.ts';
import { Histogram } from '../../shared/histogram.ts';
import type { QueueReading, Reading } from '../deciding/types.ts';
import { draw } from './distributions.ts';
import type { EventHeap } from './event-heap.ts';
import { BOOTED, CRASHED, DONE, pack } from './events.ts';
import { JobQueue } from './job-queue.ts';
import { Replicas } from './replicas.ts';
import { SeriesRecorder } from './series.ts';
import type { RoleModel, RoleReport, Simulation } from './types.ts';

/** Where jobs go when this role has done them: the time, and when they came to the first role. */
export type Next = (now: number, began: number) => void;

export class RoleRun {
  readonly model: RoleModel;
  readonly #index: number;
  readonly #events: EventHeap;
  readonly #next: Next;
  readonly #queue = new JobQueue();
  readonly #replicas: Replicas;
  readonly #service: Random;
  readonly #boot: Random;
  readonly #crash: Random;
  readonly #times = new Histogram();
  readonly #series: SeriesRecorder;
  #boots: number[] = [];
  #sample: QueueReading | undefined;
  #last = 0;
  #jobs = 0;
  #done = 0;
  #inTime = 0;
  #waited = 0;
  #crashes = 0;
  #redelivered = 0;
  #up = 0;
  #down = 0;
  #working = 0;
  #ready = 0;
  #booting = 0;
  #draining = 0;
  #backlog = 0;
  #mostBacklog = 0;
  #mostReplicas = 0;

  constructor(simulation: Simulation, index: number, events: EventHeap, next: Next) {
    this.model = simulation.roles[index]!;
    this.#index = index;
    this.#events = events;
    this.#next = next;
    this.#replicas = new Replicas(this.model.settings.concurrency);
    this.#service = createRandom(simulation.seed, 'service', index);
    this.#boot = createRandom(simulation.seed, 'boot', index);
    this.#crash = createRandom(simulation.seed, 'crash', index);
    this.#series = new SeriesRecorder(simulation.load, simulation.points ?? 400);
    for (let n = 0; n < this.model.initial; n += 1) this.#begin(this.#replicas.request(0), 0);
    this.#mostReplicas = this.model.initial;
  }

  /** A job comes. */
  arrive(now: number, began: number): void {
    this.#pass(now);
    this.#jobs += 1;
    if (this.#queue.length === 0 && this.#replicas.freeSlots > 0) this.#start(now, now, began);
    else this.#queue.add(now, began);
    if (this.#inSystem > this.#mostBacklog) this.#mostBacklog = this.#inSystem;
  }

  /** The work of a slot ends. */
  done(now: number, slot: number): void {
    this.#pass(now);
    const { arrived, began } = this.#replicas;
    const arrivedAt = arrived[slot]!;
    const beganAt = began[slot]!;
    if (!this.#replicas.finish(slot)) return;
    this.#done += 1;
    const seconds = now - arrivedAt;
    if (seconds <= this.model.settings.deadline) this.#inTime += 1;
    this.#times.add(seconds);
    this.#series.done(seconds);
    this.#takeMore(now);
    this.#next(now, beganAt);
  }

  /** A boot ends. */
  booted(now: number, replica: number): void {
    this.#pass(now);
    const requestedAt = this.#replicas.requestedAt(replica);
    if (!this.#replicas.boot(replica)) return;
    this.#boots.push(now - requestedAt);
    this.#expectCrash(now, replica);
    this.#takeMore(now);
  }

  /** A crash comes: the broker delivers again what was in hand, and the platform starts the replica again. */
  crashed(now: number, replica: number): void {
    this.#pass(now);
    const slots = this.#replicas.crash(replica);
    if (slots === undefined) return;
    this.#crashes += 1;
    this.#redelivered += slots.length;
    const { arrived, began } = this.#replicas;
    for (const slot of slots.sort((a, b) => arrived[b]! - arrived[a]!)) {
      this.#queue.putBack(arrived[slot]!, began[slot]!);
    }
    this.#request(now);
    this.#takeMore(now);
  }

  /** The broker counts. */
  sample(now: number): void {
    this.#sample = {
      sampledAt: now,
      waiting: this.#queue.length,
      inHand: this.#replicas.inHand + this.#replicas.inHandDraining,
      arrived: this.#jobs,
      acked: this.#done,
      consumers: this.#replicas.ready.length,
    };
  }

  /** What a look at the role sees. @param lost nothing of the broker this time */
  look(now: number, lost: boolean): Reading {
    const { ready, booting, draining } = this.#replicas;
    const boots = this.#boots;
    if (boots.length > 0) this.#boots = [];
    return {
      at: now,
      queue: lost ? undefined : this.#sample,
      replicas: {
        ready: ready.length,
        starting: booting.map((replica) => this.#replicas.requestedAt(replica)),
        draining,
        broken: 0,
        boots,
      },
    };
  }

  /** So many replicas from now on, as the platform would see to it. */
  scaleTo(now: number, wanted: number): void {
    this.#pass(now);
    const difference = wanted - this.#replicas.ready.length - this.#replicas.booting.length;
    if (difference > 0) this.#up += 1;
    if (difference < 0) this.#down += 1;
    for (let n = 0; n < difference; n += 1) this.#request(now);
    for (let n = 0; n < -difference; n += 1) this.#replicas.release();
    this.#mostReplicas = Math.max(this.#mostReplicas, this.#total);
  }

  /** Of the jobs that are still here, those that are late by now, counted from here or from the first role. */
  late(now: number, seconds: number, since: 'arrived' | 'began'): number {
    const held = this.#replicas.held();
    const times = since === 'arrived' ? this.#replicas.arrived : this.#replicas.began;
    return (
      this.#queue.late(now, seconds, since) +
      held.reduce((count, slot) => count + Number(now - times[slot]! > seconds), 0)
    );
  }

  report(now: number): RoleReport {
    this.#pass(now);
    const { settings } = this.model;
    const late = this.late(now, settings.deadline, 'arrived');
    return {
      role: settings.role,
      policy: settings.policy,
      jobs: this.#jobs,
      done: this.#done,
      left: this.#inSystem,
      attainment: this.#done + late === 0 ? 1 : this.#inTime / (this.#done + late),
      meanWait: this.#waited / (this.#done + this.#redelivered + this.#replicas.held().length),
      seconds: percentiles(this.#times),
      replicaSeconds: {
        working: this.#working,
        idle: this.#ready - this.#working,
        booting: this.#booting,
        draining: this.#draining,
      },
      actions: { up: this.#up, down: this.#down },
      crashes: this.#crashes,
      redelivered: this.#redelivered,
      backlog: { mean: this.#backlog / now, max: this.#mostBacklog },
      replicas: { mean: (this.#ready + this.#booting + this.#draining) / now, max: this.#mostReplicas },
      series: this.#series.series,
    };
  }

  get #inSystem(): number {
    return this.#queue.length + this.#replicas.inHand + this.#replicas.inHandDraining;
  }

  get #total(): number {
    return this.#replicas.ready.length + this.#replicas.booting.length + this.#replicas.draining;
  }

  /** Adds up what has been true since the last event. To be called before anything changes. */
  #pass(now: number): void {
    const replicas = this.#replicas;
    const seconds = now - this.#last;
    this.#working += (seconds * replicas.inHand) / replicas.concurrency;
    this.#ready += seconds * replicas.ready.length;
    this.#booting += seconds * replicas.booting.length;
    this.#draining += seconds * replicas.draining;
    this.#backlog += seconds * this.#inSystem;
    this.#last = now;
    if (this.#series.next <= now) {
      this.#series.record(now, {
        backlog: this.#inSystem,
        ready: replicas.ready.length,
        replicas: this.#total,
        arrived: this.#jobs,
      });
    }
  }

  #takeMore(now: number): void {
    const queue = this.#queue;
    while (queue.length > 0 && this.#replicas.freeSlots > 0) {
      const { arrived, began } = queue;
      queue.drop();
      this.#start(now, arrived, began);
    }
  }

  #start(now: number, arrived: number, began: number): void {
    this.#waited += now - arrived;
    const slot = this.#replicas.take(arrived, began);
    const seconds = draw(this.model.service(now), this.#service);
    this.#events.add(now + seconds, pack(DONE, this.#index, slot));
  }

  #request(now: number): void {
    const replica = this.#replicas.request(now);
    this.#events.add(now + draw(this.model.boot, this.#boot), pack(BOOTED, this.#index, replica));
  }

  /** Those of the start are there already. */
  #begin(replica: number, now: number): void {
    this.#replicas.boot(replica);
    this.#expectCrash(now, replica);
  }

  #expectCrash(now: number, replica: number): void {
    const { crashEvery } = this.model;
    if (crashEvery === undefined) return;
    this.#replicas.expect(replica);
    this.#events.add(now + crashEvery * this.#crash.exponential(), pack(CRASHED, this.#index, replica));
  }
}

export function percentiles(times: Histogram): RoleReport['seconds'] {
  return { p50: times.quantile(0.5), p90: times.quantile(0.9), p99: times.quantile(0.99), max: times.max };
}
