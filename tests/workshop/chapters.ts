// The workshop's chapters as the tests see them: each with its text, its solutions, its check, and the commands in it.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Chapter, readChapter } from '../../scripts/workshop/chapter.ts';
import { readChapters, twoDigits, WORKSHOP } from '../../scripts/workshop/chapters.ts';
import { root } from '../e2e/lab-under-test.ts';

export interface ChapterFiles extends Chapter {
  number: number;
  /** Relative to the project's root: `workshop/02-kill-a-worker.md`. */
  file: string;
  text: string;
  solutions: { file: string; text: string; exists: boolean } & Pick<Chapter, 'blocks' | 'problems'>;
  /** Where its check has to be. */
  check: string;
}

function read(file: string) {
  const text = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '';
  return { file, text, exists: text !== '', ...readChapter(text, file) };
}

/** In their order. */
export function chapterFiles(): ChapterFiles[] {
  return readChapters(join(root, WORKSHOP)).map(({ number, file }) => ({
    number,
    ...read(join(WORKSHOP, basename(file))),
    solutions: read(join(WORKSHOP, 'solutions', basename(file))),
    check: join(WORKSHOP, 'checks', `${twoDigits(number)}.ts`),
  }));
}
