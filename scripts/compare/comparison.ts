// What a comparison holds, as it is kept in results.json and as the reports are made from it. Times are seconds from the start of a run,
// unless they say otherwise.

/**
 * done: every image has its result; failed: one of them has none; refused: the front end said no; unanswered: it said nothing, so that
 * nobody knows whether it took the job; unfinished: accepted, and not done when the run was ended.
 */
export const outcomes = ['done', 'failed', 'refused', 'unanswered', 'unfinished'] as const;
export type Outcome = (typeof outcomes)[number];

/** What became of one job. */
export interface Fate {
  /** When it was due to be sent: a system that is slow to take it has kept it waiting, too. */
  due: number;
  outcome: Outcome;
  /** From due to done; null where it was not done. */
  seconds: number | null;
}

/** A role at one moment, as the scaler saw it; null where it could not. */
export interface RoleSample {
  /** Items that wait and items in hand. */
  backlog: number | null;
  /** Those that are paid for: they work, boot or drain. */
  replicas: number | null;
}

/** The lab at one moment. */
export interface Sample {
  at: number;
  /** Jobs so far: due, done, and done within the deadline. */
  arrived: number;
  done: number;
  inDeadline: number;
  roles: Record<string, RoleSample>;
}

export interface Run {
  /** `scaling off`, `scaling on`; `inside the request`, `by the workers` */
  name: string;
  /** When it began, ISO 8601. */
  startedAt: string;
  /** Until the last job was done, or the run was ended: then one or more are unfinished. */
  seconds: number;
  fates: Fate[];
  samples: Sample[];
  /** What kept the scaler from setting the replicas that a role needed, the last time of each; in its own words. */
  held: Record<string, string>;
  /** What the replicas of each role cost in that time; null where the scaler could not be asked. */
  replicaSeconds: Record<string, number> | null;
}

/** What was sent, twice. */
export interface LoadFacts {
  /** `flash`, or the file of a trace. */
  shape: string;
  /** Jobs a second: at the most, or on average where the shape knows no more. */
  rate: number;
  seconds: number;
  seed: number;
  /** Images in a job. */
  set: number;
  /** The sample that every image is made of, and its size in pixels. */
  sample: string;
  size: string;
}

export interface Machine {
  cores: number;
  /** Of a core. */
  model: string;
  memoryBytes: number;
  system: string;
  /** `docker`: with the limits of docker-compose.yml; `local`: plain processes, which share all cores. */
  mode: 'docker' | 'local';
  /** Cores that one replica of a service may use, as docker-compose.yml says. */
  cpus: Record<string, number>;
}

export interface Comparison {
  /** `scaling`: off and on. `sync`: inside the request and by the workers. */
  what: 'scaling' | 'sync';
  load: LoadFacts;
  /** Seconds from due to done. */
  deadline: number;
  /** A run was ended so many seconds after its last arrival, where jobs were still open. */
  patience: number;
  machine: Machine;
  /** Of each role when the second run began. */
  replicas: Record<string, number>;
  /** The command that does the same again. */
  command: string;
  runs: [Run, Run];
}
