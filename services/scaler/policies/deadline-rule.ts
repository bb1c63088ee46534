// The hard rule of the policy `deadline`: what waits and what will have come by any moment, up to one reaction time after the newest sample at
// most, must be begun within the slack after that moment, even where more comes than is expected.
import type { Forecast } from './deadline.ts';
import { rounded } from './deadline-formula.ts';
import { startsBy, startsOfOne } from './deadline-supply.ts';

/** Standard deviations of the number of jobs to come, by which there may be more of them. */
const CAUTION = 2;
/** Moments that are looked at, beside the first. */
const MOMENTS = 12;
/**
 * How far ahead jobs count: to those that must be begun within so many reaction times. Replicas that are asked for now are there after one;
 * they have half of one left for the work. Later jobs are left to later looks, which know better what will come.
 */
const URGENT = 1.5;
/** For those that are there, it is further: what is sent away should not be asked for again at the next look. */
const KEPT = 3;

/** Jobs of those that are there at the moment that cannot be begun within the slack. 0 or less where all can. */
function shortBy({ situation, supply, slack }: Forecast, moment: number): number {
  const { waiting, arrivalRate, arrivalError, arrivalDispersion = 1 } = situation;
  const coming = arrivalRate * moment;
  const deviation = Math.sqrt(coming * arrivalDispersion + (arrivalError * moment) ** 2);
  return waiting + coming + CAUTION * deviation - startsBy(supply, moment + slack);
}

/** The last moment at which jobs count; not beyond one reaction time, as more than that is seldom known. */
const horizonOf = ({ reaction, slack }: Forecast, reactions: number): number =>
  Math.min(reaction, Math.max(0, reactions * reaction - slack));

/** Whether each job begins in time, without any more replicas. */
export function isMet(forecast: Forecast): boolean {
  const horizon = horizonOf(forecast, KEPT);
  for (let step = 0; step <= MOMENTS; step += 1) {
    if (shortBy(forecast, (horizon * step) / MOMENTS) > 0) return false;
  }
  return true;
}

/**
 * How many more replicas it takes so that no job begins too late, in what is left of the time when they have booted. Jobs that are too late
 * for any of them do not count.
 */
export function missing(forecast: Forecast, replicas: number): { replicas: number; formula: string } {
  const { situation, supply, slack } = forecast;
  const readyAt = situation.age + situation.boot;
  const horizon = horizonOf(forecast, URGENT);
  let most = 0;
  let worst = 0;
  for (let step = 0; step <= MOMENTS; step += 1) {
    const moment = (horizon * step) / MOMENTS;
    const left = moment + slack - readyAt;
    if (left < 0) continue;
    const more = shortBy(forecast, moment) / startsOfOne(supply, left);
    if (more <= most) continue;
    most = more;
    worst = moment;
  }
  const more = Math.ceil(most);
  return { replicas: more, formula: more > 0 ? formulaOf(forecast, worst, replicas, more) : '' };
}

function formulaOf(forecast: Forecast, moment: number, replicas: number, more: number): string {
  const { situation, supply, slack } = forecast;
  const left = moment + slack - situation.age - situation.boot;
  return (
    `${rounded(shortBy(forecast, moment))} of the jobs there in ${rounded(moment)} s would begin later than the slack of ` +
    `${rounded(slack)} s; one more replica begins ${rounded(startsOfOne(supply, left))} in the ${rounded(left)} s left after its boot: ` +
    `${replicas} + ${more}`
  );
}
