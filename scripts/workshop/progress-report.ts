// Which chapters were passed, and which is next.
import { paint, table } from '../terminal.ts';
import type { Chapter } from './chapters.ts';
import { howToBegin } from './check-report.ts';
import type { Progress } from './progress-file.ts';

/** The first that was not passed; undefined where all were. */
export const nextChapter = (chapters: readonly Chapter[], { passed }: Progress): Chapter | undefined =>
  chapters.find(({ number }) => passed[number] === undefined);

const shown = (date: Date): string => date.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

export function progressReport(chapters: readonly Chapter[], progress: Progress): string {
  const next = nextChapter(chapters, progress);
  const rows = chapters.map((chapter) => {
    const { number, title } = chapter;
    const at = progress.passed[number];
    const state = at === undefined ? paint('dim', 'not yet') : `${paint('green', '✔')} ${shown(at)}`;
    return [String(number), title, state, chapter === next ? 'next' : ''];
  });
  return [
    table([['chapter', 'title', 'passed', ''], ...rows]),
    '',
    next === undefined ? 'all chapters are passed' : `next: ${howToBegin(next)}`,
  ].join('\n');
}
