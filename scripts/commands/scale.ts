// `./lab scale`: so many replicas of a service.
import { type Command, wholeNumber } from '../command.ts';
import { requireLab } from '../running-lab.ts';

const MOST = 100;

export const command: Command = {
  summary: 'run so many replicas of a service',
  usage: '<service> <n>',
  positionals: { min: 2, max: 2 },
  options: {},
  async run({ positionals: [service = '', n = ''] }) {
    const replicas = wholeNumber('<n>', n, { min: 0, max: MOST });
    await (await requireLab()).scale(service, replicas);
    return 0;
  },
};
