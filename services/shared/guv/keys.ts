// Every key of guv.yaml, once: validation, `./lab guv keys`, the hints for what is misspelt and the table in README.md are made from it.

/** What a value must look like. A number that is `whole` counts something. */
export type GuvKind = 'number' | 'whole' | 'text' | 'texts' | 'switch' | 'policy' | 'fallback';

export interface GuvKey {
  name: string;
  /** Other spellings of the same key. */
  short: readonly string[];
  kind: GuvKind;
  /** What a number counts; empty where it is none. */
  unit: string;
  /** Filled in where a number is missing. */
  fallback?: number;
  /** What happens where it is missing, in words; for a `fallback` that is its number. */
  default: string;
  /** Bounds of a number: `above` and `below` are excluded, `least` and `most` are allowed. */
  range: { least?: number; most?: number; above?: number; below?: number };
  /** Whose word it is: guv's files have the first, those of the others are refused by guv-validate. */
  from: 'guv' | 'queuelab';
  /** It is accepted, so that guv's files can be read, and does nothing in this lab: why. */
  idle?: string;
  doc: string;
}

/** Longest duration that is believed: what is longer was meant in other units. 30 days, in seconds. */
const LONGEST = 2_592_000;
const MOST_REPLICAS = 10_000;

type Rest = Partial<GuvKey> & { doc: string };

const key = (name: string, kind: GuvKind, from: GuvKey['from'], rest: Rest): GuvKey => ({
  name,
  kind,
  from,
  short: [],
  unit: '',
  range: {},
  default: rest.fallback === undefined ? '' : String(rest.fallback),
  ...rest,
});

const duration = (name: string, rest: Rest & { from?: GuvKey['from'] }): GuvKey =>
  key(name, 'number', rest.from ?? 'guv', { unit: 'seconds', range: { above: 0, most: LONGEST }, ...rest });

const replicas = (name: string, least: number, rest: Rest & { from?: GuvKey['from'] }): GuvKey =>
  key(name, 'whole', rest.from ?? 'guv', { unit: 'replicas', range: { least, most: MOST_REPLICAS }, ...rest });

const elsewhere = (name: string, idle: string, doc: string): GuvKey => key(name, 'text', 'guv', { idle, doc });

export const KEYS: readonly GuvKey[] = [
  duration('processing', { short: ['p'], fallback: 10, doc: 'what a slot takes for one job, on average' }),
  duration('stddev', {
    range: { least: 0, most: LONGEST },
    default: 'half of processing, also where it is 0',
    doc: 'standard deviation of that',
  }),
  duration('deadline', {
    short: ['d'],
    fallback: 60,
    doc: 'from the arrival of a job in the queue to its acknowledgement',
  }),
  duration('boot', { fallback: 30, doc: 'from the request for a replica until it takes jobs' }),
  key('concurrency', 'whole', 'guv', {
    unit: 'jobs',
    fallback: 1,
    range: { least: 1, most: 100_000 },
    doc: 'slots: jobs that a replica works on at a time',
  }),
  replicas('minimum', 0, { short: ['min'], fallback: 1, doc: 'never fewer replicas; 0 lets a role sleep' }),
  replicas('maximum', 1, { short: ['max'], fallback: 5, doc: 'never more replicas' }),
  key('worker', 'text', 'guv', { short: ['w'], default: "the role's name", doc: 'the Compose service that is scaled' }),
  key('queue', 'texts', 'guv', {
    short: ['q', 'queues'],
    default: "the role's name",
    doc: 'the queue whose backlog counts; several as a list, [a, b], are added up',
  }),
  key('percentile', 'number', 'guv', {
    unit: '%',
    fallback: 99,
    range: { above: 0, below: 100 },
    doc: 'share of the jobs that must meet the deadline',
  }),
  duration('target', {
    default: 'deadline less the spread',
    doc: "deadline less what the slowest jobs take longer: guv's",
  }),
  duration('pollinterval', {
    fallback: 30,
    range: { least: 0.1, most: LONGEST },
    default: '2; with policy guv 30',
    doc: 'how often a role is looked at',
  }),
  duration('history', {
    fallback: 120,
    range: { least: 0, most: LONGEST },
    doc: 'how far back policy guv looks before it takes replicas away',
  }),
  duration('ratewindow', {
    from: 'queuelab',
    range: { least: 1, most: 3600 },
    default: '120',
    doc: 'how far back, at most, it is looked how fast jobs come; shorter: a set that came at once is sooner forgotten',
  }),
  key('policy', 'policy', 'queuelab', {
    default: 'deadline',
    doc: 'deadline, guv, keda-queue-length, the name of a file policies/<name>.ts, or an http address that decides',
  }),
  duration('cooldown', {
    from: 'queuelab',
    range: { least: 0, most: LONGEST },
    default: '0',
    doc: 'no replica is taken away for so long after any change',
  }),
  replicas('maxstep_up', 1, { from: 'queuelab', default: 'no limit', doc: 'most replicas that one decision adds' }),
  replicas('maxstep_down', 1, {
    from: 'queuelab',
    default: 'no limit',
    doc: 'most replicas that one decision takes away',
  }),
  key('fallback', 'fallback', 'queuelab', {
    default: 'hold',
    doc: 'while a role cannot be observed: hold (leave it), higher 3 (at least 3), or 3 (exactly 3)',
  }),
  key('measure', 'switch', 'queuelab', {
    default: 'on',
    doc: 'use measured processing and boot times; what is written is then only where it starts (policy guv never does)',
  }),
  key('queuelength', 'number', 'queuelab', {
    unit: 'jobs',
    range: { above: 0, most: 1_000_000 },
    default: 'from deadline and processing',
    doc: 'jobs for each replica, for policy keda-queue-length',
  }),
  elsewhere('app', '', "the application on Heroku: guv's"),
  elsewhere('dynosize', '', "the size of a dyno on Heroku: guv's"),
  elsewhere('broker', 'the scaler reads the broker that MANAGEMENT_URL names', 'address of the broker'),
  elsewhere('apikey', 'nothing here runs on Heroku', 'a key for Heroku'),
  elsewhere('statuspage', 'nothing is reported to statuspage.io', 'a page of statuspage.io'),
  elsewhere('metric', 'nothing is reported to statuspage.io', 'a metric of statuspage.io'),
];

const BY_SPELLING = new Map(
  KEYS.flatMap((one) => [one.name, ...one.short].map((spelling) => [spelling, one] as const)),
);

/** The key of that name, short or long. */
export const keyOf = (spelling: string): GuvKey | undefined => BY_SPELLING.get(spelling);

/** All spellings of all keys. */
export const spellings = (): string[] => [...BY_SPELLING.keys()];

/** What a number must be: `from 0 to 10000`, `above 0, below 100`. Empty where anything goes. */
export function rangeText({ range: { least, most, above, below } }: GuvKey): string {
  if (least !== undefined && most !== undefined) return `from ${least} to ${most}`;
  const parts = [
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(least === undefined ? [] : [`at least ${least}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
    ...(most === undefined ? [] : [`at most ${most}`]),
  ];
  return parts.join(', ');
}
