// `./lab kill`: ends all replicas of a service, or some of them, the hard way. They stay down until somebody starts them, or for a while.
import { constants } from 'node:os';
import { CannotRun, type Command, textOf } from '../command.ts';
import { roleOptions, runRoleCommand } from '../faults/role-command.ts';

function signalName(given: string): string {
  const name = given.toUpperCase().startsWith('SIG') ? given.toUpperCase() : `SIG${given.toUpperCase()}`;
  if (name in constants.signals) return name;
  throw new CannotRun(`--signal must be a signal such as SIGKILL, SIGTERM or SIGSTOP, got ${JSON.stringify(given)}`);
}

export const command: Command = {
  summary: 'kill every replica of a service, some or one; it stays down until ./lab up <service>',
  usage: '<service or replica>',
  positionals: { min: 1, max: 1 },
  options: {
    signal: { type: 'string', short: 's', value: 'SIGNAL', help: 'SIGKILL where none is given' },
    ...roleOptions,
  },
  more:
    'Examples:\n' +
    '  ./lab kill resize                            all of them\n' +
    '  ./lab kill resize-2                          the one that ./lab status shows by this name\n' +
    '  ./lab kill resize --n 1 --every 2s --for 30s one at random every 2 s; who was killed is started again at the next turn',
  run: (input) => runRoleCommand('kill', input, signalName(textOf(input.values.signal) ?? 'SIGKILL')),
};
