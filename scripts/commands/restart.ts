// `./lab restart`: ends a service, or one replica of it, in order and starts it again.
import type { Command } from '../command.ts';
import { findTarget } from '../lab-view.ts';
import { requireLab } from '../running-lab.ts';

export const command: Command = {
  summary: 'restart a service or one replica, in order: it finishes what it has in hand',
  usage: '<service or replica>',
  positionals: { min: 1, max: 1 },
  options: {},
  async run({ positionals: [given = ''] }) {
    const lab = await requireLab();
    await lab.restart(findTarget(await lab.services(), given));
    return 0;
  },
};
