// `./lab reset`: the running lab as it was at the beginning, whatever has become of it.
import type { Command } from '../command.ts';
import { requireLab } from '../running-lab.ts';
import { restoreLab } from '../workshop/restore.ts';

export const command: Command = {
  summary: 'the lab as it was at the beginning: nothing broken, nothing waiting, nothing in the books',
  usage: '',
  positionals: { min: 0, max: 0 },
  options: {},
  more:
    'Ends what is broken on purpose, stops the dial, turns scaling off, starts what is down with the numbers of docker-compose.yml and the\n' +
    "settings of .env, makes the graph as service.fbp says, and throws away all that is queued, dead or stored, and the workshop's progress.\n" +
    'guv.yaml and service.fbp, also those in GUV_FOLDER and GRAPH_FOLDER, become what git has of them; what stood there is kept in .lab/kept\n' +
    'until ./lab down --all. Where git does not give them back they stay as they are.\n' +
    'Exit code 1 where somebody goes on sending work meanwhile; after Ctrl-C the workers go on, and it is 130.',
  run: async () => restoreLab(await requireLab(), { forget: true, say: (line) => console.log(line) }),
};
