// `./lab resume`: lets paused replicas go on.
import type { Command } from '../command.ts';
import { bringBack } from '../faults/role-fault.ts';
import { findTarget } from '../lab-view.ts';
import { requireLab } from '../running-lab.ts';

export const command: Command = {
  summary: 'let paused replicas go on',
  usage: '<service or replica>',
  positionals: { min: 1, max: 1 },
  options: {},
  async run({ positionals: [given = ''] }) {
    const lab = await requireLab();
    const resumed = await bringBack(lab, 'resume', findTarget(await lab.services(), given));
    console.log(resumed === 0 ? `nothing of ${given} was paused` : `${resumed} of ${given} go on; ./lab status`);
    return 0;
  },
};
