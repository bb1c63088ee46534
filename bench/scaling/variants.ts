// What the deadline policy must bear: wrong beliefs, lost samples, and a deadline that cannot always be met.
import type { RoleSettings } from '../../services/shared/guv/settings.ts';
import { targetOf } from '../../services/shared/guv/target.ts';
import type { Cell } from './cells.ts';
import { contenders } from './contenders.ts';
import { type Contest, OBSERVATION } from './run-cell.ts';

export interface Variant {
  name: string;
  /** Undefined where it makes no sense for the cell. */
  change: (cell: Cell) => Cell | undefined;
  contest: Contest;
}

const deadline = contenders[0]!;

function believing(name: string, change: (settings: RoleSettings) => Partial<RoleSettings>): Variant {
  const settings = (truth: RoleSettings): RoleSettings => {
    const believed = { ...deadline.settings(truth), ...change(truth) };
    return { ...believed, target: Math.max(targetOf(believed), believed.processing + 0.01) };
  };
  return { name, change: (cell) => cell, contest: { policy: deadline.policy, settings } };
}

const service = (factor: number) => (truth: RoleSettings) => ({
  processing: factor * truth.processing,
  stddev: factor * truth.stddev,
});
const boot = (factor: number) => (truth: RoleSettings) => ({ boot: factor * truth.boot });

export const variants: readonly Variant[] = [
  believing('service believed half', service(0.5)),
  believing('service believed double', service(2)),
  believing('boot believed 0.3 of it', boot(0.3)),
  believing('boot believed 3 times', boot(3)),
  {
    name: '30 % of the looks lost',
    change: (cell) => cell,
    contest: { ...deadline, observation: { ...OBSERVATION, lost: 0.3 } },
  },
  {
    // For the pod only: 34 s where boot and service take 35. The container's would be 2.4 s for jobs of 2 s, which no replicas can meet.
    name: 'deadline below boot and service',
    change(cell) {
      const { profile } = cell;
      return profile.name === 'pod' ? { ...cell, profile: { ...profile, deadline: 34 } } : undefined;
    },
    contest: deadline,
  },
];
