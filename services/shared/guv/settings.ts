// What guv.yaml says of one role, when all defaults are filled in. Durations in seconds.

export interface RoleSettings {
  role: string;
  /** The Compose service (guv: the worker type) that is scaled. */
  worker: string;
  /** The queues whose backlog counts; guv has one. */
  queues: string[];
  /** What a slot takes for a job, and its standard deviation; where `measure` is on, only where it starts. */
  processing: number;
  stddev: number;
  /** From a job's arrival in the queue to its acknowledgement. */
  deadline: number;
  /** Share of the jobs that must meet it, in percent. */
  percentile: number;
  /** guv's: deadline less the spread, where it is not given. */
  target: number;
  boot: number;
  /** Jobs that a replica works on at a time. */
  concurrency: number;
  minimum: number;
  maximum: number;
  pollinterval: number;
  /** How far back the guv policy looks before it scales down. */
  history: number;
  /** How far back, at most, it is looked how fast jobs come. */
  rateWindow: number;
  /** `deadline`, `guv`, `keda-queue-length`, the name of a file policies/<name>.ts, or an http address. */
  policy: string;
  /** No scale-down for so long after any change. 0: none. */
  cooldown: number;
  /** Most replicas added or taken away by one decision. Undefined: no limit. */
  maxstepUp?: number;
  maxstepDown?: number;
  /** What to do where the role cannot be observed. */
  fallback: 'hold' | { higher: number } | { fixed: number };
  /** Use measured processing and boot times. */
  measure: boolean;
  /** KEDA's messages per replica, for policy `keda-queue-length`. Undefined: derived from deadline and processing. */
  queueLength?: number;
}
