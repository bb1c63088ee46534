// The words of scaling, from what is seen to what is decided. All of it is plain data: a decision is stored with what it was made of, and
// can be made again from that. Times are seconds of one clock (since the epoch, or since the start of a simulation), rates are per second.

/** What was seen of one role at one moment. What could not be observed is missing: it is never zero. */
export interface Reading {
  at: number;
  /** What the broker says of the role's queues, added up. */
  queue?: QueueReading;
  /** What the platform says of its replicas. */
  replicas?: ReplicaReading;
  /** Why something is missing, for people. */
  problem?: string;
  /** What the workers and the host report, where they do: more replicas may not help. */
  limits?: LimitReading;
}

export interface QueueReading {
  /** When the broker counted: before `at`, as its statistics are some seconds old. The same sample may be seen twice. */
  sampledAt: number;
  /** Jobs that wait. */
  waiting: number;
  /** Jobs in the hands of consumers. */
  inHand: number;
  /** Jobs that have ever come, and that were ever acknowledged: only differences mean something, and they may begin again at 0. */
  arrived: number;
  acked: number;
  consumers: number;
}

export interface ReplicaReading {
  /** They consume. */
  ready: number;
  /** For each that boots: when it was asked for. */
  starting: number[];
  /** They finish what is in hand, take no more, and end. */
  draining: number;
  /** Crash-looping, or with jobs in hand that they never acknowledge: no capacity. */
  broken: number;
  /** Boot times that were seen since the last reading: from the request to the first consuming. Seconds. */
  boots?: number[];
}

export interface LimitReading {
  /** Share of the calls to a vendor that were refused for their rate, 0 to 1. */
  refusedShare?: number;
  /** How busy the host's cores are, 0 to 1. */
  hostCpu?: number;
  /** How busy each replica's own CPU limit is, 0 to 1. */
  replicaCpu?: number;
  /** The role's workers write into the database. */
  writesDatabase?: boolean;
}

/** What a policy decides from: estimates, not raw readings. All of it is in the record of the decision. */
export interface Situation {
  at: number;
  /** Jobs that wait and jobs in hand, in the newest sample. */
  waiting: number;
  inHand: number;
  /** How old that sample is. */
  age: number;
  /** Seconds from one sample to the next. Missing before there are two. */
  sampleEvery?: number;
  /** Seconds until the next look. */
  poll: number;
  /** Jobs a second, and the standard error of it. */
  arrivalRate: number;
  arrivalError: number;
  /** How much more the number of jobs varies than by chance: variance over mean. 1, and where it is missing: a Poisson process. */
  arrivalDispersion?: number;
  /** How long a slot works on a job: mean and standard deviation. A replica has `concurrency` slots. */
  service: number;
  serviceSpread: number;
  /** From the request for a replica until it consumes. */
  boot: number;
  ready: number;
  /** For each replica that boots: seconds until it is expected to consume, 0 where it is late. */
  starting: number[];
  draining: number;
  broken: number;
  /** Estimates of earlier decisions, oldest first: what guv calls history. With policy `guv`, as many as guv keeps. */
  estimates: number[];
}

/** What a policy wants, before bounds. */
export interface Wish {
  replicas: number;
  /** guv's history is made of these: the number before anything held it back, within minimum and maximum. Where missing, `replicas`. */
  estimate?: number;
  /** What made it so. */
  term: 'deadline' | 'load' | 'spare' | 'hysteresis' | 'zero' | 'none' | 'own';
  /** The formula with the numbers in it. */
  formula: string;
  /** The wait that a job would have, in seconds, where the policy projects one: now with what there is. */
  projectedWait?: number;
}

/** What bound the result in the end. */
export type Term =
  | Wish['term']
  | 'minimum'
  | 'maximum'
  | 'step'
  | 'cooldown'
  | 'fallback'
  | 'saturated'
  | 'fixed'
  | 'paused'
  | 'platform';

export type Condition = 'Active' | 'Fallback' | 'Paused' | 'Fixed' | 'Saturated' | 'CrashLooping' | 'Stuck';

/** A whole decision: enough to make it again, and to tell people why. */
export interface Decision {
  role: string;
  at: number;
  policy: string;
  /** Missing where the role could not be observed. */
  situation?: Situation;
  wish?: Wish;
  /** Replicas before: ready and starting. Undefined where unknown. */
  from?: number;
  /** Replicas wanted now. Undefined where nothing can be said: nothing is asked of the platform then. */
  to?: number;
  term: Term;
  conditions: Condition[];
  /** What kept it from what the policy wanted, and all that `evaluate` needs beside situation and settings. */
  guard: GuardState;
  /** One sentence for people, with the numbers. */
  sentence: string;
}

/** What else counts, beside the policy. */
export interface GuardState {
  /** Time and direction of the last change. */
  changedAt?: number;
  /** Set by a person. */
  fixed?: number;
  paused?: 'both' | 'in' | 'out';
  /** More replicas would not help: what the bottleneck is, and at how many to stay. */
  saturated?: { by: 'vendor' | 'database' | 'host' | 'unknown'; at: number; because: string };
  /** Where the role cannot be observed: since when, and why. */
  unobserved?: { since: number; because: string };
  /** Where a policy of one's own failed. */
  policyProblem?: string;
  /** What was last wanted in mode act: where nothing can be seen it is held, so that a replica that dies then is replaced. */
  wanted?: number;
  /** Why the platform gave other than what it was asked for: bounds of the host, backing off, away. */
  platform?: string;
  /** Replicas that are no capacity, in words: they end again and again, or take jobs and never acknowledge them. */
  crashLooping?: string;
  stuck?: string;
}

/** A policy: pure, and as fast as it can be; millions of calls are made in a simulation. */
export type Policy = (situation: Situation, settings: import('../../shared/guv/settings.ts').RoleSettings) => Wish;
