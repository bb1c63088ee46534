// `./lab heal`: puts replicas that were cut off back into their networks, with the names that they had there. On Docker only.
import type { Command } from '../command.ts';
import { bringBack } from '../faults/role-fault.ts';
import { findTarget } from '../lab-view.ts';
import { requireLab } from '../running-lab.ts';

export const command: Command = {
  summary: 'put replicas that were cut off back into the network (on Docker)',
  usage: '<service or replica>',
  positionals: { min: 1, max: 1 },
  options: {},
  async run({ positionals: [given = ''] }) {
    const lab = await requireLab();
    const healed = await bringBack(lab, 'heal', findTarget(await lab.services(), given));
    const text = `${healed} of ${given} put back; within seconds they are connected again: ./lab status`;
    console.log(healed === 0 ? `nothing of ${given} was cut off` : text);
    return 0;
  },
};
