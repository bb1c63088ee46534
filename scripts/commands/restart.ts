// `./lab restart`: ends a service in order and starts it again.
import type { Command } from '../command.ts';
import { requireLab } from '../running-lab.ts';

export const command: Command = {
  summary: 'restart a service, in order: it finishes what it has in hand',
  usage: '<service>',
  positionals: { min: 1, max: 1 },
  options: {},
  async run({ positionals: [service = ''] }) {
    await (await requireLab()).restart(service);
    return 0;
  },
};
