// What came of a run, as numbers: read from what k6 gives to handleSummary. It is what RESULTS keeps, and the table is drawn from it.
// Plain TypeScript without k6, so that `./lab load last` and the tests can use it, too.

/** What k6 hands over, as far as it is used here. Metrics of one kind of job are called `job_done{kind:urgent}`. */
export interface SummaryData {
  state: { testRunDurationMs: number };
  metrics: Record<string, { values: Record<string, number>; thresholds?: Record<string, { ok: boolean }> }>;
  root_group: { checks: { name: string; passes: number; fails: number }[] };
}

/** Milliseconds; null where there was nothing to measure. */
export interface Times {
  p50: number | null;
  p95: number | null;
  p99: number | null;
  max: number | null;
}

export interface ResultRow {
  /** `all`, or one kind of job. */
  kind: string;
  jobs: number;
  taken: number;
  /** Not done for so long that the user went away. */
  given_up: number;
  /** Share of those taken, 0 to 1; null where there were none. */
  in_deadline: number | null;
  /** From the POST to its answer. */
  accepted_ms: Times;
  /** From the POST to the last image being done. */
  done_ms: Times;
}

export interface LadderResult {
  scenario: string;
  /** What was sent, in words. */
  sent: string;
  finished_at: string;
  seconds: number;
  rows: ResultRow[];
  checks: { name: string; passed: number; failed: number }[];
  /** Jobs that were due when all users were still waiting for theirs: with any of these, k6 measured less load than was meant. */
  not_sent: number;
  thresholds: { metric: string; threshold: string; value: number | null; ok: boolean }[];
  passed: boolean;
}

/** k6 must be told to work these out: `summaryTrendStats`. */
export const TREND_STATS = ['med', 'p(95)', 'p(99)', 'max'];

function times(values: Record<string, number> | undefined): Times {
  const at = (name: string): number | null => values?.[name] ?? null;
  return { p50: at('med'), p95: at('p(95)'), p99: at('p(99)'), max: at('max') };
}

function row(kind: string, of: (metric: string) => Record<string, number> | undefined): ResultRow {
  const taken = of('job_taken');
  const inTime = of('in_deadline');
  const counted = (inTime?.passes ?? 0) + (inTime?.fails ?? 0);
  const nothing = (values: Record<string, number> | undefined) => (counted === 0 ? undefined : values);
  return {
    kind,
    jobs: (taken?.passes ?? 0) + (taken?.fails ?? 0),
    taken: taken?.passes ?? 0,
    given_up: of('job_given_up')?.count ?? 0,
    in_deadline: counted === 0 ? null : (inTime?.rate ?? null),
    accepted_ms: times(nothing(of('job_accepted'))),
    done_ms: times(nothing(of('job_done'))),
  };
}

/** The kinds of jobs that a run told apart, in the order in which they stand in the thresholds. */
function kinds(metrics: SummaryData['metrics']): string[] {
  const found = Object.keys(metrics).flatMap((name) => /\{kind:(.+)\}$/.exec(name)?.[1] ?? []);
  return [...new Set(found)].sort();
}

/** `p(95)<5000` is about `p(95)`; k6 calls the 50th percentile `med`. */
function measuredBy(threshold: string, values: Record<string, number>): number | null {
  const [, stat = ''] = /^\s*([a-z]+(?:\([\d.]+\))?)/.exec(threshold) ?? [];
  return values[stat] ?? null;
}

export function resultOf(scenario: string, sent: string, data: SummaryData, now: Date): LadderResult {
  const { metrics } = data;
  const told = kinds(metrics);
  const thresholds = Object.entries(metrics).flatMap(([metric, { values, thresholds = {} }]) =>
    Object.entries(thresholds).map(([threshold, { ok }]) => {
      return { metric, threshold, value: measuredBy(threshold, values), ok };
    }),
  );
  return {
    scenario,
    sent,
    finished_at: now.toISOString(),
    seconds: data.state.testRunDurationMs / 1000,
    rows: [
      ...told.map((kind) => row(kind, (metric) => metrics[`${metric}{kind:${kind}}`]?.values)),
      row('all', (metric) => metrics[metric]?.values),
    ],
    checks: data.root_group.checks.map(({ name, passes, fails }) => ({ name, passed: passes, failed: fails })),
    not_sent: metrics.dropped_iterations?.values.count ?? 0,
    thresholds: thresholds.sort((a, b) => a.metric.localeCompare(b.metric)),
    passed: thresholds.every(({ ok }) => ok),
  };
}
