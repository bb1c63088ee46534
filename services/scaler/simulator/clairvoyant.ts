// A plan that knows every arrival beforehand: what policies, which do not, are compared with.
//
// It knows when each job comes and how long each takes, and starts replicas one mean boot before they are needed; how long each boot takes it
// does not know. Among the cheapest plans with which, reckoned as a fluid, every job begins within so many seconds (cheapest-plan.ts), it
// is the one with the longest wait that still meets the deadline for 99 % of the jobs in the simulator. So it is a plan that holds, and not
// a lower bound: one that gives up a whole crowd on purpose could be cheaper still. For one role without crashes.
import { allArrivals } from '../../shared/arrivals/arrivals.ts';
import { createRandom } from '../../shared/arrivals/random.ts';
import { cheapestPlan, type KnownWork } from './cheapest-plan.ts';
import { draw } from './distributions.ts';
import { simulate } from './simulate.ts';
import type { RoleModel, RoleReport, Simulation } from './types.ts';

/** Share of the jobs that are to be in their deadline. */
const WANTED = 0.99;
/** Waits that are tried: the search halves the way between one that holds and one that does not. */
const TRIES = 6;
/** Steps of the plan: as short as makes a difference to the wait, and not more than some thousands. */
const STEPS_A_DEADLINE = 15;

/** @returns the report of its role, with the plan itself */
export function clairvoyant(simulation: Simulation): RoleReport & { plan: NonNullable<RoleModel['plan']> } {
  const model = simulation.roles[0]!;
  const known = knownWork(simulation);
  const attempt = (wait: number) => {
    const plan = asRequests(cheapestPlan(known, wait), known);
    const report = simulate({ ...simulation, roles: [{ ...model, plan }] }).roles[0]!;
    return { ...report, plan };
  };
  let low = 0;
  let high = model.settings.deadline;
  let best: ReturnType<typeof attempt> | undefined;
  for (let tried = 0; tried < TRIES; tried += 1) {
    const wait = tried === 0 ? 0.75 * high : (low + high) / 2;
    const run = attempt(wait);
    if (run.attainment >= WANTED) {
      low = wait;
      if (best === undefined || run.replicas.mean < best.replicas.mean) best = run;
    } else high = wait;
  }
  return best ?? attempt(low);
}

function knownWork({ roles, load, seed }: Simulation): KnownWork {
  const { settings, service, boot, initial } = roles[0]!;
  const arrivals = allArrivals(load, seed);
  const times = createRandom(seed, 'service', 0);
  return {
    arrivals,
    // Jobs begin in the order in which they come, and draw their times in that order.
    work: arrivals.map((t) => draw(service(t), times)),
    seconds: load.seconds,
    concurrency: settings.concurrency,
    minimum: settings.minimum,
    maximum: settings.maximum,
    initial,
    boot: boot.mean,
    step: Math.max(settings.deadline / STEPS_A_DEADLINE, load.seconds / 4000),
  };
}

/** Where the number changes: more are asked for one boot earlier. In order of time. */
function asRequests(plan: Int32Array, { step, boot, initial }: KnownWork): NonNullable<RoleModel['plan']> {
  // What is to be there or to boot at a time: what runs now, and what will have to run more within a boot.
  const changes: { at: number; by: number }[] = [];
  let count = initial;
  for (let n = 0; n < plan.length; n += 1) {
    const by = plan[n]! - count;
    if (by !== 0) changes.push({ at: Math.max(0, by > 0 ? n * step - boot : n * step), by });
    count = plan[n]!;
  }
  let wanted = initial;
  return changes
    .sort((a, b) => a.at - b.at)
    .map(({ at, by }) => {
      wanted += by;
      return { at, replicas: wanted };
    });
}
