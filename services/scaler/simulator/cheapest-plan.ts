// The cheapest numbers of replicas over time for work that is known beforehand, by dynamic programming over time, replicas and backlog.
//
// Work is a fluid here: in a step of `step` seconds a slot takes away one unit, `step` slot-seconds, as long as there are any. First in, first
// out means that a job begins within `wait` seconds if the work that waits is never more than what has come in the last `wait` seconds.
// A replica costs its seconds, and the seconds of its boot each time that one is started; ending one costs nothing. The backlog is a
// whole number of units, so within the fluid the plan is the very cheapest and no approximation.

export interface KnownWork {
  /** Seconds, rising; and for each the slot-seconds that come with it. */
  arrivals: Float64Array;
  work: Float64Array;
  seconds: number;
  concurrency: number;
  minimum: number;
  maximum: number;
  initial: number;
  boot: number;
  /** Length of a step. */
  step: number;
}

/** The problem in steps and units. */
interface Problem {
  known: KnownWork;
  /** What comes in each step, and what may wait after it. */
  comes: Int32Array;
  most: Int32Array;
  /** More replicas than this are of no use in a step. */
  useful: Int32Array;
  /** Backlogs that are told apart. */
  width: number;
}

/** @returns how many are to consume in each step, with every job begun within `wait` seconds */
export function cheapestPlan(known: KnownWork, wait: number): Int32Array {
  const comes = workBySteps(known);
  const window = Math.max(1, Math.round(wait / known.step));
  const most = mostWaiting(comes, window);
  const useful = usefulReplicas(known, most, window);
  const problem = { known, comes, most, useful, width: largest(most) + 1 };
  return follow(problem, solve(problem));
}

/**
 * From the last step to the first: the cost to the end, and the number to go on with, for each number and backlog before the step.
 * @returns the numbers to go on with, by step; in each by number and backlog
 */
function solve(problem: Problem): Uint16Array[] {
  const { known, comes, useful, width } = problem;
  const goOn = new Float64Array((largest(useful) + 1) * width);
  const value = new Float64Array(goOn.length);
  const choices: Uint16Array[] = [];
  for (let n = comes.length - 1; n >= 0; n -= 1) {
    const backlogs = backlogsBefore(problem, n);
    const highest = Math.max(useful[n]!, useful[n - 1] ?? 0);
    const choice = new Uint16Array((highest + 1) * backlogs);
    for (let count = known.minimum; count <= highest; count += 1)
      goOnWith(problem, n, count, { goOn, value, backlogs });
    compareWithMore(problem, { goOn, value, choice, backlogs, highest });
    compareWithFewer(problem, { goOn, value, choice, backlogs, highest });
    choices[n] = choice;
  }
  return choices;
}

/** The costs of going on with so many in this step; Infinity where more would wait than may. */
function goOnWith(
  { known: { step, concurrency }, comes, most, useful, width }: Problem,
  n: number,
  count: number,
  { goOn, value, backlogs }: { goOn: Float64Array; value: Float64Array; backlogs: number },
): void {
  const row = count * width;
  const change = comes[n]! - count * concurrency;
  const allowed = count <= useful[n]! ? most[n]! : -1;
  for (let backlog = 0; backlog < backlogs; backlog += 1) {
    const left = Math.max(0, backlog + change);
    goOn[row + backlog] = left <= allowed ? count * step + value[row + left]! : Number.POSITIVE_INFINITY;
  }
}

interface Tables {
  goOn: Float64Array;
  value: Float64Array;
  choice: Uint16Array;
  backlogs: number;
  /** The highest number that is possible before or in the step. */
  highest: number;
}

