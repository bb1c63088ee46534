// Makes of the readings of one role what a policy decides from: how fast jobs come, how long each takes, how long a replica boots, and what
// waits. What cannot be observed is not guessed: there is no situation then.

import type { RoleSettings } from '../../shared/guv/settings.ts';
import type { Reading, ReplicaReading, Situation } from '../deciding/types.ts';
import { createArrivalRate } from './arrival-rate.ts';
import { createBootTime } from './boot-time.ts';
import { createSamples } from './samples.ts';
import { createServiceTime } from './service-time.ts';

/** What is older than this is no observation any more: three samples of a broker that counts every 5 s. Seconds. */
export const USABLE_FOR = 15;

export interface Measured {
  /** Seconds; missing where too little was seen. */
  service?: number;
  serviceSpread?: number;
  boot?: number;
}

export interface Estimator {
  add(reading: Reading): void;
  /**
   * What can be said at that time, with no earlier estimates in it. Undefined where the newest sample of the queue, or the newest list of
   * replicas, is older than USABLE_FOR seconds, or where there is none.
   */
  situation(at: number, settings: RoleSettings): Situation | undefined;
  measured(): Measured;
}

export function createEstimator(initial: RoleSettings): Estimator {
  const samples = createSamples();
  const arrivals = createArrivalRate(samples, initial.rateWindow);
  const serviceTime = createServiceTime(samples);
  const bootTime = createBootTime();
  let spread = spreadOf(initial);
  let replicas: ReplicaReading | undefined;
  let replicasAt = Number.NEGATIVE_INFINITY;

  return {
    add(reading) {
      const isNewSample = reading.queue !== undefined && samples.add(reading.queue);
      if (isNewSample) {
        arrivals.update();
        serviceTime.update(spread);
      }
      if (reading.replicas === undefined || reading.at < replicasAt) return;
      if (reading.replicas.boots !== undefined) bootTime.add(reading.replicas.boots);
      replicas = reading.replicas;
      replicasAt = reading.at;
    },
    situation(at, settings) {
      spread = spreadOf(settings);
      const sample = samples.last();
      if (sample === undefined || at - sample.sampledAt > USABLE_FOR) return undefined;
      if (replicas === undefined || at - replicasAt > USABLE_FOR) return undefined;
      const service = settings.measure ? serviceTime.mean(settings.processing, spread) : settings.processing;
      const sampleEvery = samples.every();
      const oldest = replicas.starting.reduce((longest, since) => Math.max(longest, at - since), 0);
      const boot = settings.measure ? bootTime.expected(settings.boot, oldest) : settings.boot;
      return {
        at,
        waiting: sample.waiting,
        inHand: sample.inHand,
        age: Math.max(0, at - sample.sampledAt),
        ...(sampleEvery !== undefined && { sampleEvery }),
        poll: settings.pollinterval,
        arrivalRate: arrivals.rate(),
        arrivalError: arrivals.error(),
        arrivalDispersion: arrivals.dispersion(),
        service,
        serviceSpread: service * spread,
        boot,
        ready: replicas.ready,
        starting: replicas.starting.map((since) => Math.max(0, since + boot - at)),
        draining: replicas.draining,
        broken: replicas.broken,
        estimates: [],
      };
    },
    measured() {
      const service = serviceTime.measured(spread);
      const boot = bootTime.measured();
      return {
        ...(service !== undefined && { service, serviceSpread: service * spread }),
        ...(boot !== undefined && { boot }),
      };
    },
  };
}

/** Counters do not tell how much the times of jobs differ: as much, for their mean, as is configured. */
const spreadOf = ({ processing, stddev }: RoleSettings): number => stddev / processing;
