// Does what a schedule says, when it says it. Each fault has its own guardian, so that nothing stays broken if this ends early.
import { setTimeout as wait } from 'node:timers/promises';
import type { RunningLab } from '../lab-view.ts';
import { paint } from '../terminal.ts';
import type { ChaosStep } from './chaos-schedule.ts';
import { type Cleared, clearFaults } from './clear.ts';
import { lasting } from './duration.ts';
import { runRoleFault, type Verb } from './role-fault.ts';
import { runServiceFault, type ServiceFault } from './service-fault.ts';

const clock = (seconds: number): string =>
  `${String(Math.floor(seconds / 60)).padStart(2)}:${(seconds % 60).toFixed(1).padStart(4, '0')}`;

const isRoleStep = (verb: ChaosStep['verb']): verb is Exclude<Verb, 'restart'> =>
  ['kill', 'pause', 'cut'].includes(verb);

/** ` 0:12.3  kill one of resize, for 4 s` */
export function stepText({ at, verb, what, lasts }: ChaosStep): string {
  const act = isRoleStep(verb) ? `${verb} one of ${what}` : `${verb} ${what}`;
  return `${clock(at)}  ${act}${lasts === undefined ? '' : `, for ${lasting(lasts)}`}`;
}

/** @param brief without its symptom, which was told before */
async function act(
  lab: RunningLab,
  step: ChaosStep,
  seed: number,
  brief: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const { verb, what, lasts: forSeconds } = step;
  const how = { forSeconds, detach: true, brief };
  if (isRoleStep(verb)) return runRoleFault(lab, { verb, target: { service: what }, n: 1, seed, ...how }, signal);
  await runServiceFault(lab, { what: verb as ServiceFault['what'], how: what, ...how }, signal);
  return true;
}

export interface ChaosResult {
  done: number;
  /** Nobody was there to be hit, or it could not be done just then. */
  skipped: { step: ChaosStep; why: string }[];
  /** What could not be undone at the end. */
  problems: Cleared['problems'];
}

/** Runs it to its end, or to the signal; afterwards all is undone. Whom a kill hits is drawn by the seed among those that run then. */
export async function runChaos(
  lab: RunningLab,
  { steps, seed, seconds }: { steps: readonly ChaosStep[]; seed: number; seconds: number },
  signal: AbortSignal,
): Promise<ChaosResult> {
  const began = performance.now();
  const untilSecond = (second: number): Promise<unknown> =>
    wait(Math.max(0, began + second * 1000 - performance.now()), undefined, { signal }).catch(() => undefined);
  const result: ChaosResult = { done: 0, skipped: [], problems: [] };
  // A restart of the broker takes its time, and the schedule goes on.
  const underWay: Promise<void>[] = [];
  for (const [i, step] of steps.entries()) {
    await untilSecond(step.at);
    if (signal.aborted) break;
    console.log(`\n${paint('bold', stepText(step))}`);
    const skip = (why: string): void => {
      console.log(paint('yellow', `left out: ${why}`));
      result.skipped.push({ step, why });
    };
    const told = steps
      .slice(0, i)
      .some(({ verb, what }) => verb === step.verb && (isRoleStep(verb) || what === step.what));
    const done = act(lab, step, seed + i, told, signal).then(
      (hit) => {
        if (hit) result.done += 1;
        else skip(`nothing of ${step.what} was running`);
      },
      (error: Error) => skip(error.message),
    );
    underWay.push(done);
    if (step.verb !== 'broker') await done;
  }
  if (!signal.aborted) await untilSecond(seconds);
  await Promise.all(underWay);
  // What fails to end in time is ended here; so it is after Ctrl-C.
  result.problems = (await clearFaults(lab, signal)).problems;
  return result;
}
