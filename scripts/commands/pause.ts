// `./lab pause`: stops replicas where they stand, with all that they have in hand, until they are resumed.
import type { Command } from '../command.ts';
import { roleOptions, runRoleCommand } from '../faults/role-command.ts';

export const command: Command = {
  summary: 'stop replicas where they stand, with their work in hand, until ./lab resume',
  usage: '<service or replica>',
  positionals: { min: 1, max: 1 },
  options: roleOptions,
  more: 'Examples:\n  ./lab pause resize --n 1 --for 30s   one at random; it goes on by itself after that\n  ./lab pause store',
  run: (input) => runRoleCommand('pause', input),
};
