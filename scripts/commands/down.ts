// `./lab down`: ends the lab, whichever way it runs; with --all its data goes too.
import { existsSync, rmSync } from 'node:fs';
import type { Command } from '../command.ts';
import { composeAloud, dockerIsHere, findDockerLab } from '../docker-lab.ts';
import { labFolder } from '../local/local-lab.ts';
import { stopLocalLab } from '../supervised-lab.ts';
import { keptFiles } from '../workshop/pristine-files.ts';

export const command: Command = {
  summary: 'end the lab; what is queued and stored is kept for the next start',
  usage: '',
  positionals: { min: 0, max: 0 },
  options: {
    all: { type: 'boolean', help: 'remove what is queued and stored too: afterwards nothing of the lab is left' },
  },
  async run({ values }) {
    const all = values.all === true;
    let didSomething = await stopLocalLab();
    if (didSomething) console.log('ended the lab without Docker');
    if (all && existsSync(labFolder('.'))) {
      const kept = keptFiles();
      if (kept.length > 0) console.log(`with .lab goes what ./lab reset had kept of your files: ${kept.join(', ')}`);
      rmSync(labFolder('.'), { recursive: true, force: true });
      console.log('removed .lab');
      didSomething = true;
    }
    // With --all volumes may be left where no container is.
    const onDocker = all ? await dockerIsHere() : (await findDockerLab()) !== undefined;
    if (onDocker) {
      const code = await composeAloud('down', '--remove-orphans', ...(all ? ['--volumes'] : []));
      return code === 0 ? 0 : 1;
    }
    if (!didSomething) console.log('nothing of the lab was running');
    return 0;
  },
};
