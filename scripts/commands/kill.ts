// `./lab kill`: ends all replicas of a service the hard way. They stay down until somebody starts them.
import { constants } from 'node:os';
import { CannotRun, type Command, textOf } from '../command.ts';
import { requireLab } from '../running-lab.ts';

function signalName(given: string): string {
  const name = given.toUpperCase().startsWith('SIG') ? given.toUpperCase() : `SIG${given.toUpperCase()}`;
  if (name in constants.signals) return name;
  throw new CannotRun(`--signal must be a signal such as SIGKILL, SIGTERM or SIGSTOP, got ${JSON.stringify(given)}`);
}

export const command: Command = {
  summary: 'kill every replica of a service; it stays down until ./lab up <service>',
  usage: '<service>',
  positionals: { min: 1, max: 1 },
  options: { signal: { type: 'string', short: 's', value: 'SIGNAL', help: 'SIGKILL where none is given' } },
  async run({ values, positionals: [service = ''] }) {
    const signal = signalName(textOf(values.signal) ?? 'SIGKILL');
    await (await requireLab()).kill(service, signal);
    return 0;
  },
};
