// Chapter 4: the scaler gave a role what its deadline needed, kept more jobs in time than there would have been without it, and its promise was changed.
import { z } from 'zod';
import { type Comparison, outcomes } from '../../scripts/compare/comparison.ts';
import { isInDeadline } from '../../scripts/compare/measure.ts';
import { conclusion } from '../../scripts/compare/report-text.ts';
import { plural } from '../../scripts/terminal.ts';
import type { ChapterCheck, Evidence, Finding } from '../../scripts/workshop/chapter-check.ts';
import { allHealthy, nothingLost } from '../../scripts/workshop/lab-findings.ts';
import { promisesIn } from '../../scripts/workshop/promises.ts';
import type { Decision } from '../../services/scaler/deciding/types.ts';
import type { ScalerStatus } from '../../services/scaler/governor.ts';
import type { RoleStatus } from '../../services/scaler/live-role.ts';

const WAIT_SECONDS = 30;
const FORGETS = 'the scaler keeps its decisions for about a quarter of an hour, and until it restarts';

/** As much of a comparison as is looked at here. */
const Run = z.looseObject({
  name: z.string(),
  seconds: z.number(),
  fates: z.array(z.looseObject({ outcome: z.enum(outcomes), seconds: z.number().nullable() })),
  samples: z.array(z.looseObject({ roles: z.record(z.string(), z.looseObject({})) })),
  replicaSeconds: z.record(z.string(), z.number()).nullable(),
});
const Compared = z.looseObject({ what: z.enum(['scaling', 'sync']), deadline: z.number(), runs: z.tuple([Run, Run]) });

/** What the scaler says of a role, and what it has decided for it. */
interface Role {
  status: RoleStatus;
  decisions: readonly Decision[];
}

/** The scaler's own: a number that a person has set is none. */
const isRaise = ({ from, to, guard }: Decision, minimum: number): boolean =>
  guard.fixed === undefined && from !== undefined && to !== undefined && to > from && to > minimum;

/** It has changed the number at that moment. It has not where it only advised, and where the platform refused. */
const isDone = ({ at, guard }: Decision): boolean => guard.changedAt === at;

function raised(roles: readonly Role[]): Finding {
  const raises = roles.flatMap(({ status, decisions }) => decisions.filter((one) => isRaise(one, status.minimum)));
  const done = raises.findLast(isDone);
  if (done !== undefined) return { ok: true, text: `the scaler gave a role more than its minimum: ${done.sentence}` };
  const load = './lab send 150 --deadline 42 --wait while the vendor is slow (./lab fault vendor slow)';
  const advised = raises.at(-1);
  if (advised !== undefined) {
    return {
      ok: false,
      text: `it was only said, and not done: ${advised.sentence}`,
      hint: `./lab autoscale act, and then ${load}`,
    };
  }
  return {
    ok: false,
    text: 'the scaler gave no role more than its minimum, among its last decisions',
    hint: `./lab autoscale act, and then ${load}; ${FORGETS}`,
  };
}

/** A file of another version is none. */
const isComparison = (result: unknown): result is Comparison => Compared.safeParse(result).success;

const share = ({ runs, deadline }: Comparison, which: 0 | 1): number => {
  const { fates } = runs[which];
  return fates.filter((fate) => isInDeadline(fate, deadline)).length / Math.max(1, fates.length);
};

function compared(results: readonly Comparison[]): Finding {
  const comparisons = results.filter(({ what }) => what === 'scaling');
  const best = comparisons.findLast((one) => share(one, 1) > share(one, 0));
  if (best !== undefined) return { ok: true, text: conclusion(best) };
  const command = './lab compare --rate 8 --set 1 --sample harbour --for 45s';
  const last = comparisons.at(-1);
  if (last === undefined) {
    return { ok: false, text: 'no load was compared, with scaling off and with scaling on', hint: command };
  }
  return {
    ok: false,
    text: `scaling did not help: ${conclusion(last)}`,
    hint: `while the vendor is slow (./lab fault vendor slow): ${command}`,
  };
}

function promised({ config }: ScalerStatus, roles: readonly Role[]): Finding {
  const hint = './lab guv set caption.deadline=60 while the scaler advises or acts, and after a few seconds back to 3';
  if (!config.ok) {
    const [problem = 'it cannot be read'] = config.problem ?? [];
    return {
      ok: false,
      text: `guv.yaml is refused: ${problem}`,
      hint: './lab guv validate says what is wrong with it',
    };
  }
  const changed = roles
    .map(({ status, decisions }) => ({ status, promises: promisesIn(decisions, status.deadline) }))
    .find(({ promises }) => promises.length > 1);
  if (changed === undefined) {
    const text = "no role was decided by another deadline than the one in force, among the scaler's last decisions";
    return { ok: false, text, hint: `${hint}; ${FORGETS}` };
  }
  const { status, promises } = changed;
  const list = promises.map((seconds) => `${seconds} s`).join(' and ');
  return { ok: true, text: `${status.role} was promised within ${list}; ${status.deadline} s counts now` };
}

/** Why a role is not left as it was found, or nothing. */
function heldText({ status: { role, minimum, replicas, steering } }: Role): string[] {
  if (steering.fixed !== undefined) return [`${role} is fixed at ${steering.fixed}`];
  if (steering.paused !== undefined) return [`${role} is paused`];
  if (replicas === undefined) return [`nobody sees how many replicas ${role} has`];
  const there = replicas.ready + replicas.starting;
  return there > minimum ? [`${role} has ${plural(there, 'replica')}`] : [];
}

function leftOff({ mode }: ScalerStatus, roles: readonly Role[]): Finding {
  const hint = './lab autoscale off --restore; ./lab autoscale free or resume <role> for one that is fixed or paused';
  if (mode !== 'off') return { ok: false, text: `scaling is not off: its mode is ${mode}`, hint };
  const held = roles.flatMap(heldText);
  if (held.length > 0) return { ok: false, text: `scaling is off, and ${held.join(', ')}`, hint };
  return {
    ok: true,
    text: `scaling is off, and none of ${plural(roles.length, 'role')} has more replicas than its minimum`,
  };
}

async function readRoles(evidence: Evidence, status: ScalerStatus): Promise<Role[]> {
  return Promise.all(status.roles.map(async (one) => ({ status: one, decisions: await evidence.decisions(one.role) })));
}

export const check: ChapterCheck = {
  title: 'Autoscaling',
  async findings(evidence) {
    // First of all, as it waits: replicas that were sent away end meanwhile.
    const safe = await nothingLost(evidence, WAIT_SECONDS);
    const status = await evidence.scaler();
    const roles = await readRoles(evidence, status);
    return [
      raised(roles),
      compared((await evidence.results('compare')).filter(isComparison)),
      promised(status, roles),
      leftOff(status, roles),
      safe,
      await allHealthy(evidence),
    ];
  },
};