/** As many, or more with a boot for each: going down from the highest, the cheapest above is known. Where none is possible, the highest. */
function compareWithMore({ known: { boot, minimum }, width }: Problem, tables: Tables): void {
  const { goOn, value, choice, backlogs, highest } = tables;
  const lowest = new Float64Array(backlogs).fill(Number.POSITIVE_INFINITY);
  const lowestAt = new Uint16Array(backlogs).fill(highest);
  for (let count = highest; count >= minimum; count -= 1) {
    for (let backlog = 0; backlog < backlogs; backlog += 1) {
      const cost = goOn[count * width + backlog]! + count * boot;
      if (cost < lowest[backlog]!) {
        lowest[backlog] = cost;
        lowestAt[backlog] = count;
      }
      value[count * width + backlog] = lowest[backlog]! - count * boot;
      choice[count * backlogs + backlog] = lowestAt[backlog]!;
    }
  }
}

/** Or fewer, which costs nothing. */
function compareWithFewer({ known: { minimum }, width }: Problem, tables: Tables): void {
  const { goOn, value, choice, backlogs, highest } = tables;
  const lowest = new Float64Array(backlogs).fill(Number.POSITIVE_INFINITY);
  const lowestAt = new Uint16Array(backlogs);
  for (let count = minimum; count <= highest; count += 1) {
    for (let backlog = 0; backlog < backlogs; backlog += 1) {
      const cost = goOn[count * width + backlog]!;
      if (cost < lowest[backlog]!) {
        lowest[backlog] = cost;
        lowestAt[backlog] = count;
      }
      if (lowest[backlog]! < value[count * width + backlog]!) {
        value[count * width + backlog] = lowest[backlog]!;
        choice[count * backlogs + backlog] = lowestAt[backlog]!;
      }
    }
  }
}

/** From the first step to the last, by what was found best. */
function follow(problem: Problem, choices: readonly Uint16Array[]): Int32Array {
  const { known, comes, most, useful } = problem;
  const plan = new Int32Array(comes.length);
  let count = Math.max(known.minimum, known.initial);
  let backlog = 0;
  for (let n = 0; n < plan.length; n += 1) {
    count = Math.min(useful[n]!, choices[n]![count * backlogsBefore(problem, n) + backlog]!);
    plan[n] = count;
    backlog = Math.min(most[n]!, Math.max(0, backlog + comes[n]! - count * known.concurrency));
  }
  return plan;
}

function backlogsBefore({ most }: Problem, n: number): number {
  return n === 0 ? 1 : most[n - 1]! + 1;
}

/**
 * The work of a job is spread over its own length from its arrival on, as no more than one slot can work on it at a time. What is rounded away
 * in one step comes with the next.
 */
function workBySteps({ arrivals, work, seconds, step }: KnownWork): Int32Array {
  const units = new Float64Array(Math.ceil(seconds / step));
  for (const [job, arrival] of arrivals.entries()) {
    let left = work[job]! / step;
    for (let n = Math.floor(arrival / step); left > 0 && n < units.length; n += 1) {
      units[n]! += Math.min(1, left);
      left -= 1;
    }
  }
  let total = 0;
  let counted = 0;
  return Int32Array.from(units, (came) => {
    total += came;
    const whole = Math.round(total) - counted;
    counted += whole;
    return whole;
  });
}

/** What came in each step and in those before it within the window. */
function mostWaiting(comes: Int32Array, window: number): Int32Array {
  let sum = 0;
  return comes.map((came, n) => {
    sum += came - (n >= window ? comes[n - window]! : 0);
    return sum;
  });
}

/**
 * No plan needs more than what the fullest window near a step takes, spread over all of it, and a little more for rounding. Near is what
 * lies within a window or a boot: to keep a replica idle for longer than its boot is dearer than to start another.
 */
function usefulReplicas(known: KnownWork, most: Int32Array, window: number): Int32Array {
  const { boot, step, concurrency, minimum, maximum, initial } = known;
  const near = window + Math.ceil(boot / step) + 1;
  return most.map((_, n) => {
    const fullest = largest(most.subarray(Math.max(0, n - near), n + near + window));
    const needed = Math.min(maximum, Math.ceil(fullest / window / concurrency) + 2);
    return Math.max(minimum, n === 0 ? initial : 0, needed);
  });
}

function largest(values: Int32Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
