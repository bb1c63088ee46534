// The policy `deadline`: as few replicas as meet the deadline, by a forecast over the time that a change takes to have an effect.
//
// The deadline less the service time is slack: the time that a job may wait. A short standing queue, within the slack, keeps all slots busy
// and absorbs what is chance. So the number of replicas changes only where
//   - a job that comes within one reaction time would begin too late (the hard rule): as many more as begin it in time;
//   - the wait one reaction ahead leaves the band upwards: as many as carry the load and shorten the queue;
//   - it leaves the band downwards: the same formula, but never fewer than the hard rule needs;
//   - no job waits, and none is the minimum.
import type { RoleSettings } from '../../shared/guv/settings.ts';
import type { Policy, Situation, Wish } from '../deciding/types.ts';
import { rounded } from './deadline-formula.ts';
import { isMet, missing } from './deadline-rule.ts';
import { slackOf } from './deadline-slack.ts';
import { fullRate, reducedSupply, type Supply, startsBy, supplyOf } from './deadline-supply.ts';

/** The band of the projected wait, and where the way back leads to, as shares of the slack. */
const UPPER = 0.7;
const LOWER = 0.12;
const MIDDLE = 0.5;
/** The way back takes so many reaction times. */
const WAY_BACK = 2;

export interface Forecast {
  situation: Situation;
  supply: Supply;
  /** How long a job may wait, and how long a change takes to have an effect: age of the sample, time to the next look, boot. Seconds. */
  slack: number;
  reaction: number;
  /** Jobs that will wait one reaction after the sample, with the replicas that there are. */
  queue: number;
  /** And how long the last of them will: Infinity where there are no replicas. */
  wait: number;
}

export const deadline: Policy = (situation, settings) => {
  const forecast = forecastOf(situation, settings);
  const replicas = situation.ready + situation.starting.length;
  return {
    ...wishOf(forecast, replicas, settings),
    ...(Number.isFinite(forecast.wait) && { projectedWait: forecast.wait }),
  };
};

function forecastOf(situation: Situation, settings: RoleSettings): Forecast {
  const supply = supplyOf(situation, settings.concurrency);
  const reaction = situation.boot + situation.age + situation.poll;
  const queue = Math.max(0, situation.waiting + situation.arrivalRate * reaction - startsBy(supply, reaction));
  const wait = queue === 0 ? 0 : queue / fullRate(supply);
  return { situation, supply, slack: slackOf(situation, settings), reaction, queue, wait };
}

function wishOf(forecast: Forecast, replicas: number, settings: RoleSettings): Wish {
  const { slack, reaction, wait } = forecast;
  const none = settings.minimum === 0 ? wishForNone(forecast, replicas) : undefined;
  if (none !== undefined) return none;
  const more = missing(forecast, replicas);
  const load = replicasForLoad(forecast, settings);
  // Of the two reasons for more, the greater: a longer queue never makes for fewer.
  if (wait > UPPER * slack && load > replicas + more.replicas) {
    return { replicas: load, term: 'load', formula: loadFormula(forecast, load) };
  }
  if (more.replicas > 0) return { replicas: replicas + more.replicas, term: 'deadline', formula: more.formula };
  if (wait < LOWER * slack && load < replicas) {
    const kept = leastInTime(forecast, load, replicas);
    if (kept < replicas) return { replicas: kept, term: 'spare', formula: loadFormula(forecast, kept, load) };
  }
  return {
    replicas,
    term: 'hysteresis',
    formula:
      `wait of ${rounded(wait)} s projected in ${rounded(reaction)} s: up above ${rounded(UPPER * slack)} s, ` +
      `down below ${rounded(LOWER * slack)} s where fewer carry the load`,
  };
}

/** The last one goes when no job waits, unless the next job would then begin too late, and there were jobs in the last minutes. */
function wishForNone({ situation, slack }: Forecast, replicas: number): Wish | undefined {
  const { age, sampleEvery = age, poll, boot } = situation;
  /** A job may have to wait for a sample before it is seen at all. */
  const reaction = Math.max(age, sampleEvery) + poll + boot;
  if (replicas > 1 || situation.waiting > 0) return undefined;
  if (replicas === 1 && reaction > slack && situation.arrivalRate > 0) return undefined;
  const formula = `0 waiting, minimum 0; one again ${rounded(reaction)} s after a job has come, slack ${rounded(slack)} s`;
  return { replicas: 0, term: 'zero', formula };
}

function replicasForLoad({ situation, slack, reaction, queue }: Forecast, { concurrency }: RoleSettings): number {
  const back = WAY_BACK * reaction;
  const rate = (situation.arrivalRate + queue / back) / (1 + (MIDDLE * slack) / back);
  return Math.ceil((rate * situation.service) / concurrency);
}

/** The smallest number, from `least` to all, with which every job begins in time. */
function leastInTime(forecast: Forecast, least: number, all: number): number {
  for (let replicas = Math.max(least, 1); replicas < all; replicas += 1) {
    const supply = reducedSupply(forecast.supply, forecast.situation, replicas);
    if (isMet({ ...forecast, supply })) return replicas;
  }
  return all;
}

/** `load`: what the formula gives, where that would not be enough for the hard rule. */
function loadFormula(forecast: Forecast, replicas: number, load = replicas): string {
  const { situation, slack, reaction, queue, wait } = forecast;
  const { arrivalRate, service } = situation;
  return (
    `wait of ${rounded(wait)} s projected in ${rounded(reaction)} s, slack ${rounded(slack)} s: ` +
    `(${rounded(arrivalRate)}/s + ${rounded(queue)} / ${rounded(WAY_BACK * reaction)} s) × ${rounded(service)} s ` +
    `/ (1 + ${rounded(MIDDLE * slack)} / ${rounded(WAY_BACK * reaction)}) → ${load}` +
    (replicas > load ? `, ${replicas} to begin each job in time` : '')
  );
}
