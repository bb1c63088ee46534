// `./lab restart`: ends a service, or some of its replicas, in order and starts them again.
import type { Command } from '../command.ts';
import { roleOptions, runRoleCommand } from '../faults/role-command.ts';
import { findTarget } from '../lab-view.ts';
import { requireLab } from '../running-lab.ts';

const { n, every, seed } = roleOptions;

export const command: Command = {
  summary: 'restart a service or some of its replicas, in order: they finish what they have in hand',
  usage: '<service or replica>',
  positionals: { min: 1, max: 1 },
  options: { n, every, for: { ...roleOptions.for, help: 'with --every: for so long, such as 30s' }, seed },
  async run(input) {
    const { values, positionals } = input;
    if (values.n !== undefined || values.every !== undefined || values.for !== undefined) {
      return runRoleCommand('restart', input);
    }
    // What is down is started by it, too.
    const lab = await requireLab();
    await lab.restart(findTarget(await lab.services(), positionals[0] ?? ''));
    return 0;
  },
};
