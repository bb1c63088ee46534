// `./lab kill`: ends all replicas of a service, or one of them, the hard way. They stay down until somebody starts them.
import { constants } from 'node:os';
import { CannotRun, type Command, textOf } from '../command.ts';
import { findTarget } from '../lab-view.ts';
import { requireLab } from '../running-lab.ts';

function signalName(given: string): string {
  const name = given.toUpperCase().startsWith('SIG') ? given.toUpperCase() : `SIG${given.toUpperCase()}`;
  if (name in constants.signals) return name;
  throw new CannotRun(`--signal must be a signal such as SIGKILL, SIGTERM or SIGSTOP, got ${JSON.stringify(given)}`);
}

export const command: Command = {
  summary: 'kill every replica of a service, or one; it stays down until ./lab up <service>',
  usage: '<service or replica>',
  positionals: { min: 1, max: 1 },
  options: { signal: { type: 'string', short: 's', value: 'SIGNAL', help: 'SIGKILL where none is given' } },
  more: 'Examples:\n  ./lab kill resize      all of them\n  ./lab kill resize-2    the one that ./lab status shows by this name',
  async run({ values, positionals: [given = ''] }) {
    const signal = signalName(textOf(values.signal) ?? 'SIGKILL');
    const lab = await requireLab();
    await lab.kill(findTarget(await lab.services(), given), signal);
    return 0;
  },
};
