// `./lab scale`: so many replicas of a service. Roles of guv.yaml go through the scaler, where it runs, so that it does not undo it.
import { type Command, wholeNumber } from '../command.ts';
import { requireLab } from '../running-lab.ts';
import { askScaler, findRole, scaleRole } from '../scaled-role.ts';
import { noAsExitCode } from '../service-client.ts';

const MOST = 100;

export const command: Command = {
  summary: 'run so many replicas of a service',
  usage: '<service> <n>',
  positionals: { min: 2, max: 2 },
  options: {},
  more: 'While ./lab autoscale acts, a role that is set by hand stays as it is until ./lab autoscale free <role>.',
  async run({ positionals: [service = '', n = ''] }) {
    const replicas = wholeNumber('<n>', n, { min: 0, max: MOST });
    const lab = await requireLab();
    const addresses = await lab.addresses();
    const role = findRole(await askScaler(addresses), service);
    return noAsExitCode(async () => {
      if (role === undefined) await lab.scale(service, replicas);
      else await scaleRole(addresses, role, { replicas, mode: lab.mode });
      return 0;
    });
  },
};
