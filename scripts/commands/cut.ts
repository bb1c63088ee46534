// `./lab cut`: takes replicas off the network. They run on, and reach nobody. On Docker only.
import type { Command } from '../command.ts';
import { roleOptions, runRoleCommand } from '../faults/role-command.ts';

export const command: Command = {
  summary: 'cut replicas off the network until ./lab heal (on Docker)',
  usage: '<service or replica>',
  positionals: { min: 1, max: 1 },
  options: roleOptions,
  more: 'Examples:\n  ./lab cut caption-1 --for 30s   it is put back by itself after that\n  ./lab cut resize --n 1',
  run: (input) => runRoleCommand('cut', input),
};
