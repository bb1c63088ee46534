// `./lab goto`: the lab as it is at the start of a chapter of the workshop, from wherever it is.
import type { Command } from '../command.ts';
import { findLab, requireLab } from '../running-lab.ts';
import { findChapter, readChapters } from '../workshop/chapters.ts';
import { restoreLab } from '../workshop/restore.ts';
import { dropShellSettings } from '../workshop/shell-settings.ts';
import { chooseMode, command as up } from './up.ts';

export const command: Command = {
  summary: 'the start of a chapter of the workshop, from wherever the lab is; starts it where none runs',
  usage: '<chapter>',
  positionals: { min: 1, max: 1 },
  options: {
    docker: up.options.docker!,
    local: up.options.local!,
  },
  more:
    'Does what ./lab reset does, but remembers which chapters have passed. --docker and --local are for a lab that is started here.\n' +
    'Example:\n  ./lab goto 3',
  async run({ values, positionals: [given = ''] }) {
    const chapter = findChapter(readChapters(), given);
    const say = (line: string): void => console.log(line);
    const running = await findLab();
    await chooseMode(values, running);
    if (running === undefined) {
      // Before the start, so that it need not be done again.
      dropShellSettings(say);
      const code = await up.run({ values, positionals: [] });
      if (code !== 0) return code;
    }
    const code = await restoreLab(await requireLab(), { forget: false, say });
    if (code === 0) console.log(`${chapter.file}: ${chapter.title}`);
    return code;
  },
};
