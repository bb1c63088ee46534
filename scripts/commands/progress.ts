// `./lab progress`: which chapters of the workshop were passed, and which is next.
import type { Command } from '../command.ts';
import { type Chapter, readChapters } from '../workshop/chapters.ts';
import { type Progress, readProgress } from '../workshop/progress-file.ts';
import { nextChapter, progressReport } from '../workshop/progress-report.ts';

function asJson(chapters: readonly Chapter[], progress: Progress): string {
  const { since, passed } = progress;
  const rows = chapters.map(({ number, title, file }) => {
    return { chapter: number, title, file, passed: passed[number] ?? null };
  });
  return JSON.stringify({
    since: since ?? null,
    chapters: rows,
    next: nextChapter(chapters, progress)?.number ?? null,
  });
}

export const command: Command = {
  summary: "show which of the workshop's chapters were passed, and which is next",
  usage: '',
  positionals: { min: 0, max: 0 },
  options: { json: { type: 'boolean', help: 'as one JSON object' } },
  more: 'A chapter is passed when ./lab check has found all that it asks for. ./lab reset forgets it, ./lab goto does not.',
  async run({ values }) {
    const chapters = readChapters();
    const progress = await readProgress();
    console.log(values.json ? asJson(chapters, progress) : progressReport(chapters, progress));
    return 0;
  },
};
