// `./lab logs`: what the services say, readable.
import { CannotRun, type Command, textOf, wholeNumber } from '../command.ts';
import { requireLab } from '../running-lab.ts';

export const command: Command = {
  summary: 'show what the services say, or one of them',
  usage: '[service]',
  positionals: { min: 0, max: 1 },
  options: {
    follow: { type: 'boolean', short: 'f', help: 'go on with what they say next, until Ctrl-C' },
    lines: {
      type: 'string',
      short: 'n',
      value: 'N',
      help: 'the last N lines of each replica (100 where it is not given)',
    },
  },
  async run({ values, positionals: [service] }) {
    const lines = wholeNumber('--lines', textOf(values.lines) ?? '100', { min: 1, max: 1_000_000 });
    const lab = await requireLab();
    const names = (await lab.services()).map(({ name }) => name);
    if (service !== undefined && !names.includes(service)) {
      throw new CannotRun(`there is no service ${JSON.stringify(service)}; there are ${names.join(', ')}`);
    }
    await lab.logs(service, { follow: values.follow === true, lines });
    return 0;
  },
};
