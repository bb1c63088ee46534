// `./lab url`: where a service of the running lab answers, for a browser, curl and scripts.
import { CannotRun, type Command } from '../command.ts';
import type { LabAddresses } from '../lab-view.ts';
import { printable } from '../printable.ts';
import { requireLab } from '../running-lab.ts';

/** Those that answer over HTTP in both modes, each with the service behind it. */
const NAMES = {
  frontend: 'frontend',
  coordinator: 'coordinator',
  scaler: 'scaler',
  dial: 'dial',
  management: 'rabbitmq',
} as const satisfies Partial<Record<keyof LabAddresses, string>>;

type Name = keyof typeof NAMES;

export const command: Command = {
  summary: 'where a service answers: its address, for a browser, curl and scripts',
  usage: `<${Object.keys(NAMES).join('|')}>`,
  positionals: { min: 1, max: 1 },
  options: {},
  more:
    'management is the RabbitMQ page; its user is lab, and the password is not part of the address.\n' +
    'Example:\n  curl "$(./lab url frontend)/samples"',
  async run({ positionals: [name = ''] }) {
    if (!Object.hasOwn(NAMES, name)) {
      throw new CannotRun(`expected ${Object.keys(NAMES).join(', ')}, got ${JSON.stringify(printable(name))}`);
    }
    const { [name as Name]: url } = await (await requireLab()).addresses();
    if (url === undefined) {
      const service = NAMES[name as Name];
      throw new CannotRun(`${service} is not running; ./lab up ${service} starts it`);
    }
    console.log(new URL(url).origin);
    return 0;
  },
};
