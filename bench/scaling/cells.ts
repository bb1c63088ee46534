// The loads, the same for both workers: eleven shapes and seven windows of real traces, an hour each, in replicas that are busy.
import { readFileSync } from 'node:fs';
import type { Distribution } from '../../services/scaler/simulator/types.ts';
import type { Load } from '../../services/shared/arrivals/load.ts';
import {
  diurnal,
  flashCrowd,
  oneAMinute,
  onOff,
  ramp,
  randomWalk,
  sine,
  square,
  trace,
} from '../../services/shared/arrivals/loads.ts';
import { readTrace } from '../../services/shared/arrivals/read-trace.ts';
import { PROFILES, type Profile } from './profiles.ts';

export interface Cell {
  /** As it is chosen on the command line: `sine`, `elb-1`. */
  name: string;
  profile: Profile;
  load: (seed: number) => Load;
  /** Where the service time is another than the profile's. */
  service?: (t: number) => Distribution;
  crashEvery?: number;
  /** Where the load is so low that none may run at times. Default 1. */
  minimum?: number;
  /** Whether a plan that knows all arrivals can be compared with. It cannot know crashes, and nothing is left to plan for single jobs. */
  hasPlan: boolean;
}

const HOUR = 3600;
/** Replicas that the usual load keeps busy. */
const BUSY = 8;
/** Five minutes of a trace are ten seconds here, so that an hour is 30 hours of it. */
const TRACE_STEP = 10;
const WINDOW = HOUR / TRACE_STEP;

/** Windows of the traces: from the beginning of each file, and for two of them from its middle. */
const WINDOWS: readonly { name: string; file: string; from: 'start' | 'middle' }[] = [
  { name: 'elb', file: 'elb_request_count_8c0756.csv', from: 'start' },
  { name: 'elb-middle', file: 'elb_request_count_8c0756.csv', from: 'middle' },
  { name: 'twitter-aapl', file: 'Twitter_volume_AAPL.csv', from: 'start' },
  { name: 'twitter-ko', file: 'Twitter_volume_KO.csv', from: 'start' },
  { name: 'twitter-ko-middle', file: 'Twitter_volume_KO.csv', from: 'middle' },
  { name: 'occupancy', file: 'occupancy_6005.csv', from: 'start' },
  { name: 'exchange', file: 'exchange-3_cpm_results.csv', from: 'start' },
];

export const cells = (): Cell[] => PROFILES.flatMap((profile) => [...shapes(profile), ...traces(profile)]);

function shapes(profile: Profile): Cell[] {
  /** Jobs a second that keep so many replicas busy. */
  const keeping = (replicas: number): number => replicas / profile.service.mean;
  const waves = sine(keeping(BUSY), 0.75, 600, HOUR);
  const usual = (name: string, load: (seed: number) => Load): Cell => ({ name, profile, load, hasPlan: true });
  const crowds = [
    { at: 900, rise: 10, stay: 120, fall: 60 },
    { at: 2400, rise: 60, stay: 60, fall: 120 },
  ];
  return [
    usual('sine', () => waves),
    usual('square', () => square(keeping(4), keeping(16), 600, HOUR)),
    usual('ramp', () => ramp(keeping(1), keeping(20), HOUR)),
    usual('flash-crowd', () => flashCrowd(keeping(3), keeping(24), crowds, HOUR)),
    usual('diurnal', () => diurnal(keeping(BUSY), 1800, HOUR)),
    usual('on-off', () => onOff(keeping(12), 150, 150, HOUR)),
    usual('random-walk', (seed) => randomWalk(keeping(BUSY), { every: 10, step: 0.12 }, HOUR, seed)),
    { ...usual('one-a-minute', () => oneAMinute(HOUR)), minimum: 0, hasPlan: false },
    {
      ...usual('heavy-tail', () => waves),
      service: () => ({ kind: 'pareto', mean: profile.service.mean, shape: 2.2 }),
    },
    { ...usual('doubling-service', () => waves), service: doublesAt(HOUR / 2, profile.service) },
    { ...usual('crashes', () => waves), crashEvery: 600, hasPlan: false },
  ];
}

function doublesAt(half: number, service: Distribution): (t: number) => Distribution {
  const slow =
    service.kind === 'lognormal'
      ? { ...service, mean: 2 * service.mean, stddev: 2 * service.stddev }
      : { ...service, mean: 2 * service.mean };
  return (t) => (t < half ? service : slow);
}

function traces(profile: Profile): Cell[] {
  return WINDOWS.map(({ name, file, from }) => {
    const values = readTrace(readFileSync(new URL(`../traces/${file}`, import.meta.url), 'utf8'), file);
    const first = from === 'start' ? 0 : values.length >> 1;
    const load = trace(name, values.slice(first, first + WINDOW), TRACE_STEP, BUSY / profile.service.mean);
    return { name, profile, load: () => load, hasPlan: true };
  });
}
