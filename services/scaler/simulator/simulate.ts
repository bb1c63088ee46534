// The simulation: takes one event after the other, and asks the same governor that runs live.

import { createArrivals } from '../../shared/arrivals/arrivals.ts';
import { createRandom, type Random } from '../../shared/arrivals/random.ts';
import { Histogram } from '../../shared/histogram.ts';
import { createRoleGovernor } from '../deciding/role-governor.ts';
import { EventHeap } from './event-heap.ts';
import { BOOTED, CRASHED, DONE, indexOf, kindOf, LOOK, MOST_ROLES, PLANNED, pack, roleOf, SAMPLE } from './events.ts';
import { percentiles, RoleRun } from './role-run.ts';
import type { RoleModel, Simulation, SimulationReport } from './types.ts';

type Governor = ReturnType<typeof createRoleGovernor>;

/** Runs from 0 to the end of the load. The same simulation gives the same report. */
export function simulate(simulation: Simulation): SimulationReport {
  const { load, observation, seed } = simulation;
  if (simulation.roles.length > MOST_ROLES) throw new Error(`at most ${MOST_ROLES} roles in a row can be simulated`);
  const events = new EventHeap();
  const random = createRandom(seed, 'observation');
  const finish = createFinish(simulation);
  const roles = simulation.roles.map(
    (_, index) =>
      new RoleRun(simulation, index, events, (now, began) => {
        if (index + 1 < roles.length) roles[index + 1]!.arrive(now, began);
        else finish.add(now - began);
      }),
  );
  const governors = simulation.roles.map(governorOf);
  beginLooking(simulation, events, random);

  const nextArrival = createArrivals(load, seed);
  let arrival = nextArrival();
  for (;;) {
    const now = Math.min(arrival, events.nextTime);
    if (now >= load.seconds) break;
    if (arrival <= now) {
      roles[0]!.arrive(now, now);
      arrival = nextArrival();
      continue;
    }
    const code = events.take();
    const index = roleOf(code);
    const role = roles[index]!;
    switch (kindOf(code)) {
      case DONE:
        role.done(now, indexOf(code));
        break;
      case BOOTED:
        role.booted(now, indexOf(code));
        break;
      case CRASHED:
        role.crashed(now, indexOf(code));
        break;
      case LOOK: {
        const governor = governors[index]!;
        governor.observe(role.look(now, random.uniform() < observation.lost));
        const { to } = governor.decide(now);
        if (to !== undefined) role.scaleTo(now, to);
        events.add(now + role.model.settings.pollinterval, code);
        break;
      }
      case SAMPLE:
        for (const each of roles) each.sample(now);
        events.add(now + observation.every, code);
        break;
      case PLANNED:
        role.scaleTo(now, role.model.plan![indexOf(code)]!.replicas);
        break;
    }
  }
  return {
    load: load.name,
    seconds: load.seconds,
    seed,
    roles: roles.map((role) => role.report(load.seconds)),
    endToEnd: finish.report(roles),
  };
}

function governorOf({ settings, policy, plan }: RoleModel): Governor | undefined {
  return plan ? undefined : createRoleGovernor({ settings, policy, sentences: false });
}

/** Samples and looks are not in step with each other, nor with the load: each begins somewhere in its first interval. */
function beginLooking({ roles, observation }: Simulation, events: EventHeap, random: Random): void {
  events.add(observation.every * random.uniform(), pack(SAMPLE, 0, 0));
  for (const [index, { settings, plan }] of roles.entries()) {
    const first = settings.pollinterval * random.uniform();
    if (plan) for (const [n, { at }] of plan.entries()) events.add(at, pack(PLANNED, index, n));
    else events.add(first, pack(LOOK, index, 0));
  }
}

/** Counts the jobs that have passed all roles. */
function createFinish({ roles, load }: Simulation) {
  const deadline = roles.reduce((sum, { settings }) => sum + settings.deadline, 0);
  const times = new Histogram();
  let inTime = 0;
  return {
    add(seconds: number): void {
      times.add(seconds);
      if (seconds <= deadline) inTime += 1;
    },
    report(runs: RoleRun[]): SimulationReport['endToEnd'] {
      const late = runs.reduce((sum, run) => sum + run.late(load.seconds, deadline, 'began'), 0);
      return {
        attainment: times.count + late === 0 ? 1 : inTime / (times.count + late),
        seconds: percentiles(times),
      };
    },
  };
}
