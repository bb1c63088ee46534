// `./lab autoscale why`: the last decisions of a role in sentences, and the newest with all that it was made of.
import type { Decision, Situation, Term, Wish } from '../../services/scaler/deciding/types.ts';
import { printable } from '../printable.ts';
import { paint, plural } from '../terminal.ts';
import { ago, amount, clock, length } from './moments.ts';
import { wrapped } from './wrapped.ts';

/** What bound the result, for people. */
const TERMS: Record<Term, string> = {
  deadline: 'jobs would miss the deadline with fewer',
  load: 'the load itself needs so many',
  spare: 'fewer are enough, with room to spare',
  hysteresis: 'the projected wait is within the band in which nothing is changed',
  zero: 'nothing waits, and none are needed',
  none: 'the policy sees no reason for another number',
  own: 'a policy of your own says so',
  minimum: 'the minimum in guv.yaml',
  maximum: 'the maximum in guv.yaml',
  step: 'the most that one decision may change (maxstep_up, maxstep_down)',
  cooldown: 'too soon after the last change (cooldown)',
  fallback: 'the role could not be observed, or its policy failed: what guv.yaml says for that (fallback)',
  saturated: 'more replicas would not help',
  fixed: 'a person fixed the number',
  paused: 'a person paused the role',
  platform: 'the platform could not do more',
};

/** Decisions that say the same, one after another. */
interface Run {
  first: Decision;
  last: Decision;
  count: number;
}

const isChange = ({ from, to }: Decision): boolean => from !== undefined && to !== undefined && from !== to;

function runsOf(decisions: readonly Decision[]): Run[] {
  const runs: Run[] = [];
  for (const decision of decisions) {
    const run = runs.at(-1);
    const { to, from, term, conditions } = decision;
    const same =
      run !== undefined &&
      !isChange(decision) &&
      run.last.to === to &&
      run.last.from === from &&
      run.last.term === term &&
      run.last.conditions.join() === conditions.join();
    if (same) Object.assign(run, { last: decision, count: run.count + 1 });
    else runs.push({ first: decision, last: decision, count: 1 });
  }
  return runs;
}

/** A decision in one line or more: when, and its sentence. */
export function decisionLine(decision: Decision, width: number, { times = 1 } = {}): string {
  const { at, sentence, conditions } = decision;
  const mark = isChange(decision) ? paint('bold', '●') : conditions.includes('Fallback') ? paint('yellow', '!') : ' ';
  const again = times === 1 ? '' : ` (${times} times)`;
  return wrapped(`${paint('dim', clock(at))} ${mark} `, `${printable(sentence)}${again}`, width);
}

/** `2 ready, 1 starting (ready in 0.4 s)` */
function replicasText({ ready, starting, draining, broken }: Situation): string {
  const soon = starting.map((left) => (left === 0 ? 'late' : `in ${length(left)}`)).join(', ');
  return [
    `${ready} ready`,
    ...(starting.length > 0 ? [`${starting.length} starting (${soon})`] : []),
    ...(draining > 0 ? [`${draining} draining`] : []),
    ...(broken > 0 ? [`${broken} broken, which are no capacity`] : []),
  ].join(', ');
}

function situationRows(situation: Situation): [string, string][] {
  const { waiting, inHand, age, arrivalRate, arrivalError, service, serviceSpread, boot, poll } = situation;
  return [
    ['jobs', `${waiting} waiting, ${inHand} in hand, as the broker counted ${length(age)} before`],
    ['arriving', `${amount(arrivalRate)} a second, give or take ${amount(arrivalError)}`],
    ['replicas', replicasText(situation)],
    ['a job takes', `${length(service)}, spread ${length(serviceSpread)}`],
    ['a replica boots in', `${length(boot)}; the next look is in ${length(poll)}`],
  ];
}

/** What there is to say beside the policy's reckoning. */
function guardRows({ guard, conditions }: Decision, now: number): [string, string][] {
  const { unobserved, saturated, changedAt } = guard;
  const rows: [string, string | undefined][] = [
    ['not observed', unobserved && `since ${clock(unobserved.since)}: ${unobserved.because}`],
    ['policy failed', guard.policyProblem],
    ['saturated', saturated && `by the ${saturated.by}: ${saturated.because}`],
    ['platform', guard.platform],
    ['crash-looping', guard.crashLooping],
    ['stuck', guard.stuck],
    ['last change', changedAt === undefined ? undefined : `${clock(changedAt)}, ${ago(changedAt, now)}`],
    ['conditions', conditions.join(', ') || undefined],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== undefined);
}

function wishRows({ formula, replicas, projectedWait }: Wish): [string, string][] {
  const rows: [string, string][] = [
    ['formula', formula],
    ['policy wants', plural(replicas, 'replica')],
  ];
  if (projectedWait !== undefined) rows.push(['projected wait', length(projectedWait) || 'no end']);
  return rows;
}

/** The newest decision, laid out: what was seen, how it was reckoned, what bound the result. */
export function decisionDetail(decision: Decision, { width, now }: { width: number; now: number }): string {
  const { at, policy, situation, wish, to, term } = decision;
  const rows: [string, string][] = [
    ...(situation === undefined ? [] : situationRows(situation)),
    ...(wish === undefined ? [] : wishRows(wish)),
    ['result', to === undefined ? 'nothing is asked of the platform' : plural(to, 'replica')],
    ['bound by', `${term}: ${TERMS[term] ?? ''}`],
    ...guardRows(decision, now),
  ];
  const titles = Math.max(...rows.map(([title]) => title.length));
  const lines = rows.map(([title, text]) =>
    wrapped(`  ${paint('dim', title.padEnd(titles))}  `, printable(text), width),
  );
  return [`${paint('bold', 'the newest')}, ${ago(at, now)}, by policy ${printable(policy)}`, ...lines].join('\n');
}

export interface WhyOptions {
  width: number;
  /** Epoch seconds. */
  now: number;
  /** How many lines of history; decisions that say the same are one. */
  last: number;
}

export function whyReport(role: string, decisions: readonly Decision[], { width, now, last }: WhyOptions): string {
  const newest = decisions.at(-1);
  if (newest === undefined) {
    return `nothing has been decided for ${printable(role)} yet; in mode off nothing is`;
  }
  const history = runsOf(decisions)
    .slice(-last)
    .map((run) => decisionLine(run.last, width, { times: run.count }));
  return [history.join('\n'), decisionDetail(newest, { width, now })].join('\n\n');
}
